/* Records as they are: one, or a list. */
#include "commands.h"
#include "output.h"
#include "records.h"

static const struct cli_column columns[] = {{"Number", "number", CLI_NUMBER}, {"ID", "id", CLI_TEXT},
	{"Kind", "kind", CLI_TEXT}, {"State", "state", CLI_TEXT}, {"HRID", "hrid", CLI_TEXT},
	{"Local ID", "local_id", CLI_TEXT}, {"Title", "title", CLI_TEXT}, {"Deleted", "deleted_at", CLI_TIME},
	{NULL, "deletion_id", CLI_NUMBER}, {NULL, "institution", CLI_TEXT}, {NULL, "source", CLI_TEXT},
	{NULL, "version", CLI_NUMBER}, {NULL, "discovery_suppress", CLI_YES}, {NULL, "staff_suppress", CLI_YES},
	{NULL, "created_at", CLI_TIME}, {NULL, "updated_at", CLI_TIME}};

static enum tomb_code put_record(struct cli_table *t, const struct tomb_record *r, struct tomb_err *err)
{
	char text[TOMB_UUID_TEXT];
	struct tomb_str id = tomb_arena_str(t->cli->arena, tomb_str_from(tomb_uuid_text(r->id, text)));

	if (!id.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a list of records");
	cli_put_int(t, r->number);
	cli_put_str(t, id);
	cli_put_str(t, tomb_record_kind_info(r->kind)->name);
	cli_put_str(t, r->is_deleted ? TOMB_STR("deleted") : TOMB_STR("active"));
	cli_put_str(t, r->hrid);
	cli_put_str(t, r->local_id);
	cli_put_str(t, r->title);
	cli_put_int(t, r->deleted_at_us);
	cli_put_int(t, r->deletion_id);
	cli_put_str(t, r->institution);
	cli_put_str(t, r->source);
	cli_put_int(t, r->version);
	cli_put_yes(t, r->discovery_suppress);
	cli_put_yes(t, r->staff_suppress);
	cli_put_int(t, r->created_at_us);
	cli_put_int(t, r->updated_at_us);
	return TOMB_OK;
}

enum tomb_code cli_record_show(struct cli *cli, struct tomb_err *err)
{
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_record_name name = {.institution_id = 0};
	struct tomb_record record;

	TOMB_TRY(cli_record_id(cli, cli_operand(cli, 0), &name.id, err));
	TOMB_TRY(tomb_record_find(cli->pg, &cli->actor, &name, cli->arena, &record, err));
	TOMB_TRY(put_record(&t, &record, err));
	return cli_print_one(&t, err);
}

static enum tomb_code read_filter(struct cli *cli, struct tomb_record_filter *filter, struct tomb_err *err)
{
	filter->state = cli_value(cli, "state");
	filter->title = cli_value(cli, "title");
	if (cli_has(cli, "kind")) {
		filter->has_kind = true;
		TOMB_TRY(cli_record_kind(cli, cli_value(cli, "kind"), &filter->kind, err));
	}
	if (cli_has(cli, "in")) {
		filter->has_parent = true;
		TOMB_TRY(cli_record_id(cli, cli_value(cli, "in"), &filter->parent_id, err));
	}
	return cli_record_institution(cli, &filter->institution_id, err);
}

enum tomb_code cli_record_list(struct cli *cli, struct tomb_err *err)
{
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_record_filter filter = {.system = TOMB_STR("")};
	struct tomb_page page = {.limit = TOMB_PAGE_MAX};
	struct tomb_record_page found = {.next = TOMB_STR("")};

	TOMB_TRY(read_filter(cli, &filter, err));
	do {
		TOMB_TRY(tomb_record_list(cli->pg, &cli->actor, &filter, &page, cli->arena, &found, err));
		for (size_t i = 0; i < found.n; i++)
			TOMB_TRY(put_record(&t, &found.p[i], err));
		page.after = found.next;
	} while (found.next.n > 0);
	return cli_print_rows(&t, err);
}

/* Records deleted, and brought back. */
#include "commands.h"
#include "output.h"
#include "records.h"
#include "tombstone/record_deletion.h"
#include "tombstone/record_restoration.h"

#include <inttypes.h>

static enum tomb_code read_confirmations(struct cli *cli, struct tomb_record_confirmations *out, struct tomb_err *err)
{
	struct tomb_str text;

	for (size_t i = 0; cli_value_at(cli, "confirm", i, &text); i++)
		if (tomb_str_eq(text, TOMB_STR("reference")))
			out->not_needed_for_reference = true;
		else if (tomb_str_eq(text, TOMB_STR("metadata")))
			out->metadata_replicated = true;
		else if (tomb_str_eq(text, TOMB_STR("rights-not-needed")))
			out->rights_replicated = out->rights_not_needed = true;
		else if (tomb_str_eq(text, TOMB_STR("contents")))
			out->contents_verified = true;
		else
			return CLI_MISUSE(cli, err,
				"--confirm takes reference, metadata, rights-not-needed and contents, not \"%.*s\"",
				TOMB_STR_ARG(text));
	out->legacy_uri = TOMB_STR("");
	return TOMB_OK;
}

static enum tomb_code read_ask(
	struct cli *cli, struct tomb_uuid *id, struct tomb_record_deletion_ask *ask, struct tomb_err *err)
{
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(cli_record_id(cli, cli_operand(cli, 0), id, err));
	*ask = (struct tomb_record_deletion_ask){
		.ids = id,
		.nids = 1,
		.origin = TOMB_RECORD_BY_API, /* of the ways of FOLIO the nearest: no person stood in front of a page */
		.expect_count = -1,
		.reason_code = cli_value(cli, "reason-code"),
		.reason = cli_value(cli, "reason"),
		.is_override = cli_has(cli, "override"),
		.actor_label = TOMB_STR(""),
		.job = TOMB_STR(""),
	};
	if (cli_has(cli, "mode")) {
		code = tomb_record_mode_parse(cli_value(cli, "mode"), &ask->mode, err);
		cli->is_misused = code != TOMB_OK;
		TOMB_TRY(code);
	}
	if (cli_has(cli, "expect"))
		TOMB_TRY(cli_number(cli, "--expect", cli_value(cli, "expect"), 1, TOMB_RECORD_DELETION_MAX,
			&ask->expect_count, err));
	return read_confirmations(cli, &ask->confirmed, err);
}

/* What stands in the way; with nothing there, how many records it would be. */
static enum tomb_code preview(struct cli *cli, const struct tomb_record_deletion_ask *ask, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"Records", "records", CLI_NUMBER}, {"Mode", "mode", CLI_TEXT},
		{"In the way", "record", CLI_TEXT}, {"Rule", "rule", CLI_TEXT}, {"Why", "detail", CLI_TEXT}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_record_preview seen;

	TOMB_TRY(tomb_record_deletion_preview(cli->pg, &cli->actor, ask, cli->arena, &seen, err));
	if (seen.nblockers > 0)
		cli->exit = CLI_REFUSED;
	for (size_t i = 0; i < seen.nblockers || i == 0; i++) {
		bool is_one = seen.nblockers > 0;

		cli_put_int(&t, seen.records);
		cli_put_str(&t, tomb_record_mode_name(seen.mode));
		cli_put_str(&t, is_one ? seen.blockers[i].title : TOMB_STR(""));
		cli_put_str(&t, is_one ? seen.blockers[i].rule : TOMB_STR(""));
		cli_put_str(&t, is_one ? seen.blockers[i].detail : TOMB_STR(""));
	}
	return cli_print_rows(&t, err);
}

enum tomb_code cli_record_delete(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "deletion_id", CLI_NUMBER}, {NULL, "records", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_record_deletion_ask ask;
	struct tomb_record_deleted done;
	struct tomb_uuid id;

	TOMB_TRY(read_ask(cli, &id, &ask, err));
	if (cli_has(cli, "dry-run"))
		return preview(cli, &ask, err);
	TOMB_TRY(tomb_record_delete(cli->pg, &cli->actor, &ask, &done, err));
	cli_put_int(&t, done.deletion_id);
	cli_put_int(&t, done.records);
	if (done.was_deleted)
		return cli_print_done(&t, err, "It was deleted already, by deletion %" PRId64 ".", done.deletion_id);
	return cli_print_done(
		&t, err, "Deletion %" PRId64 ": %" PRId64 " records are deleted.", done.deletion_id, done.records);
}

enum tomb_code cli_record_restore(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "restoration_id", CLI_NUMBER}, {NULL, "records", CLI_NUMBER},
		{NULL, "already_active", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_record_restore_ask ask = {
		.keep_suppressed = cli_has(cli, "keep-suppressed"), .alone = cli_has(cli, "alone")};
	struct tomb_uuid *ids = TOMB_NEW(cli->arena, struct tomb_uuid, CLI_VALUES_MAX);
	struct tomb_record_restored done;
	struct tomb_str text;

	if (!ids)
		return TOMB_FAIL(err, TOMB_NOMEM, "ids of records");
	for (; cli_value_at(cli, NULL, ask.nids, &text); ask.nids++)
		TOMB_TRY(cli_record_id(cli, text, &ids[ask.nids], err));
	ask.ids = ids;
	TOMB_TRY(tomb_record_restore(cli->pg, &cli->actor, &ask, &done, err));
	cli_put_int(&t, done.restoration_id);
	cli_put_int(&t, done.records);
	cli_put_int(&t, done.already_active);
	return cli_print_done(&t, err, "%" PRId64 " records are back; %" PRId64 " of those named were there.",
		done.records, done.already_active);
}

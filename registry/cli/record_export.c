/* Records, and what remains of deleted ones, on standard output. */
#include "tombstone/record_export.h"
#include "commands.h"
#include "output.h"
#include "records.h"
#include "tombstone/clock.h"

#include <inttypes.h>
#include <stdio.h>

enum { IDS_BYTES_MAX = TOMB_RECORD_EXPORT_NAMED_MAX * 48 /* a UUID with quotes and a line end has 40 */ };

static enum tomb_code write_piece(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	(void)ctx;
	if (fwrite(piece.p, 1, piece.n, stdout) != piece.n)
		return TOMB_FAIL(err, TOMB_IO, "standard output cannot be written");
	return TOMB_OK;
}

static enum tomb_code write_problem(void *ctx, const struct tomb_record_export_problem *problem, struct tomb_err *err)
{
	char id[TOMB_UUID_TEXT];

	(void)ctx;
	(void)err;
	(void)fprintf(stderr, "record %s: %.*s\n", tomb_uuid_text(problem->id, id), TOMB_STR_ARG(problem->text));
	return TOMB_OK;
}

static enum tomb_code read_kinds(
	struct cli *cli, enum tomb_record_kind otherwise, struct tomb_record_export_ask *ask, struct tomb_err *err)
{
	enum tomb_record_kind *kinds = TOMB_NEW(cli->arena, enum tomb_record_kind, CLI_VALUES_MAX);
	struct tomb_str text;
	size_t n = 0;

	if (!kinds)
		return TOMB_FAIL(err, TOMB_NOMEM, "kinds of records");
	for (; cli_value_at(cli, "kind", n, &text); n++)
		TOMB_TRY(cli_record_kind(cli, text, &kinds[n], err));
	if (n == 0)
		kinds[n++] = otherwise;
	ask->kinds = kinds;
	ask->nkinds = n;
	return TOMB_OK;
}

static enum tomb_code read_days(struct cli *cli, struct tomb_record_export_ask *ask, struct tomb_err *err)
{
	enum tomb_code code = tomb_record_export_days(cli_value(cli, "from"), cli_value(cli, "to"),
		tomb_clock_wall_us(tomb_clock_real()), &ask->deleted_from_us, &ask->deleted_until_us, err);

	cli->is_misused = code != TOMB_OK;
	return code;
}

static enum tomb_code read_ids(struct cli *cli, struct tomb_record_export_ask *ask, struct tomb_err *err)
{
	struct tomb_str file = cli_value(cli, "ids-file");
	struct tomb_str text = TOMB_STR("");
	struct tomb_uuids ids;

	if (file.n == 0)
		return TOMB_OK;
	TOMB_TRY(cli_read_file(cli, file.p, IDS_BYTES_MAX, &text, err));
	TOMB_TRY(tomb_record_export_read_ids(text, cli->arena, &ids, err));
	if (ids.n == 0)
		return CLI_MISUSE(cli, err, "\"%s\" names no records", file.p);
	ask->ids = ids.p;
	ask->nids = ids.n;
	return TOMB_OK;
}

/* all, deleted, authority-deleted: FOLIO's three. */
static enum tomb_code read_what(struct cli *cli, struct tomb_record_export_ask *ask, struct tomb_err *err)
{
	struct tomb_str what = cli_operand(cli, 0);
	bool is_all = tomb_str_eq(what, TOMB_STR("all"));
	bool is_authorities = tomb_str_eq(what, TOMB_STR("authority-deleted"));
	bool has_days = cli_has(cli, "from") || cli_has(cli, "to");

	if (!is_all && !is_authorities && !tomb_str_eq(what, TOMB_STR("deleted")))
		return CLI_MISUSE(cli, err,
			"an export is of \"all\", \"deleted\" or \"authority-deleted\", not of \"%s\"", what.p);
	if (is_all && has_days)
		return CLI_MISUSE(cli, err, "--from and --to are for exports of what was deleted");
	if (!is_all && (cli_has(cli, "suppressed") || cli_has(cli, "only-live")))
		return CLI_MISUSE(cli, err, "--suppressed and --only-live are for \"record export all\"");
	ask->live = is_all;
	ask->deleted = !cli_has(cli, "only-live");
	ask->suppressed = cli_has(cli, "suppressed");
	TOMB_TRY(read_kinds(cli, is_authorities ? TOMB_RECORD_AUTHORITY : TOMB_RECORD_INSTANCE, ask, err));
	if (has_days || (!is_all && !is_authorities && !cli_has(cli, "ids-file")))
		TOMB_TRY(read_days(cli, ask, err));
	return read_ids(cli, ask, err);
}

enum tomb_code cli_record_export(struct cli *cli, struct tomb_err *err)
{
	struct tomb_record_export_ask ask = {.format = TOMB_RECORD_EXPORT_MARC};
	const struct tomb_record_export_sink sink = {write_piece, write_problem, NULL};
	struct tomb_record_exported done;
	char live[CLI_COUNT_TEXT];
	char deleted[CLI_COUNT_TEXT];
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(read_what(cli, &ask, err));
	if (cli_has(cli, "format")) {
		code = tomb_record_export_format_parse(cli_value(cli, "format"), &ask.format, err);
		cli->is_misused = code != TOMB_OK;
		TOMB_TRY(code);
	}
	TOMB_TRY(cli_record_institution(cli, &ask.institution_id, err));
	TOMB_TRY(tomb_record_export(cli->pg, &cli->actor, &ask, &sink, &done, err));
	if (done.failed > 0)
		cli->exit = CLI_WORK_FAILED;
	(void)fprintf(stderr, "%s live and %s deleted records; %" PRId64 " could not be written.\n",
		cli_count(done.live, live), cli_count(done.deleted, deleted), done.failed);
	return TOMB_OK;
}

#include "arguments.h"
#include "commands.h"
#include "output.h"
#include "tombstone/audit.h"
#include "tombstone/cancel.h"
#include "tombstone/file.h"
#include "tombstone/hex.h"
#include "tombstone/migrate.h"
#include "tombstone/plan.h"
#include "tombstone/premis.h"
#include "tombstone/stop_switch.h"

#include <inttypes.h>
#include <stdio.h>

enum { HELP_BYTES_MAX = 256 * 1024 };

enum tomb_code cli_help(struct cli *cli, struct tomb_err *err)
{
	TOMB_BUF_AUTO text = tomb_buf_init(HELP_BYTES_MAX);
	struct tomb_str whole;

	(void)cli;
	cli_put_overview(&text);
	TOMB_TRY(tomb_buf_done(&text, &whole, err));
	(void)fwrite(whole.p, 1, whole.n, stdout);
	return TOMB_OK;
}

/* A tomb_migrate_fn. */
static void count_migration(void *ctx, int version, const char *name)
{
	int64_t *n = ctx;

	(void)version;
	(*n)++;
	(void)fprintf(stderr, "Applied %s.\n", name);
}

enum tomb_code cli_migrate(struct cli *cli, struct tomb_err *err)
{
	static const struct tomb_pg_options options = {
		.application_name = "tombstone migrate",
		.statement_timeout_ms = TOMB_PG_NO_LIMIT,
		.lock_timeout_ms = TOMB_PG_NO_LIMIT,
	};
	static const struct cli_column columns[] = {{NULL, "applied", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	TOMB_PG_AUTO *pg = NULL;
	int64_t n = 0;

	if (cli->config.database_owner.n == 0)
		return CLI_MISUSE(cli, err, "the setting database_owner is missing");
	TOMB_TRY(tomb_pg_open_with(&pg, cli->config.database_owner.p, &options, NULL, 0, err));
	TOMB_TRY(tomb_migrate(pg, count_migration, &n, err));
	cli_put_int(&t, n);
	if (n == 0)
		return cli_print_done(&t, err, "The ledger's schema is up to date.");
	return cli_print_done(&t, err, "%" PRId64 " migrations applied.", n);
}

enum tomb_code cli_work_item_cancel(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "work_item_id", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	int64_t id = 0;

	TOMB_TRY(cli_number(cli, "WORK-ITEM", cli_operand(cli, 0), 1, INT64_MAX, &id, err));
	if (cli_value(cli, "reason").n == 0)
		return CLI_MISUSE(
			cli, err, "work-item cancel needs --reason: the admins of the institution will ask why");
	TOMB_TRY(tomb_work_item_cancel(cli->pg, &cli->actor, id, cli_value(cli, "reason"), err));
	cli_put_int(&t, id);
	return cli_print_done(&t, err, "Work item %" PRId64 " is cancelled: what has not begun stays.", id);
}

enum tomb_code cli_requeue(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "work_item_id", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	int64_t id = 0;

	TOMB_TRY(cli_number(cli, "WORK-ITEM", cli_operand(cli, 0), 1, INT64_MAX, &id, err));
	TOMB_TRY(tomb_work_item_requeue(cli->pg, &cli->actor, id, err));
	cli_put_int(&t, id);
	return cli_print_done(&t, err, "Work item %" PRId64 " is queued again.", id);
}

static enum tomb_code set_switch(struct cli *cli, bool on, const char *said, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "is_stopped", CLI_YES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));

	TOMB_TRY(tomb_stop_switch_set(cli->pg, &cli->actor, on, cli_value(cli, "reason"), err));
	cli_put_yes(&t, on);
	return cli_print_done(&t, err, "%s", said);
}

enum tomb_code cli_stop(struct cli *cli, struct tomb_err *err)
{
	if (cli_value(cli, "reason").n == 0)
		return CLI_MISUSE(cli, err, "stop needs --reason: others will ask why nothing happens");
	return set_switch(cli, true, "All workers stop after the batch that they are at.", err);
}

enum tomb_code cli_start(struct cli *cli, struct tomb_err *err)
{
	return set_switch(cli, false, "The workers work again.", err);
}

enum tomb_code cli_audit_verify(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"Entries", "entries", CLI_NUMBER},
		{"Slipped in", "unsealed", CLI_NUMBER}, {"Broken at", "bad_seq", CLI_NUMBER},
		{"Problem", "problem", CLI_TEXT}, {"Head", "head", CLI_TEXT}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_audit_report report;
	char head[2 * sizeof report.head + 1];

	TOMB_TRY(tomb_audit_verify(cli->pg, &report, err));
	cli_put_int(&t, report.entries);
	cli_put_int(&t, report.unsealed);
	cli_put_int(&t, report.bad_seq);
	cli_put_str(&t, tomb_str_from(report.problem));
	cli_put_str(&t, tomb_str_from(tomb_hex_encode(report.head, sizeof report.head, head)));
	if (report.bad_seq != 0 || report.unsealed != 0)
		cli->exit = CLI_FAILED;
	return cli_print_one(&t, err);
}

/* A tomb_premis_sink_fn. */
static enum tomb_code write_piece(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	if (fwrite(piece.p, 1, piece.n, ctx) != piece.n)
		return TOMB_FAIL(err, TOMB_IO, "standard output cannot be written");
	return TOMB_OK;
}

enum tomb_code cli_premis(struct cli *cli, struct tomb_err *err)
{
	struct tomb_premis_subject subject = {.object_id = 0};
	struct tomb_str identifier = cli_operand(cli, 0);
	struct tomb_object object;
	struct tomb_file file;
	enum tomb_code code = TOMB_OK;

	code = tomb_object_find(cli->pg, &cli->actor, 0, identifier, cli->arena, &object, err);
	if (code == TOMB_OK) {
		subject.object_id = object.id;
	} else if (code == TOMB_NOTFOUND) {
		code = tomb_file_find(cli->pg, &cli->actor, 0, identifier, cli->arena, &file, err);
		subject.file_id = code == TOMB_OK ? file.id : 0;
	}
	if (code == TOMB_NOTFOUND)
		return TOMB_FAIL(
			err, TOMB_NOTFOUND, "there is no object and no file \"%.*s\"", TOMB_STR_ARG(identifier));
	TOMB_TRY(code);
	return tomb_premis_write(cli->pg, &cli->actor, &subject, write_piece, stdout, err);
}

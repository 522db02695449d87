#include "commands.h"
#include "output.h"
#include "progress.h"
#include "tombstone/bag_create.h"
#include "tombstone/ingest.h"
#include "tombstone/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { THREADS_DEFAULT = 8, INFO_MAX = 64, TEXT_MAX = 512 };

/* ---- bag ---- */

/* "Label: value", or with no space. */
static enum tomb_code read_info(struct cli *cli, struct tomb_str text, struct tomb_bag_label *out, struct tomb_err *err)
{
	const char *colon = memchr(text.p, ':', text.n);

	if (!colon || colon == text.p)
		return CLI_MISUSE(cli, err, "--info %.*s: it is LABEL:VALUE", TOMB_STR_ARG(text));
	out->label = (struct tomb_str){text.p, (size_t)(colon - text.p)};
	for (colon++; *colon == ' '; colon++)
		;
	out->value = tomb_str_from(colon);
	return TOMB_OK;
}

/* What goes into aptrust-info.txt, from the options that were given. */
static size_t read_labels(const struct cli *cli, struct tomb_bag_label *out)
{
	static const struct {
		const char *option;
		struct tomb_str label;
	} labels[] = {
		{"title", {"Title", 5}},
		{"description", {"Description", 11}},
		{"access", {"Access", 6}},
		{"storage-option", {"Storage-Option", 14}},
	};
	size_t n = 0;

	for (size_t i = 0; i < TOMB_COUNTOF(labels); i++)
		if (cli_has(cli, labels[i].option))
			out[n++] = (struct tomb_bag_label){labels[i].label, cli_value(cli, labels[i].option)};
	return n;
}

enum tomb_code cli_bag(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "files", CLI_NUMBER}, {NULL, "bytes", CLI_BYTES},
		{NULL, "linked", CLI_NUMBER}, {NULL, "skipped", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_bag_label info[INFO_MAX];
	struct tomb_bag_label aptrust[4];
	struct tomb_bag_plan plan = {
		.folder = cli_operand(cli, 0).p,
		.out = cli_operand(cli, 1).p,
		.info = info,
		.aptrust = aptrust,
		.naptrust = read_labels(cli, aptrust),
		.now_us = tomb_clock_wall_us(tomb_clock_real()),
	};
	struct tomb_bag_made made;
	struct tomb_str text;
	char files[CLI_COUNT_TEXT];
	char bytes[CLI_COUNT_TEXT];

	for (; cli_value_at(cli, "info", plan.ninfo, &text); plan.ninfo++) {
		if (plan.ninfo == INFO_MAX)
			return CLI_MISUSE(cli, err, "at most %d times --info", INFO_MAX);
		TOMB_TRY(read_info(cli, text, &info[plan.ninfo], err));
	}
	TOMB_TRY(tomb_bag_create(&plan, &made, err));
	cli_put_int(&t, made.files);
	cli_put_int(&t, made.bytes);
	cli_put_int(&t, made.linked);
	cli_put_int(&t, made.skipped);
	if (made.skipped > 0 && !cli->config.json)
		(void)fprintf(
			stderr, "%" PRId64 " symbolic links and special files are not in the bag.\n", made.skipped);
	return cli_print_done(
		&t, err, "%s: %s files, %s.", plan.out, cli_count(made.files, files), cli_bytes(made.bytes, bytes));
}

/* ---- ingest ---- */

/* A tomb_ingest_fn. */
static enum tomb_code show(void *ctx, const struct tomb_ingest_step *step, struct tomb_err *err)
{
	static const struct tomb_str labels[] = {
		[TOMB_INGEST_CHECK] = {"Checking", 8},
		[TOMB_INGEST_STORE] = {"Storing", 7},
		[TOMB_INGEST_RECORD] = {"Recording", 9},
	};

	(void)err;
	cli_progress_show(ctx,
		&(struct cli_stage){labels[step->phase], step->files, step->files_done, step->bytes, step->bytes_done});
	return TOMB_OK;
}

static enum tomb_code print_ingested(struct cli *cli, const struct tomb_ingested *done, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "object_id", CLI_NUMBER}, {NULL, "identifier", CLI_TEXT},
		{NULL, "work_item_id", CLI_NUMBER}, {NULL, "files_stored", CLI_NUMBER},
		{NULL, "files_unchanged", CLI_NUMBER}, {NULL, "bytes_stored", CLI_BYTES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	char stored[CLI_COUNT_TEXT];
	char same[CLI_COUNT_TEXT];
	char bytes[CLI_COUNT_TEXT];

	cli_put_int(&t, done->object_id);
	cli_put_str(&t, done->object_identifier);
	cli_put_int(&t, done->work_item_id);
	cli_put_int(&t, done->files_stored);
	cli_put_int(&t, done->files_unchanged);
	cli_put_int(&t, done->bytes_stored);
	return cli_print_done(&t, err,
		"Object %" PRId64 ", %.*s: %s files stored (%s), %s unchanged; work item %" PRId64 ".", done->object_id,
		TOMB_STR_ARG(done->object_identifier), cli_count(done->files_stored, stored),
		cli_bytes(done->bytes_stored, bytes), cli_count(done->files_unchanged, same), done->work_item_id);
}

enum tomb_code cli_ingest(struct cli *cli, struct tomb_err *err)
{
	struct cli_progress progress = cli_progress_init(STDERR_FILENO, tomb_clock_real());
	struct tomb_ingest_order order = {
		.bag = cli_operand(cli, 0).p,
		.institution = cli_value(cli, "institution"),
		.storage_option = cli_value(cli, "storage-option"),
		.backends_file = cli->config.backends_file.p,
		.fn = show,
		.ctx = &progress,
	};
	struct tomb_ingested done;
	char host[TEXT_MAX / 2] = "localhost";
	char agent[TEXT_MAX];
	int64_t threads = THREADS_DEFAULT;
	enum tomb_code code = TOMB_OK;

	if (order.institution.n == 0)
		return CLI_MISUSE(cli, err, "ingest needs --institution");
	if (cli->config.backends_file.n == 0)
		return CLI_MISUSE(cli, err, "the setting backends_file is missing");
	if (cli_has(cli, "threads"))
		TOMB_TRY(cli_number(cli, "--threads", cli_value(cli, "threads"), 1, 64, &threads, err));
	order.threads = (int)threads;
	(void)gethostname(host, sizeof host - 1);
	(void)snprintf(agent, sizeof agent, "tombstone %s on %s", tomb_version(), host);
	order.agent = tomb_str_from(agent);
	code = tomb_ingest(cli->pg, &cli->actor, &order, cli->arena, &done, err);
	if (code == TOMB_OK) {
		int64_t files = done.files_stored + done.files_unchanged;

		code = show(&progress,
			&(struct tomb_ingest_step){.phase = TOMB_INGEST_RECORD, .files = files, .files_done = files},
			err);
	}
	cli_progress_end(&progress);
	TOMB_TRY(code);
	return print_ingested(cli, &done, err);
}

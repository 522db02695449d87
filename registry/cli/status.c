#include "commands.h"
#include "output.h"
#include "progress.h"
#include "tombstone/deletion_view.h"
#include "tombstone/stop_switch.h"
#include "tombstone/work_item.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	POLL_MS = 200,            /* between two looks at the ledger, when following */
	LOOK_BYTES_MAX = 1 << 20, /* of one look */
	LIST_MAX = 100            /* work items of the overview */
};

/* What a request or a work item looks like at one moment; strings in the arena of the look. */
struct look {
	struct tomb_str what; /* "request", "work item" */
	int64_t id;
	struct tomb_str subject; /* an identifier */
	struct tomb_str state;
	struct tomb_str note;
	int64_t files, files_done, files_refused, files_failed;
	int64_t bytes, bytes_done;
	int64_t begun_at_us, ended_at_us;
	bool is_open; /* waits for a decision */
	bool has_ended;
	bool has_failed;
};

typedef enum tomb_code look_fn(
	struct cli *cli, int64_t id, struct tomb_arena *arena, struct look *out, struct tomb_err *err);

static enum tomb_code look_at_item(
	struct cli *cli, int64_t id, struct tomb_arena *arena, struct look *out, struct tomb_err *err)
{
	struct tomb_work_item w;
	bool is_good = false;

	TOMB_TRY(tomb_work_item_find(cli->pg, &cli->actor, id, arena, &w, err));
	is_good = tomb_str_eq(w.status, TOMB_STR("Success"));
	*out = (struct look){
		.what = TOMB_STR("work item"),
		.id = id,
		.subject = w.file_id != 0 ? w.file_identifier : w.object_identifier,
		.state = w.status,
		.note = w.note,
		.files = w.files_total,
		.files_done = w.files_done,
		.files_refused = w.files_refused,
		.files_failed = w.files_failed,
		.bytes = w.bytes_total,
		.bytes_done = w.bytes_done,
		.begun_at_us = w.created_at_us,
		.ended_at_us = w.completed_at_us,
		.has_ended = w.completed_at_us != 0,
		.has_failed = w.completed_at_us != 0 && !is_good,
	};
	return TOMB_OK;
}

static enum tomb_code look_at_request(
	struct cli *cli, int64_t id, struct tomb_arena *arena, struct look *out, struct tomb_err *err)
{
	struct tomb_deletion_view v;
	struct tomb_deletion_progress p = {.items = 0};
	bool is_approved = false;
	bool is_open = false;
	bool has_ended = false;

	TOMB_TRY(tomb_deletion_view_find(cli->pg, &cli->actor, id, arena, &v, err));
	TOMB_TRY(tomb_deletion_view_progress(cli->pg, &cli->actor, &v, &p, err));
	is_approved = tomb_str_eq(v.state, TOMB_STR("approved"));
	is_open = tomb_str_eq(v.state, TOMB_STR("open"));
	has_ended = is_approved ? v.finished_at_us != 0 : !is_open;
	*out = (struct look){
		.what = TOMB_STR("request"),
		.id = id,
		.subject = v.first_identifier,
		.state = !is_approved ? v.state_text
			 : !has_ended ? TOMB_STR("Deleting")
				      : TOMB_STR("Deleted"),
		.note = v.closed_note,
		.files = is_approved ? p.files_total : v.file_count,
		.files_done = p.files_done,
		.files_refused = p.files_refused,
		.files_failed = p.files_failed,
		.bytes = is_approved ? p.bytes_total : v.byte_count,
		.bytes_done = p.bytes_done,
		.begun_at_us = v.requested_at_us,
		.ended_at_us = is_approved ? v.finished_at_us : v.closed_at_us,
		.is_open = is_open,
		.has_ended = has_ended,
		.has_failed = has_ended && (!is_approved || p.files_refused + p.files_failed > 0),
	};
	if (is_approved && out->has_failed)
		out->state = TOMB_STR("Incomplete");
	return TOMB_OK;
}

static enum tomb_code print_look(struct cli *cli, const struct look *l, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"What", "kind", CLI_TEXT}, {"Number", "id", CLI_NUMBER},
		{"About", "subject", CLI_TEXT}, {"State", "state", CLI_TEXT}, {"Note", "note", CLI_TEXT},
		{"Files", "files", CLI_NUMBER}, {"Done", "files_done", CLI_NUMBER},
		{"Refused", "files_refused", CLI_NUMBER}, {"Failed", "files_failed", CLI_NUMBER},
		{"Bytes", "bytes", CLI_BYTES}, {"Bytes done", "bytes_done", CLI_BYTES}, {"Begun", "begun_at", CLI_TIME},
		{"Ended", "ended_at", CLI_TIME}, {NULL, "has_ended", CLI_YES}, {NULL, "has_failed", CLI_YES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));

	cli_put_str(&t, l->what);
	cli_put_int(&t, l->id);
	cli_put_str(&t, l->subject);
	cli_put_str(&t, l->state);
	cli_put_str(&t, l->note);
	cli_put_int(&t, l->files);
	cli_put_int(&t, l->files_done);
	cli_put_int(&t, l->files_refused);
	cli_put_int(&t, l->files_failed);
	cli_put_int(&t, l->bytes);
	cli_put_int(&t, l->bytes_done);
	cli_put_int(&t, l->begun_at_us);
	cli_put_int(&t, l->ended_at_us);
	cli_put_yes(&t, l->has_ended);
	cli_put_yes(&t, l->has_failed);
	if (l->has_failed)
		cli->exit = CLI_WORK_FAILED;
	return cli_print_one(&t, err);
}

static void pause_ms(int64_t ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000 * 1000};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

static void show(struct cli_progress *progress, const struct look *l)
{
	static const struct tomb_str waiting = {"Waiting", 7};
	static const struct tomb_str working = {"Working", 7};
	int64_t settled = l->files_done + l->files_refused + l->files_failed;

	/* An object without files is done when its work has ended. */
	cli_progress_show(progress, &(struct cli_stage){.label = l->is_open ? waiting : working,
					    .files = l->files > 0 ? l->files : 1,
					    .files_done = l->has_ended ? (l->files > 0 ? l->files : 1) : settled,
					    .bytes = l->bytes,
					    .bytes_done = l->bytes_done});
}

/* Looks again and again until the work has ended; the last look is printed. */
static enum tomb_code follow(struct cli *cli, look_fn *fn, int64_t id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(LOOK_BYTES_MAX);
	struct cli_progress progress = cli_progress_init(STDERR_FILENO, tomb_clock_real());
	struct look l = {.has_ended = false};
	enum tomb_code code = TOMB_OK;

	while (code == TOMB_OK && !l.has_ended) {
		tomb_arena_reset(&arena);
		code = fn(cli, id, &arena, &l, err);
		if (code != TOMB_OK)
			break;
		show(&progress, &l);
		if (!l.has_ended)
			pause_ms(POLL_MS);
	}
	cli_progress_end(&progress);
	TOMB_TRY(code);
	return print_look(cli, &l, err);
}

/* Work items that have not ended, and the switch. */
static enum tomb_code overview(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"ITEM", "id", CLI_NUMBER}, {"ACTION", "action", CLI_TEXT},
		{"STATUS", "status", CLI_TEXT}, {"FILES", "files", CLI_NUMBER}, {"DONE", "files_done", CLI_NUMBER},
		{"FAILED", "files_failed", CLI_NUMBER}, {"REQUEST", "request_id", CLI_NUMBER},
		{"ABOUT", "subject", CLI_TEXT}};
	static const struct tomb_str statuses[] = {{"Started", 7}, {"Pending", 7}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_stop_switch stop;

	TOMB_TRY(tomb_stop_switch_get(cli->pg, cli->arena, &stop, err));
	if (stop.is_on)
		(void)fprintf(stderr, "All workers are stopped by %.*s: %.*s\n", TOMB_STR_ARG(stop.set_by),
			TOMB_STR_ARG(stop.reason));
	for (size_t s = 0; s < TOMB_COUNTOF(statuses); s++) {
		struct tomb_work_item_filter filter = {.status = statuses[s], .newest_first = true};
		struct tomb_work_item_page page;

		TOMB_TRY(tomb_work_item_list(
			cli->pg, &cli->actor, &filter, &(struct tomb_page){.limit = LIST_MAX}, cli->arena, &page, err));
		for (size_t i = 0; i < page.n; i++) {
			const struct tomb_work_item *w = &page.p[i];

			cli_put_int(&t, w->id);
			cli_put_str(&t, w->action);
			cli_put_str(&t, w->status);
			cli_put_int(&t, w->files_total);
			cli_put_int(&t, w->files_done);
			cli_put_int(&t, w->files_failed);
			cli_put_int(&t, w->request_id);
			cli_put_str(&t, w->file_id != 0 ? w->file_identifier : w->object_identifier);
		}
	}
	if (t.ncells == 0 && !cli->config.json) {
		(void)puts("No work is going on.");
		return TOMB_OK;
	}
	return cli_print_rows(&t, err);
}

enum tomb_code cli_status(struct cli *cli, struct tomb_err *err)
{
	bool is_item = cli_has(cli, "work-item");
	look_fn *fn = is_item ? look_at_item : look_at_request;
	struct tomb_str number = is_item ? cli_value(cli, "work-item") : cli_operand(cli, 0);
	struct look l;
	int64_t id = 0;

	if (is_item && cli_operand(cli, 0).n > 0)
		return CLI_MISUSE(cli, err, "status shows a REQUEST or a --work-item, not both");
	if (number.n == 0 && cli_has(cli, "follow"))
		return CLI_MISUSE(cli, err, "--follow needs a REQUEST or a --work-item");
	if (number.n == 0)
		return overview(cli, err);
	TOMB_TRY(cli_number(cli, is_item ? "--work-item" : "REQUEST", number, 1, INT64_MAX, &id, err));
	if (cli_has(cli, "follow"))
		return follow(cli, fn, id, err);
	TOMB_TRY(fn(cli, id, cli->arena, &l, err));
	return print_look(cli, &l, err);
}

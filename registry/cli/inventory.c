/* Inventories of stores that cannot be asked for one key: started with one call, read with a later one. */
#include "tombstone/inventory.h"

#include "commands.h"
#include "output.h"
#include "tombstone/backend.h"
#include "tombstone/store_inventory.h"
#include "tombstone/time.h"
#include "tombstone/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum {
	URLS_MAX = 1000, /* of one statement */
	URLS_BYTES_MAX = URLS_MAX * (TOMB_STORE_URL_MAX / 8),
	AGENT_MAX = 512
};

/* What the command did, in one row. */
struct report {
	const char *did; /* "started", "waiting", "read" */
	struct tomb_str job_id;
	int64_t as_of_us;
	int64_t archives;
	struct tomb_inventory_outcome outcome;
};

static struct cli_table make_row(struct cli *cli, const struct report *r)
{
	static const struct cli_column columns[] = {{NULL, "did", CLI_TEXT}, {NULL, "backend", CLI_TEXT},
		{NULL, "job_id", CLI_TEXT}, {NULL, "as_of", CLI_TIME}, {NULL, "archives", CLI_NUMBER},
		{NULL, "copies_verified", CLI_NUMBER}, {NULL, "copies_still_there", CLI_NUMBER},
		{NULL, "copies_open", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));

	cli_put_str(&t, tomb_str_from(r->did));
	cli_put_str(&t, cli_operand(cli, 0));
	cli_put_str(&t, r->job_id);
	cli_put_int(&t, r->as_of_us);
	cli_put_int(&t, r->archives);
	cli_put_int(&t, r->outcome.confirmed);
	cli_put_int(&t, r->outcome.contradicted);
	cli_put_int(&t, r->outcome.open);
	return t;
}

static enum tomb_code start(struct cli *cli, struct tomb_store *store, struct tomb_err *err)
{
	struct tomb_store_job job;
	struct report report = {.did = "started"};
	struct cli_table t;
	int64_t id = 0;

	TOMB_TRY(tomb_store_inventory_start(store, cli->arena, &job, err));
	TOMB_TRY(tomb_inventory_start(cli->pg, &cli->actor, tomb_store_name(store), job.id, job.as_of_us, &id, err));
	report.job_id = job.id;
	report.as_of_us = job.as_of_us;
	t = make_row(cli, &report);
	return cli_print_done(&t, err,
		"Backend %s: an inventory was asked for (job %.*s). It takes hours: come again, within a day of its "
		"being ready.",
		tomb_store_name(store).p, TOMB_STR_ARG(job.id));
}

static enum tomb_code wait_on(
	struct cli *cli, struct tomb_store *store, const struct tomb_inventory *waiting, struct tomb_err *err)
{
	struct report report = {.did = "waiting", .job_id = waiting->job_id, .as_of_us = waiting->as_of_us};
	struct cli_table t = make_row(cli, &report);
	char since[TOMB_TIME_TEXT];

	return cli_print_done(&t, err,
		"Backend %s: the inventory that was asked for on %s is not ready yet (job %.*s).",
		tomb_store_name(store).p, tomb_time_format(waiting->started_at_us, TOMB_TIME_S, since),
		TOMB_STR_ARG(waiting->job_id));
}

/* An inventory on its way into the ledger: URLs are handed over in heaps, so that memory stays the same. */
struct reading {
	struct cli *cli;
	struct tomb_store *store;
	int64_t id;
	struct tomb_arena urls_arena;
	struct tomb_str urls[URLS_MAX];
	size_t nurls;
};

static enum tomb_code hand_over(struct reading *r, struct tomb_err *err)
{
	if (r->nurls > 0)
		TOMB_TRY(tomb_inventory_hold(r->cli->pg, r->id, (struct tomb_strs){r->urls, r->nurls}, err));
	r->nurls = 0;
	tomb_arena_reset(&r->urls_arena);
	return TOMB_OK;
}

/* A tomb_store_held_fn. */
static enum tomb_code take(void *ctx, const struct tomb_store_held *held, struct tomb_err *err)
{
	struct reading *r = ctx;

	if (r->nurls == URLS_MAX)
		TOMB_TRY(hand_over(r, err));
	TOMB_TRY(tomb_store_url(r->store, held->key, &r->urls_arena, &r->urls[r->nurls], err));
	r->nurls++;
	return TOMB_OK;
}

static enum tomb_code print_contradictions(
	struct cli *cli, const struct tomb_inventory_outcome *o, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"STILL THERE", "url", CLI_TEXT}, {"FILE", "file", CLI_TEXT},
		{"DELETION", "deletion_id", CLI_NUMBER}, {"ACCEPTED", "removed_at", CLI_TIME}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));

	for (size_t i = 0; i < o->nshown; i++) {
		cli_put_str(&t, o->shown[i].url);
		cli_put_str(&t, o->shown[i].file_identifier);
		cli_put_int(&t, o->shown[i].deletion_id);
		cli_put_int(&t, o->shown[i].removed_at_us);
	}
	return cli_print_rows(&t, err);
}

static enum tomb_code print_read(
	struct cli *cli, struct tomb_store *store, const struct report *r, struct tomb_err *err)
{
	const struct tomb_inventory_outcome *o = &r->outcome;
	struct cli_table t = make_row(cli, r);
	char as_of[TOMB_TIME_TEXT] = "an unknown time";
	char archives[CLI_COUNT_TEXT];
	char confirmed[CLI_COUNT_TEXT];

	if (o->contradicted > 0) {
		cli->exit = CLI_WORK_FAILED;
		if (!cli->config.json)
			TOMB_TRY(print_contradictions(cli, o, err));
	}
	if (o->as_of_us)
		tomb_time_format(o->as_of_us, TOMB_TIME_S, as_of);
	return cli_print_done(&t, err,
		"Backend %s: the inventory of %s holds %s archives; %s copies are verified absent, %" PRId64
		" are still there, %" PRId64 " wait for a later inventory.",
		tomb_store_name(store).p, as_of, cli_count(r->archives, archives), cli_count(o->confirmed, confirmed),
		o->contradicted, o->open - o->contradicted);
}

static enum tomb_code read_all(
	struct reading *r, struct tomb_str job_id, struct tomb_store_inventory *out, struct tomb_err *err)
{
	TOMB_TRY(tomb_store_inventory_read(r->store, job_id, take, r, out, err));
	return hand_over(r, err);
}

static enum tomb_code read_it(
	struct cli *cli, struct tomb_store *store, const struct tomb_inventory *waiting, struct tomb_err *err)
{
	struct reading *r = TOMB_NEW(cli->arena, struct reading, 1);
	struct report report = {.did = "read", .job_id = waiting->job_id};
	struct tomb_store_inventory inventory;
	char host[AGENT_MAX / 2] = "localhost";
	char agent[AGENT_MAX];
	enum tomb_code code = TOMB_OK;

	if (!r)
		return TOMB_FAIL(err, TOMB_NOMEM, "an inventory");
	r->cli = cli;
	r->store = store;
	r->id = waiting->id;
	r->urls_arena = tomb_arena_init(URLS_BYTES_MAX);
	code = read_all(r, waiting->job_id, &inventory, err);
	tomb_arena_fini(&r->urls_arena);
	TOMB_TRY(code);
	(void)gethostname(host, sizeof host - 1);
	(void)snprintf(agent, sizeof agent, "tombstone/%s %s", tomb_version(), host);
	TOMB_TRY(tomb_inventory_end(cli->pg, &cli->actor, waiting->id,
		&(struct tomb_inventory_reading){
			inventory.archives, inventory.bytes, inventory.as_of_us, tomb_str_from(agent)},
		cli->arena, &report.outcome, err));
	report.as_of_us = report.outcome.as_of_us;
	report.archives = inventory.archives;
	return print_read(cli, store, &report, err);
}

static enum tomb_code go_on(
	struct cli *cli, struct tomb_store *store, const struct tomb_inventory *waiting, struct tomb_err *err)
{
	struct tomb_store_job_status status;

	TOMB_TRY(tomb_store_inventory_status(store, waiting->job_id, cli->arena, &status, err));
	switch (status.state) {
	case TOMB_STORE_JOB_WAITS:
		return wait_on(cli, store, waiting, err);
	case TOMB_STORE_JOB_READY:
		return read_it(cli, store, waiting, err);
	case TOMB_STORE_JOB_LOST:
		break;
	}
	TOMB_TRY(tomb_inventory_lose(cli->pg, &cli->actor, waiting->id, status.text, err));
	if (!cli->config.json)
		(void)fprintf(stderr, "The inventory that was asked for before is lost; the audit log says why.\n");
	return start(cli, store, err);
}

enum tomb_code cli_storage_inventory(struct cli *cli, struct tomb_err *err)
{
	TOMB_STORES_AUTO *stores = NULL;
	struct tomb_store *store = NULL;
	struct tomb_backend known;
	struct tomb_inventory waiting;
	bool found = false;

	if (cli->config.backends_file.n == 0)
		return CLI_MISUSE(cli, err, "the setting backends_file is missing");
	TOMB_TRY(tomb_stores_open(cli->config.backends_file.p, &stores, err));
	TOMB_TRY(tomb_stores_find(stores, cli_operand(cli, 0), &store, err));
	TOMB_TRY(tomb_backend_find(cli->pg, cli_operand(cli, 0), cli->arena, &known, err));
	TOMB_TRY(tomb_inventory_waiting(cli->pg, tomb_store_name(store), cli->arena, &waiting, &found, err));
	return found ? go_on(cli, store, &waiting, err) : start(cli, store, err);
}

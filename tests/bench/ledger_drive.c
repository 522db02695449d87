/*
 * ledger_drive DATABASE VERB [ARGUMENT]...: the ledger's verbs on a bulk of files, without any store, each timed.
 * DATABASE was filled by lib/ledger-fill.sql; PGHOST says where it is.  Prints one JSON object.
 *
 *	request object IDENTIFIER | request files IDENTIFIER COUNT      prints the request
 *	approve REQUEST                                                 prints the deletion
 *	impact REQUEST | plan
 *	work DELETION LANES      every batch of it: claim, confirm, settle as gone
 *	reference DELETION IDENTIFIER LANES      in the same batches, only what has to be written
 */
#include "benchsql.gen.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/clock.h"
#include "tombstone/decision.h"
#include "tombstone/deletion_request.h"
#include "tombstone/digest.h"
#include "tombstone/impact.h"
#include "tombstone/plan.h"
#include "tombstone/settle.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ARENA_BYTES = 256 * 1024 * 1024, /* ids of a million files, several times */
	BATCH_BYTES = 64 * 1024 * 1024,
	LEASE_MS = 300 * 1000,
	LANES_MAX = 64,
};

struct drive {
	const char *database;
	struct tomb_arena arena;
	struct tomb_err err;
};

#define MUST(d, expr)                                                                                                  \
	do {                                                                                                           \
		if ((expr) != TOMB_OK)                                                                                 \
			fail(&(d)->err, #expr);                                                                        \
	} while (0)

static _Noreturn void fail(const struct tomb_err *err, const char *what)
{
	(void)fprintf(stderr, "ledger_drive: %s: %s\n", what, err->text);
	exit(1);
}

static int64_t number(const char *text)
{
	char *end = NULL;
	long long n = strtoll(text, &end, 10);

	if (*end != '\0' || n <= 0) {
		(void)fprintf(stderr, "ledger_drive: \"%s\" is not a number from 1 on\n", text);
		exit(2);
	}
	return n;
}

static struct tomb_pg *open_as(struct drive *d, const char *role)
{
	static const struct tomb_pg_set *const registry_sets[] = {&sql_set_request, &sql_set_decision, &sql_set_plan,
		&sql_set_trace, &sql_set_people, &sql_set_account, &sql_set_read_impact, &benchsql_set_bench};
	static const struct tomb_pg_set *const worker_sets[] = {
		&sql_set_claim, &sql_set_settle, &sql_set_plan, &sql_set_trace, &sql_set_request};
	bool is_worker = strcmp(role, "tombstone_worker") == 0;
	struct tomb_pg *pg = NULL;
	char conninfo[256];

	(void)snprintf(conninfo, sizeof conninfo, "dbname=%s user=%s", d->database, role);
	MUST(d, tomb_pg_open_with(&pg, conninfo, &(struct tomb_pg_options){.plans_once = is_worker},
			is_worker ? worker_sets : registry_sets,
			is_worker ? TOMB_COUNTOF(worker_sets) : TOMB_COUNTOF(registry_sets), &d->err));
	return pg;
}

static struct tomb_pg *open_registry(struct drive *d)
{
	return open_as(d, "tombstone_registry");
}

static struct tomb_actor person(struct drive *d, struct tomb_pg *pg, const char *email)
{
	struct benchsql_person_row *p = NULL;

	MUST(d, benchsql_person(pg, &(struct benchsql_person_args){tomb_str_from(email)}, &d->arena, &p, &d->err));
	return (struct tomb_actor){.user_id = p->id,
		.institution_id = p->institution_id,
		.institution = TOMB_STR("test.edu"),
		.email = tomb_str_from(email),
		.name = tomb_str_from(email),
		.role = TOMB_ROLE_INST_ADMIN,
		.via = TOMB_VIA_WEB};
}

static int64_t object_id(struct drive *d, struct tomb_pg *pg, const char *identifier)
{
	struct benchsql_object_row *o = NULL;

	MUST(d, benchsql_object(pg, &(struct benchsql_object_args){tomb_str_from(identifier)}, &d->arena, &o, &d->err));
	return o->id;
}

static struct tomb_int8s files_of(struct drive *d, struct tomb_pg *pg, int64_t object, int64_t at_most)
{
	struct benchsql_files_row *rows = NULL;
	int64_t *ids = NULL;
	size_t n = 0;

	MUST(d, benchsql_files(pg, &(struct benchsql_files_args){object, at_most}, &d->arena, &rows, &n, &d->err));
	ids = TOMB_NEW(&d->arena, int64_t, n);
	if (!ids)
		exit(1);
	for (size_t i = 0; i < n; i++)
		ids[i] = rows[i].id;
	return (struct tomb_int8s){ids, n};
}

static double s_since(int64_t start_us)
{
	return (double)(tomb_clock_monotonic_us(tomb_clock_real()) - start_us) / TOMB_US_PER_S;
}

static int64_t now_us(void)
{
	return tomb_clock_monotonic_us(tomb_clock_real());
}

static void request(struct drive *d, char **args, int n)
{
	TOMB_PG_AUTO *pg = open_registry(d);
	struct tomb_actor alice = person(d, pg, "alice@test.edu");
	int64_t object = object_id(d, pg, args[1]);
	struct tomb_deletion_list list = {.object_ids = {&object, 1}};
	struct tomb_deletion_request made;
	int64_t start = 0;

	if (strcmp(args[0], "files") == 0 && n == 3)
		list = (struct tomb_deletion_list){.file_ids = files_of(d, pg, object, number(args[2]))};
	start = now_us();
	MUST(d, tomb_deletion_request_create(pg, &alice, &list, TOMB_STR("too much"), &made, &d->err));
	printf("{\"request\":%" PRId64 ",\"files\":%" PRId64 ",\"s\":%.3f}\n", made.id, made.file_count,
		s_since(start));
}

static void approve(struct drive *d, char **args, int n)
{
	TOMB_PG_AUTO *pg = open_registry(d);
	struct tomb_actor bob = person(d, pg, "bob@test.edu");
	int64_t request_id = number(args[0]);
	int64_t deletion = 0;
	int64_t start = 0;
	char token[TOMB_TOKEN_TEXT];

	(void)n;
	MUST(d, tomb_approval_token_new(pg, request_id, bob.user_id, token, &d->err));
	start = now_us();
	MUST(d, tomb_decision_make(pg, &bob, request_id, TOMB_APPROVE, tomb_str_from(token), &deletion, &d->err));
	printf("{\"deletion\":%" PRId64 ",\"s\":%.3f}\n", deletion, s_since(start));
}

static void impact(struct drive *d, char **args, int n)
{
	TOMB_PG_AUTO *pg = open_registry(d);
	struct tomb_actor bob = person(d, pg, "bob@test.edu");
	struct tomb_impacts found;
	int64_t start = now_us();

	(void)n;
	MUST(d, tomb_impact_of_request(pg, &bob, number(args[0]), &d->arena, &found, &d->err));
	printf("{\"places\":%zu,\"s\":%.3f}\n", found.n, s_since(start));
}

static void plan(struct drive *d, char **args, int n)
{
	TOMB_PG_AUTO *pg = open_registry(d);
	int64_t start = now_us();
	bool planned = false;
	struct rusage usage;

	(void)args;
	(void)n;
	MUST(d, tomb_plan_next(pg, &planned, &d->err));
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("{\"planned\":%s,\"s\":%.3f,\"peak_mib\":%.1f}\n", planned ? "true" : "false", s_since(start),
		(double)usage.ru_maxrss / 1024);
}

/* --- lanes --- */

/* What one lane does with its share of the work, as a process of its own. */
struct lane {
	struct drive *drive;
	struct tomb_int8s ids; /* batches, or files */
	int64_t deletion_id;
	size_t index, lanes;
};

static void settle_as_gone(struct lane *l, struct tomb_pg *pg, struct tomb_claim *claim, struct tomb_arena *arena)
{
	struct tomb_settled_copy *copies = TOMB_NEW(arena, struct tomb_settled_copy, claim->ncopies);
	struct tomb_settled_file *files = TOMB_NEW(arena, struct tomb_settled_file, claim->nfiles);
	struct tomb_settlement s = {copies, claim->ncopies, files, claim->nfiles, .error = TOMB_STR(""),
		.agent = TOMB_STR("tombstone-worker/0.1 bench")};
	struct tomb_settle_counts counts;

	if (!copies || !files)
		exit(1);
	for (size_t i = 0; i < claim->ncopies; i++)
		copies[i] = (struct tomb_settled_copy){.copy_id = claim->copies[i].id,
			.fate = TOMB_COPY_GONE,
			.detail = TOMB_STR(""),
			.provider_request_id = TOMB_STR("tx0000000001")};
	for (size_t i = 0; i < claim->nfiles; i++)
		files[i] = (struct tomb_settled_file){claim->files[i].file_id,
			claim->files[i].refusal.n ? TOMB_FILE_REFUSED : TOMB_FILE_DELETED, claim->files[i].refusal};
	MUST(l->drive, tomb_settle(pg, claim, &s, arena, &counts, &l->drive->err));
	if (counts.deleted != claim->nfiles) {
		(void)fprintf(stderr, "ledger_drive: of %zu files %zu were deleted\n", claim->nfiles, counts.deleted);
		exit(1);
	}
}

static void work_lane(struct lane *l, struct tomb_pg *pg)
{
	for (size_t i = l->index; i < l->ids.n; i += l->lanes) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(BATCH_BYTES);
		struct tomb_claim claim;
		bool taken = false;

		MUST(l->drive, tomb_claim_take(pg, l->ids.p[i], TOMB_STR("bench"), LEASE_MS, &arena, &claim, &taken,
				       &l->drive->err));
		if (!taken)
			continue;
		MUST(l->drive, tomb_claim_confirm(pg, &claim, LEASE_MS, &arena, &l->drive->err));
		settle_as_gone(l, pg, &claim, &arena);
	}
}

static void reference_batch(struct lane *l, struct tomb_pg *pg, struct tomb_int8s ids)
{
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	uint8_t digest[TOMB_SHA256_SIZE];
	struct tomb_err *err = &l->drive->err;
	size_t changed = 0;

	tomb_sha256((struct tomb_str){(const char *)ids.p, ids.n * sizeof *ids.p}, digest);
	MUST(l->drive, tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	MUST(l->drive, benchsql_reference_files(pg, &(struct benchsql_reference_files_args){ids}, &changed, err));
	MUST(l->drive, benchsql_reference_events(
			       pg, &(struct benchsql_reference_events_args){ids, l->deletion_id}, &changed, err));
	MUST(l->drive, benchsql_reference_copies(
			       pg, &(struct benchsql_reference_copies_args){ids, l->deletion_id}, &changed, err));
	MUST(l->drive,
		benchsql_reference_audit(pg,
			&(struct benchsql_reference_audit_args){l->deletion_id, {(const char *)digest, sizeof digest}},
			&changed, err));
	MUST(l->drive, tomb_tx_commit(&tx, err));
}

static void reference_lane(struct lane *l, struct tomb_pg *pg)
{
	for (size_t i = l->index * TOMB_BATCH_FILES; i < l->ids.n; i += l->lanes * TOMB_BATCH_FILES) {
		size_t left = l->ids.n - i;

		reference_batch(
			l, pg, (struct tomb_int8s){l->ids.p + i, left < TOMB_BATCH_FILES ? left : TOMB_BATCH_FILES});
	}
}

/* Connects, says that it is ready, waits for the start, works. */
static _Noreturn void be_lane(struct lane *l, bool is_reference, int ready, int go)
{
	TOMB_PG_AUTO *pg = is_reference ? NULL : open_as(l->drive, "tombstone_worker");
	char byte = 0;

	if (is_reference) {
		static const struct tomb_pg_set *const sets[] = {&benchsql_set_bench};
		char conninfo[256];

		(void)snprintf(conninfo, sizeof conninfo, "dbname=%s user=postgres", l->drive->database);
		MUST(l->drive, tomb_pg_open(&pg, conninfo, sets, TOMB_COUNTOF(sets), &l->drive->err));
	}
	if (write(ready, "", 1) != 1 || read(go, &byte, 1) != 0)
		exit(1);
	if (is_reference)
		reference_lane(l, pg);
	else
		work_lane(l, pg);
	tomb_pg_close(TOMB_TAKE(pg));
	_exit(0);
}

/* Seconds from the moment when all lanes are ready to the end of the last. */
static double run_lanes(struct lane *l, bool is_reference)
{
	int ready[2];
	int go[2];
	char byte = 0;
	int64_t start = 0;
	double s = 0;
	int status = 0;

	if (l->lanes > LANES_MAX || pipe(ready) != 0 || pipe(go) != 0)
		exit(1);
	(void)fflush(NULL);
	for (l->index = 0; l->index < l->lanes; l->index++)
		if (fork() == 0) {
			(void)close(go[1]);
			be_lane(l, is_reference, ready[1], go[0]);
		}
	(void)close(ready[1]);
	for (size_t i = 0; i < l->lanes; i++)
		if (read(ready[0], &byte, 1) != 1) {
			(void)fprintf(stderr, "ledger_drive: a lane ended early\n");
			exit(1);
		}
	start = now_us();
	(void)close(go[1]);
	for (size_t i = 0; i < l->lanes; i++)
		if (wait(&status) < 0 || status != 0)
			exit(1);
	s = s_since(start);
	return s;
}

static void print_rate(size_t files, double s)
{
	printf("{\"files\":%zu,\"s\":%.3f,\"files_per_s\":%.0f}\n", files, s, (double)files / s);
}

static void work(struct drive *d, char **args, int n)
{
	struct tomb_pg *pg = open_registry(d);
	struct lane l = {.drive = d, .deletion_id = number(args[0]), .lanes = (size_t)number(args[1])};
	struct benchsql_batches_row *rows = NULL;
	int64_t *ids = NULL;
	size_t nrows = 0;

	(void)n;
	MUST(d, benchsql_batches(
			pg, &(struct benchsql_batches_args){l.deletion_id}, &d->arena, &rows, &nrows, &d->err));
	ids = TOMB_NEW(&d->arena, int64_t, nrows);
	if (!ids)
		exit(1);
	for (size_t i = 0; i < nrows; i++)
		ids[i] = rows[i].id;
	l.ids = (struct tomb_int8s){ids, nrows};
	tomb_pg_close(pg);
	print_rate(nrows * TOMB_BATCH_FILES, run_lanes(&l, false));
}

static void reference(struct drive *d, char **args, int n)
{
	struct tomb_pg *pg = open_registry(d);
	struct lane l = {.drive = d, .deletion_id = number(args[0]), .lanes = (size_t)number(args[2])};

	(void)n;
	l.ids = files_of(d, pg, object_id(d, pg, args[1]), INT64_MAX);
	tomb_pg_close(pg);
	print_rate(l.ids.n, run_lanes(&l, true));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct drive *d, char **args, int n);
		int least;
	} verbs[] = {{"request", request, 2}, {"approve", approve, 1}, {"impact", impact, 1}, {"plan", plan, 0},
		{"work", work, 2}, {"reference", reference, 3}};
	struct drive d = {.arena = tomb_arena_init(ARENA_BYTES), .err = {.text = ""}};

	for (size_t i = 0; argc > 2 && i < TOMB_COUNTOF(verbs); i++)
		if (strcmp(argv[2], verbs[i].name) == 0 && argc - 3 >= verbs[i].least) {
			d.database = argv[1];
			verbs[i].run(&d, argv + 3, argc - 3);
			tomb_arena_fini(&d.arena);
			return 0;
		}
	(void)fprintf(stderr,
		"usage: ledger_drive DATABASE request|approve|impact|plan|work|reference ...: see its source\n");
	return 2;
}

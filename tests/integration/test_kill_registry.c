/*
 * kill -9 of the registry at every step from a request to its announcement and its mails (architecture.md §4, steps 1
 * to 3): whatever was going on, a fresh process carries on to the same end: one decision, every approved file deleted
 * once, every mail sent at least once.
 *
 * wrap: tomb_deletion_request_create tomb_approval_token_new tomb_decision_make tomb_tx_commit
 * wrap: tomb_outbox_take tomb_outbox_request tomb_outbox_done tomb_smtp_send
 * wrap: tomb_plan_next tomb_plan_due_in_turn tomb_redis_announce tomb_plan_announced tomb_audit_seal
 * wrap: sql_decision_insert sql_deletion_insert sql_deletion_insert_work_items sql_plan_batches
 */
#include "../../registry/service/dispatcher.h"
#include "../../registry/service/mailer.h"
#include "kill_step.h"
#include "mail_folder.h"
#include "moment.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/deletion_view.h"
#include "tombstone/outbox.h"
#include "tombstone/plan.h"
#include "tombstone/redis.h"
#include "tombstone/smtp_client.h"
#include "tombstone/tx.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 2, COPIES = 2, IDLE_MS_MAX = 240 * 1000 };

struct stage {
	struct tomb_world world;
	struct server *smtp;
	struct tomb_address redis;
	char stream[64];
};

/* ---- the steps ---- */

KILL_STEPS_AROUND(enum tomb_code, tomb_deletion_request_create,
	(struct tomb_pg * pg, const struct tomb_actor *actor, const struct tomb_deletion_list *list,
		struct tomb_str reason, struct tomb_deletion_request *out, struct tomb_err *err),
	(pg, actor, list, reason, out, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_approval_token_new,
	(struct tomb_pg * pg, int64_t request_id, int64_t user_id, char *token, struct tomb_err *err),
	(pg, request_id, user_id, token, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_decision_make,
	(struct tomb_pg * pg, const struct tomb_actor *actor, int64_t request_id, enum tomb_verdict_kind verdict,
		struct tomb_str token, int64_t *deletion_id, struct tomb_err *err),
	(pg, actor, request_id, verdict, token, deletion_id, err))
KILL_STEPS_AROUND(enum tomb_code, sql_decision_insert,
	(struct tomb_pg * pg, const struct sql_decision_insert_args *args, size_t *changed, struct tomb_err *err),
	(pg, args, changed, err))
KILL_STEPS_AROUND(enum tomb_code, sql_deletion_insert,
	(struct tomb_pg * pg, const struct sql_deletion_insert_args *args, struct tomb_arena *arena,
		struct sql_deletion_insert_row **row, struct tomb_err *err),
	(pg, args, arena, row, err))
KILL_STEPS_AROUND(enum tomb_code, sql_deletion_insert_work_items,
	(struct tomb_pg * pg, const struct sql_deletion_insert_work_items_args *args, size_t *changed,
		struct tomb_err *err),
	(pg, args, changed, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_tx_commit, (struct tomb_tx * tx, struct tomb_err *err), (tx, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_outbox_request,
	(struct tomb_pg * pg, int64_t id, struct tomb_arena *arena, struct tomb_outbox_request *out,
		struct tomb_err *err),
	(pg, id, arena, out, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_smtp_send,
	(struct tomb_smtp * smtp, const struct tomb_mail *mail, struct tomb_err *err), (smtp, mail, err))
KILL_STEPS_AROUND(
	enum tomb_code, tomb_outbox_done, (struct tomb_pg * pg, int64_t id, struct tomb_err *err), (pg, id, err))
KILL_STEPS_AROUND(
	enum tomb_code, tomb_plan_next, (struct tomb_pg * pg, bool *planned, struct tomb_err *err), (pg, planned, err))
KILL_STEPS_AROUND(enum tomb_code, sql_plan_batches,
	(struct tomb_pg * pg, const struct sql_plan_batches_args *args, size_t *changed, struct tomb_err *err),
	(pg, args, changed, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_plan_due_in_turn,
	(struct tomb_pg * pg, const struct tomb_plan_turn *turn, struct tomb_arena *arena, struct tomb_int8s *ids,
		struct tomb_err *err),
	(pg, turn, arena, ids, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_redis_announce,
	(struct tomb_redis * redis, const struct tomb_redis_queue *queue, const int64_t *ids, size_t n,
		struct tomb_err *err),
	(redis, queue, ids, n, err))
KILL_STEPS_AROUND(enum tomb_code, tomb_plan_announced,
	(struct tomb_pg * pg, struct tomb_int8s ids, struct tomb_err *err), (pg, ids, err))

/* These two tell also when there was nothing left to do. */
static atomic_bool mailer_is_idle;
static atomic_bool dispatcher_is_idle;

KILL_STEPS_THEN(enum tomb_code, tomb_outbox_take,
	(struct tomb_pg * pg, struct tomb_arena *arena, struct tomb_outbox_mail *out, bool *due, struct tomb_err *err),
	(pg, arena, out, due, err), if (result == TOMB_OK && !*due) atomic_store(&mailer_is_idle, true))
KILL_STEPS_THEN(enum tomb_code, tomb_audit_seal,
	(struct tomb_pg * pg, int at_most, size_t *sealed, struct tomb_err *err), (pg, at_most, sealed, err),
	if (result == TOMB_OK && *sealed == 0) atomic_store(&dispatcher_is_idle, true))

/* ---- the registry, in a process of its own ---- */

/* Not an assertion of cmocka's: this is a child. */
static void must(enum tomb_code code, const struct tomb_err *err)
{
	if (code == TOMB_OK)
		return;
	(void)fprintf(stderr, "the registry: %s\n", err->text);
	_exit(2);
}

static void wait_until(atomic_bool *is_idle)
{
	int64_t until = moment_ms() + IDLE_MS_MAX;

	for (; !atomic_load(is_idle); moment_pass())
		if (moment_ms() > until)
			_exit(4);
}

static void send_mails(const struct tomb_registry_config *config, const struct tomb_log *log)
{
	struct tomb_mailer *mailer = NULL;
	struct tomb_err err;

	atomic_store(&mailer_is_idle, false);
	must(tomb_mailer_start(config, log, &mailer, &err), &err);
	wait_until(&mailer_is_idle);
	tomb_mailer_stop(mailer);
}

static void dispatch(const struct tomb_registry_config *config, const struct tomb_log *log)
{
	struct tomb_dispatcher *dispatcher = NULL;
	struct tomb_err err;

	atomic_store(&dispatcher_is_idle, false);
	must(tomb_dispatcher_start(config, log, &dispatcher, &err), &err);
	wait_until(&dispatcher_is_idle);
	tomb_dispatcher_stop(dispatcher);
}

static void load_config(const struct stage *s, struct tomb_arena *arena, struct tomb_registry_config *config)
{
	TOMB_BUF_AUTO text = tomb_buf_init(4096);
	struct tomb_config_source source = {.text_name = "test"};
	struct tomb_config_found found;
	char address[TOMB_ADDRESS_TEXT];
	struct tomb_err err;

	tomb_buf_putf(&text,
		"database = %s\nredis = %s\nredis_stream = %s\nsmtp_url = smtp://127.0.0.1:%d\n"
		"mail_from = tombstone@test.edu\npublic_url = http://localhost\ndispatch_interval_ms = 10\n",
		tomb_fixture_pg_registry(), tomb_address_text(&s->redis, address), s->stream,
		smtp_server_port(s->smtp));
	must(tomb_buf_done(&text, &source.text, &err), &err);
	must(tomb_config_load(tomb_registry_config_table(), &source, arena, config, &found, &err), &err);
}

/* Alice asks; what was asked already is a conflict, as for anybody who repeats a click. */
static void ask(struct tomb_pg *pg, const struct tomb_world *w, int64_t object)
{
	struct tomb_deletion_list list = {.object_ids = {&object, 1}};
	struct tomb_deletion_request made;
	struct tomb_err err;
	enum tomb_code code = tomb_deletion_request_create(
		pg, &w->alice, &list, TOMB_STR("killed on the way"), &made, &err);

	if (code != TOMB_CONFLICT)
		must(code, &err);
}

static int64_t newest_request(struct tomb_pg *pg, const struct tomb_world *w)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_deletion_filter filter = {.newest_first = true};
	struct tomb_page page = {.limit = 1};
	struct tomb_deletion_page found;
	struct tomb_err err;

	must(tomb_deletion_view_list(pg, &w->bob, &filter, &page, &arena, &found, &err), &err);
	return found.p[0].id;
}

/* Bob agrees, with the token from his mail. */
static void agree(struct tomb_pg *pg, const struct stage *s)
{
	int64_t request = newest_request(pg, &s->world);
	char token[TOMB_TOKEN_TEXT];
	int64_t deletion = 0;
	struct tomb_err err;
	enum tomb_code code = TOMB_OK;

	if (!mail_folder_token(s->smtp, "bob@test.edu", request, token))
		_exit(3);
	code = tomb_decision_make(pg, &s->world.bob, request, TOMB_APPROVE, tomb_str_from(token), &deletion, &err);
	if (code != TOMB_CONFLICT)
		must(code, &err);
}

/* Everything that the registry does for one deletion, from wherever it is. */
static void run_registry(const struct stage *s, int64_t object)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	static const struct tomb_pg_set *const sets[] = {
		&sql_set_request, &sql_set_decision, &sql_set_trace, &sql_set_read_deletion, &sql_set_account};
	struct tomb_registry_config config;
	TOMB_PG_AUTO *pg = NULL;
	struct tomb_err err;

	load_config(s, &arena, &config);
	must(tomb_pg_open(&pg, tomb_fixture_pg_registry(), sets, TOMB_COUNTOF(sets), &err), &err);
	ask(pg, &s->world, object);
	send_mails(&config, &log);
	agree(pg, s);
	dispatch(&config, &log);
	send_mails(&config, &log);
}

/* True if it lived to its end. */
static bool registry_survives(const struct stage *s, int64_t object, long at)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)signal(SIGPIPE, SIG_IGN);
		kill_step_at(at);
		run_registry(s, object);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFEXITED(status);
}

/* ---- what must hold ---- */

static void no_approval_is_without_its_work(void)
{
	assert_int_equal(tomb_world_number("select count(*) from deletion_request r where r.state = 'approved' and "
					   "(select count(*) from work_item w join deletion d on d.id = w.deletion_id "
					   "where d.request_id = r.id) <> "
					   "(select count(*) from request_item i where i.request_id = r.id)"),
		0);
	assert_int_equal(tomb_world_number("select count(*) from decision full join deletion using (request_id) "
					   "where decision.request_id is null or deletion.id is null"),
		0);
	assert_int_equal(tomb_world_number("select count(*) from deletion_request r where (r.state = 'open') = "
					   "exists (select from decision d where d.request_id = r.id)"),
		0);
}

static void the_batch_is_announced(const struct stage *s, int64_t request)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_redis_options options = {.address = s->redis};
	struct tomb_redis_queue queue = {tomb_str_from(s->stream), TOMB_STR("workers"), TOMB_STR("the test"), 1000};
	struct tomb_redis_entries entries = {NULL, 0};
	int64_t batch = tomb_world_number("select id from batch where request_id = %" PRId64, request);
	bool found = false;
	TOMB_REDIS_AUTO *redis = NULL;

	TOMB_OK_OR_FAIL(tomb_redis_open(&redis, &options, &err));
	TOMB_OK_OR_FAIL(tomb_redis_join(redis, &queue, &err));
	TOMB_OK_OR_FAIL(tomb_redis_read(redis, &queue, TOMB_REDIS_READ_MAX, 0, &arena, &entries, &err));
	for (size_t i = 0; i < entries.n; i++) {
		found = found || entries.v[i].batch_id == batch;
		TOMB_OK_OR_FAIL(tomb_redis_ack(redis, &queue, entries.v[i].id, &err));
	}
	assert_true(found);
}

static void everything_was_mailed(const struct stage *s, int64_t request)
{
	static const struct {
		const char *to;
		const char *subject;
	} mails[] = {
		{"bob@test.edu", "Please decide: deletion request"},
		{"alice@test.edu", "Approved: deletion request"},
		{"bob@test.edu", "Approved: deletion request"},
		{"alice@test.edu", "Done: deletion request"},
		{"bob@test.edu", "Done: deletion request"},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(mails); i++) {
		char subject[64];

		(void)snprintf(subject, sizeof subject, "%s %" PRId64 " ", mails[i].subject, request);
		if (mail_folder_count(s->smtp, mails[i].to, subject) == 0)
			fail_msg("no mail \"%s\" to %s", subject, mails[i].to);
	}
	assert_int_equal(tomb_world_number("select count(*) from outbox where done_at is null"), 0);
}

static void everything_ended_well(struct tomb_world *w, int64_t object, int64_t request)
{
	assert_int_equal(
		tomb_world_number(
			"select count(*) from generic_file where state = 'D' and object_id = %" PRId64, object),
		FILES);
	assert_int_equal(tomb_world_number("select count(*) from premis_event where event_type = 'deletion' and "
					   "object_id = %" PRId64,
				 object),
		FILES + 1);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from work_item where status = 'Success' and object_id = %" PRId64, object),
		1);
	assert_int_equal(tomb_world_number("select count(*) from audit_entry where verb = 'approve deletion' and "
					   "subject = 'request %" PRId64 "'",
				 request),
		1);
	tomb_world_check(w);
}

static void the_audit_log_is_whole(struct tomb_world *w)
{
	struct tomb_audit_report report;

	TOMB_OK_OR_FAIL(tomb_audit_verify(w->registry, &report, &err));
	assert_string_equal(report.problem, "");
	assert_int_equal(report.bad_seq, 0);
	assert_int_equal(report.unsealed, 0);
}

static void x_16_the_registry_may_be_killed_at_every_step(void **state)
{
	struct stage *s = *state;
	long at = 0;
	bool survived = false;

	while (!survived) {
		char name[64];
		int64_t object = 0;
		int64_t request = 0;

		(void)snprintf(name, sizeof name, "test.edu/bag-%ld", ++at);
		object = tomb_world_object(&s->world, name, FILES, COPIES);
		survived = registry_survives(s, object, at);
		no_approval_is_without_its_work();
		/* A mail on its way is tried again after a pause. */
		tomb_fixture_pg_exec("update outbox set due_at = now() where done_at is null");
		assert_true(registry_survives(s, object, 0));
		/* Repeating made no second one. */
		assert_int_equal(tomb_world_number("select count(*) from deletion_request"), at);
		request = tomb_world_number("select max(id) from deletion_request");
		the_batch_is_announced(s, request);
		tomb_world_work(&s->world);
		assert_true(registry_survives(s, object, 0));
		everything_was_mailed(s, request);
		everything_ended_well(&s->world, object, request);
	}
	the_audit_log_is_whole(&s->world);
	print_message("    killed at each of %ld steps\n", at - 1);
	assert_true(at > 60);
}

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof *s);

	assert_non_null(s);
	tomb_world_open(&s->world);
	s->smtp = smtp_server_start(NULL);
	s->redis = redis_address();
	(void)snprintf(s->stream, sizeof s->stream, "test-kill-registry-%d", (int)getpid());
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;

	server_end(s->smtp);
	tomb_world_close(&s->world);
	free(s);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(x_16_the_registry_may_be_killed_at_every_step, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("killed registries", tests, NULL, NULL);
}

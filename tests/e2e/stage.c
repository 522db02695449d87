#include "stage.h"

#include "mail_folder.h"
#include "moment.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/password.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { WAIT_MS = 240 * 1000, SQL_MAX = 4096, SETTINGS_MAX = 8192 };

static void give_passwords(void)
{
	char hash[TOMB_PASSWORD_HASH];

	TOMB_OK_OR_FAIL(tomb_password_hash(TOMB_STR(STAGE_PASSWORD), hash, &err));
	tomb_world_exec("update user_account set password_hash = '%s'", hash);
}

static void port_file(const struct stage *s, char out[static 96])
{
	(void)snprintf(out, 96, "%s/port", s->world.folder);
}

static void init_registry(struct stage *s)
{
	TOMB_BUF_AUTO text = tomb_buf_init(SETTINGS_MAX);
	struct tomb_address redis = server_address(s->redis);
	char address[TOMB_ADDRESS_TEXT];
	char path[96];

	port_file(s, path);
	tomb_buf_putf(&text, "listen = 127.0.0.1:0\nport_file = %s\npublic_url = http://registry\n", path);
	tomb_buf_putf(
		&text, "database = %s\nredis = %s\n", tomb_fixture_pg_registry(), tomb_address_text(&redis, address));
	tomb_buf_putf(&text, "smtp_url = smtp://127.0.0.1:%d\nmail_from = tombstone@registry.test\n",
		smtp_server_port(s->smtp));
	tomb_world_secrets_key(&s->world, path);
	tomb_buf_putf(&text, "secrets_key_file = %s\n", path);
	tomb_buf_putf(&text, "request_threads = 4\ndispatch_interval_ms = 50\nsweep_interval_ms = 200\n"
			     "request_rate = 100000\n"); /* a test asks as fast as it can */
	tomb_buf_put(&text, (struct tomb_str){"", 1});   /* a C string from here */
	program_init(&s->registry, "tombstone-registry", s->world.folder, text.p);
}

void stage_set_worker(struct stage *s, const char *how)
{
	TOMB_BUF_AUTO text = tomb_buf_init(SETTINGS_MAX);
	struct tomb_address redis = server_address(s->redis);
	char address[TOMB_ADDRESS_TEXT];

	tomb_buf_putf(&text, "database = %s\nredis = %s\nbackends_file = %s\n", tomb_fixture_pg_worker(),
		tomb_address_text(&redis, address), s->world.backends_file);
	tomb_buf_putf(&text, "lease_s = 5\npoll_ms = 50\nmax_attempts = 100\nbackoff_base_ms = 50\n%s", how);
	tomb_buf_put(&text, (struct tomb_str){"", 1});
	program_init(&s->worker, "tombstone-worker", s->world.folder, text.p);
}

int stage_set_up(void **state)
{
	struct stage *s = calloc(1, sizeof *s);

	assert_non_null(s);
	tomb_world_open(&s->world);
	give_passwords();
	s->redis = redis_server_start();
	s->smtp = smtp_server_start(NULL);
	init_registry(s);
	stage_set_worker(s, "lanes = 2\nbackoff_max_ms = 500\n");
	*state = s;
	return 0;
}

/* What a program says only when it is wrong. */
static void check_log(const struct program *p)
{
	static const char *const words[] = {"Sanitizer", "runtime error:", "Assertion", "code=internal"};
	char *log = p->was_started ? program_log(p) : NULL;

	for (size_t i = 0; log && i < TOMB_COUNTOF(words); i++)
		if (strstr(log, words[i])) {
			program_print_log(p);
			fail_msg("%s says \"%s\"", p->name, words[i]);
		}
	free(log);
}

int stage_tear_down(void **state)
{
	struct stage *s = *state;

	if (s->registry.pid > 0)
		program_kill(&s->registry);
	if (s->worker.pid > 0)
		program_kill(&s->worker);
	check_log(&s->registry);
	check_log(&s->worker);
	server_end(s->redis);
	server_end(s->smtp);
	if (getenv("TOMBSTONE_TEST_KEEP"))
		print_message("kept: %s\n", s->world.folder);
	else
		tomb_world_close(&s->world);
	free(s);
	return 0;
}

bool stage_find_port(const struct stage *s, uint16_t *port)
{
	char path[96];
	char text[16] = "";
	FILE *f = NULL;
	bool is_there = false;

	port_file(s, path);
	f = fopen(path, "re");
	if (!f)
		return false;
	is_there = fgets(text, sizeof text, f) != NULL; /* who wrote it may have been killed on the way */
	assert_int_equal(fclose(f), 0);
	if (is_there)
		*port = (uint16_t)strtoul(text, NULL, 10);
	return is_there;
}

void stage_start_registry(struct stage *s)
{
	int64_t until = moment_ms() + WAIT_MS;
	char path[96];

	port_file(s, path);
	(void)unlink(path);
	program_start(&s->registry);
	while (!stage_find_port(s, &s->port)) {
		program_must_live(&s->registry);
		if (moment_ms() > until)
			fail_msg("the registry does not listen");
		moment_pass();
	}
}

void stage_start(struct stage *s)
{
	program_start(&s->worker);
	stage_start_registry(s);
}

static struct visitor new_visitor(struct stage *s, const struct tomb_actor *who)
{
	struct visitor v = {.port = &s->port};

	(void)snprintf(v.email, sizeof v.email, "%.*s", TOMB_STR_ARG(who->email));
	return v;
}

void stage_sign_in(struct stage *s, const struct tomb_actor *who, struct visitor *out)
{
	*out = new_visitor(s, who);
	assert_int_equal(visitor_sign_in(out, STAGE_PASSWORD), 303);
}

void stage_give_key(struct stage *s, const struct tomb_actor *who, struct visitor *out)
{
	int64_t id = 0;

	*out = new_visitor(s, who);
	TOMB_OK_OR_FAIL(
		tomb_api_key_create(s->world.registry, who, who->user_id, TOMB_STR("end to end"), &id, out->key, &err));
}

void stage_wait(struct stage *s, int64_t wanted, const char *fmt, ...)
{
	int64_t until = moment_ms() + WAIT_MS;
	int64_t found = 0;
	char sql[SQL_MAX];
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(sql, sizeof sql, fmt, ap), 1, sizeof sql - 1);
	va_end(ap);
	while ((found = tomb_fixture_pg_number(sql)) != wanted) {
		if (moment_ms() > until) {
			program_print_log(&s->registry);
			program_print_log(&s->worker);
			fail_msg("%s: still %" PRId64 ", not %" PRId64, sql, found, wanted);
		}
		moment_pass();
	}
}

void stage_token(struct stage *s, const char *email, int64_t request_id, char token[static TOMB_TOKEN_TEXT])
{
	int64_t until = moment_ms() + WAIT_MS;

	while (!mail_folder_token(s->smtp, email, request_id, token)) {
		if (moment_ms() > until) {
			program_print_log(&s->registry);
			fail_msg("no token for %s", email);
		}
		moment_pass();
	}
}

/* each approved file went once, with one event, and each object with its own. */
static void check_files(void)
{
	assert_int_equal(tomb_world_number("select count(*) from request_file f join deletion d using (request_id) "
					   "join generic_file g on g.id = f.file_id "
					   "where f.outcome <> 'deleted' or g.state <> 'D'"),
		0);
	assert_int_equal(tomb_world_number("select count(*) from generic_file g where state = 'D' and not exists "
					   "(select from request_file f join deletion d using (request_id) "
					   "where f.file_id = g.id)"),
		0);
	assert_int_equal(tomb_world_number("select count(*) from work_item where status <> 'Success' "
					   "or files_done <> files_total or needs_admin_review"),
		0);
	assert_int_equal(tomb_world_number("select count(*) from batch where state <> 'done'"), 0);
	assert_int_equal(tomb_world_number("select count(*) from (select count(*) as events from premis_event "
					   "where event_type = 'deletion' group by object_id, file_id, generation) n "
					   "where events <> 1"),
		0);
}

/* The stores are looked at, not the ledger: a deleted file has no byte left, any other has all of them. */
static void check_bytes(const struct stage *s)
{
	int64_t there = tomb_world_number("select count(*) from copy where status <> 'gone'");
	char command[256];
	FILE *f = NULL;
	char text[32] = "";

	(void)snprintf(command, sizeof command, "find %s/local-* -type f -name 'file-*' | wc -l", s->world.folder);
	f = popen(command, "re"); /* NOLINT(cert-env33-c): a test, and names of our own making */
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof text, f));
	assert_int_equal(pclose(f), 0);
	assert_int_equal(strtoll(text, NULL, 10), there);
	assert_int_equal(tomb_world_number("select count(*) from copy c join generic_file f on f.id = c.file_id "
					   "where (f.state = 'D') <> (c.status = 'gone')"),
		0);
}

static void check_audit(void)
{
	struct tomb_audit_report report;
	TOMB_PG_AUTO *pg = NULL;

	TOMB_OK_OR_FAIL(tomb_pg_open(&pg, tomb_fixture_pg_registry(), sql_all, sql_nall, &err));
	TOMB_OK_OR_FAIL(tomb_audit_verify(pg, &report, &err));
	assert_string_equal(report.problem, "");
	assert_int_equal(report.bad_seq, 0);
	assert_int_equal(report.unsealed, 0);
}

void stage_check(struct stage *s)
{
	stage_wait(s, 0, "select count(*) from deletion where finished_at is null");
	stage_wait(s, 0, "select count(*) from outbox where done_at is null");
	stage_wait(s, 0,
		"select count(*) from audit_entry e where not exists "
		"(select from audit_seal a where a.entry_id = e.id)");
	check_files();
	check_bytes(s);
	check_audit();
	tomb_world_check(&s->world);
}

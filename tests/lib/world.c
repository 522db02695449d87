#include "world.h"

#include "lane.h"
#include "pg_fixture.h"
#include "sql.gen.h"
#include "tombstone/digest.h"
#include "tombstone/plan.h"
#include "tombstone/uuid.h"

#include <glob.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { SQL_MAX = 4096, BYTES_OF_A_FILE = 64 };

void tomb_world_exec(const char *fmt, ...)
{
	char sql[SQL_MAX];
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(sql, sizeof sql, fmt, ap), 1, sizeof sql - 1);
	va_end(ap);
	tomb_fixture_pg_exec(sql);
}

int64_t tomb_world_number(const char *fmt, ...)
{
	char sql[SQL_MAX];
	va_list ap;

	va_start(ap, fmt);
	assert_in_range(vsnprintf(sql, sizeof sql, fmt, ap), 1, sizeof sql - 1);
	va_end(ap);
	return tomb_fixture_pg_number(sql);
}

int64_t tomb_world_institution(const char *identifier)
{
	tomb_world_exec("insert into institution (identifier, name, admin_days) values ('%s', '%s', 0)", identifier,
		identifier);
	return tomb_world_number("select id from institution where identifier = '%s'", identifier);
}

struct tomb_actor tomb_world_user(int64_t institution, const char *host, const char *email, enum tomb_role role)
{
	tomb_world_exec("insert into user_account (institution_id, email, name, role) values (%" PRId64
			", '%s', '%s', '%.*s')",
		institution, email, email, TOMB_STR_ARG(tomb_role_name(role)));
	return (struct tomb_actor){
		.user_id = tomb_world_number("select id from user_account where email = '%s'", email),
		.institution_id = institution,
		.institution = tomb_str_from(host),
		.email = tomb_str_from(email),
		.name = tomb_str_from(email),
		.role = role,
		.via = TOMB_VIA_API,
	};
}

void tomb_world_duties(struct tomb_actor *who, unsigned duties)
{
	tomb_world_exec("delete from user_duty where user_id = %" PRId64, who->user_id);
	for (int d = 0; d < TOMB_DUTY_MAX; d++)
		if (duties & TOMB_DUTY_BIT(d))
			tomb_world_exec("insert into user_duty (user_id, duty, given_by) values (%" PRId64
					", '%s', 'a test')",
				who->user_id, tomb_duty_name((enum tomb_duty)d).p);
	who->duties = duties;
}

static void add_stores(struct tomb_world *w)
{
	FILE *f = NULL;

	(void)snprintf(w->backends_file, sizeof w->backends_file, "%s/backends.conf", w->folder);
	f = fopen(w->backends_file, "w");
	assert_non_null(f);
	for (int i = 1; i <= TOMB_WORLD_COPIES_MAX; i++) {
		char path[96];

		(void)snprintf(path, sizeof path, "%s/local-%d", w->folder, i);
		assert_int_equal(mkdir(path, 0700), 0);
		(void)fprintf(f, "[backend local-%d]\nkind = directory\npath = %s\n", i, path);
		tomb_world_exec("insert into storage_backend (name) values ('local-%d')", i);
	}
	assert_int_equal(fclose(f), 0);
	TOMB_OK_OR_FAIL(tomb_stores_open(w->backends_file, &w->stores, &err));
}

void tomb_world_open(struct tomb_world *w)
{
	*w = (struct tomb_world){.folder = "/tmp/tombstone-world-XXXXXX"};
	assert_non_null(mkdtemp(w->folder));
	tomb_fixture_pg_fresh();
	TOMB_OK_OR_FAIL(tomb_pg_open(&w->registry, tomb_fixture_pg_registry(), sql_all, sql_nall, &err));
	TOMB_OK_OR_FAIL(tomb_pg_open(&w->worker, tomb_fixture_pg_worker(), sql_all, sql_nall, &err));
	add_stores(w);
	w->institution = tomb_world_institution("test.edu");
	w->other_institution = tomb_world_institution("other.edu");
	w->alice = tomb_world_user(w->institution, "test.edu", "alice@test.edu", TOMB_ROLE_INST_ADMIN);
	w->bob = tomb_world_user(w->institution, "test.edu", "bob@test.edu", TOMB_ROLE_INST_ADMIN);
	w->carol = tomb_world_user(w->institution, "test.edu", "carol@test.edu", TOMB_ROLE_INST_USER);
	w->mallory = tomb_world_user(w->other_institution, "other.edu", "mallory@other.edu", TOMB_ROLE_INST_ADMIN);
	w->oscar = tomb_world_user(
		tomb_world_institution("operator.org"), "operator.org", "oscar@operator.org", TOMB_ROLE_SYSADMIN);
	w->standard = tomb_world_option(w, "Standard", 0);
}

void tomb_world_close(struct tomb_world *w)
{
	char command[128];

	tomb_stores_close(w->stores);
	tomb_pg_close(w->registry);
	tomb_pg_close(w->worker);
	(void)snprintf(command, sizeof command, "rm -rf %s", w->folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a test, and a name of our own making */
}

int tomb_world_set_up(void **state)
{
	struct tomb_world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	tomb_world_open(w);
	*state = w;
	return 0;
}

int tomb_world_tear_down(void **state)
{
	tomb_world_close(*state);
	free(*state);
	return 0;
}

int64_t tomb_world_option(struct tomb_world *w, const char *name, int min_days)
{
	(void)w;
	tomb_world_exec("insert into storage_option (name, min_days) values ('%s', %d) on conflict (name) do nothing",
		name, min_days);
	return tomb_world_number("select id from storage_option where name = '%s'", name);
}

/* Bytes that say which file and generation they are of. */
static enum tomb_code read_bytes(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_str *left = arg;

	(void)err;
	*n = left->n < cap ? left->n : cap;
	if (*n > 0)
		memcpy(buf, left->p, *n);
	left->p += *n;
	left->n -= *n;
	return TOMB_OK;
}

/* One copy: the bytes in the store, and its row. */
static void add_copy(struct tomb_world *w, int64_t file_id, int generation, int64_t option, int backend)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	char bytes[BYTES_OF_A_FILE + 1];
	char key[64];
	char name[16];
	struct tomb_str left = {bytes, BYTES_OF_A_FILE};
	struct tomb_put put = {.size_bytes = BYTES_OF_A_FILE, .read = read_bytes, .arg = &left};
	struct tomb_placed placed = {.etag = TOMB_STR("")};
	struct tomb_store *store = NULL;
	struct tomb_str url;

	(void)snprintf(bytes, sizeof bytes, "%032" PRId64 "%032d", file_id, generation);
	(void)snprintf(key, sizeof key, "file-%" PRId64 "-%d", file_id, generation);
	(void)snprintf(name, sizeof name, "local-%d", backend);
	tomb_sha256(left, put.sha256);
	put.key = tomb_str_from(key);
	TOMB_OK_OR_FAIL(tomb_stores_find(w->stores, tomb_str_from(name), &store, &err));
	TOMB_OK_OR_FAIL(tomb_store_put(store, &put, &arena, &placed, &err));
	TOMB_OK_OR_FAIL(tomb_store_url(store, put.key, &arena, &url, &err));
	tomb_world_exec("insert into copy (file_id, generation, backend_id, storage_option_id, url, etag, size_bytes) "
			"select %" PRId64 ", %d, b.id, %" PRId64
			", '%.*s', nullif('%.*s', ''), %d from storage_backend b where b.name = '%s'",
		file_id, generation, option, TOMB_STR_ARG(url), TOMB_STR_ARG(placed.etag), BYTES_OF_A_FILE, name);
}

int64_t tomb_world_object_in(
	struct tomb_world *w, int64_t institution, int64_t option, const char *identifier, int files, int copies)
{
	int64_t object = 0;

	tomb_world_exec(
		"insert into intellectual_object (institution_id, identifier, bag_name, title, storage_option_id) "
		"values (%" PRId64 ", '%s', '%s', '%s', %" PRId64 ")",
		institution, identifier, identifier, identifier, option);
	object = tomb_world_number("select id from intellectual_object where identifier = '%s'", identifier);
	tomb_world_exec("insert into generic_file (institution_id, object_id, identifier, file_format, size_bytes, "
			"storage_option_id) "
			"select %" PRId64 ", %" PRId64 ", '%s/data/' || n, 'text/plain', %d, %" PRId64
			" from generate_series(1, %d) n order by n",
		institution, object, identifier, BYTES_OF_A_FILE, option, files);
	for (int i = 1; i <= files; i++)
		for (int j = 1; j <= copies; j++)
			add_copy(w,
				tomb_world_number(
					"select id from generic_file where identifier = '%s/data/%d'", identifier, i),
				1, option, j);
	return object;
}

int64_t tomb_world_object(struct tomb_world *w, const char *identifier, int files, int copies)
{
	return tomb_world_object_in(w, w->institution, w->standard, identifier, files, copies);
}

int64_t tomb_world_file(struct tomb_world *w, const char *identifier)
{
	(void)w;
	return tomb_world_number("select id from generic_file where identifier = '%s'", identifier);
}

void tomb_world_restore(struct tomb_world *w, int64_t file_id, int copies)
{
	int generation = (int)tomb_world_number("select generation + 1 from generic_file where id = %" PRId64, file_id);

	tomb_world_exec(
		"update copy set status = 'superseded' where file_id = %" PRId64 " and status = 'stored'", file_id);
	tomb_world_exec("update intellectual_object o set state = 'A', cycle = o.cycle + (o.state = 'D')::int from "
			"generic_file f "
			"where f.id = %" PRId64 " and o.id = f.object_id",
		file_id);
	tomb_world_exec(
		"update generic_file set state = 'A', generation = %d where id = %" PRId64, generation, file_id);
	for (int i = 1; i <= copies; i++)
		add_copy(w, file_id, generation, w->standard, i);
}

int tomb_world_bytes(struct tomb_world *w, int64_t file_id)
{
	char pattern[160];
	glob_t found = {.gl_pathc = 0};
	int there = 0;

	(void)snprintf(pattern, sizeof pattern, "%s/local-*/*/file-%" PRId64 "-*", w->folder, file_id);
	if (glob(pattern, 0, NULL, &found) == 0)
		there = (int)found.gl_pathc;
	globfree(&found);
	return there;
}

static int64_t request(struct tomb_world *w, struct tomb_int8s objects, struct tomb_int8s files)
{
	struct tomb_deletion_list list = {.object_ids = objects, .file_ids = files};
	struct tomb_deletion_request made = {.id = 0};

	TOMB_OK_OR_FAIL(tomb_deletion_request_create(w->registry, &w->alice, &list, TOMB_STR("a test"), &made, &err));
	return made.id;
}

int64_t tomb_world_request_object(struct tomb_world *w, int64_t object_id)
{
	return request(w, (struct tomb_int8s){&object_id, 1}, (struct tomb_int8s){NULL, 0});
}

int64_t tomb_world_request_file(struct tomb_world *w, int64_t file_id)
{
	return request(w, (struct tomb_int8s){NULL, 0}, (struct tomb_int8s){&file_id, 1});
}

void tomb_world_token(
	struct tomb_world *w, int64_t request_id, const struct tomb_actor *who, char token[static TOMB_TOKEN_TEXT])
{
	TOMB_OK_OR_FAIL(tomb_approval_token_new(w->registry, request_id, who->user_id, token, &err));
}

int64_t tomb_world_approve(struct tomb_world *w, int64_t request_id)
{
	char token[TOMB_TOKEN_TEXT];
	int64_t deletion = 0;

	tomb_world_token(w, request_id, &w->bob, token);
	TOMB_OK_OR_FAIL(tomb_decision_make(
		w->registry, &w->bob, request_id, TOMB_APPROVE, tomb_str_from(token), &deletion, &err));
	return deletion;
}

void tomb_world_plan(struct tomb_world *w)
{
	bool planned = true;

	while (planned)
		TOMB_OK_OR_FAIL(tomb_plan_next(w->registry, &planned, &err));
}

static bool never(void)
{
	return false;
}

void tomb_world_work(struct tomb_world *w)
{
	static const struct tomb_lane_options options = {
		.owner = {"test", 4},
		.agent = {"tombstone test", 14},
		.lease_ms = 60000,
		.verify = TOMB_VERIFY_ALL,
		.max_attempts = 3,
		.backoff_ms = 1,
		.backoff_max_ms = 1,
	};
	struct tomb_log log = {.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	struct tomb_lane lane = {&options, &log, tomb_clock_real(), w->worker, w->stores, never};

	tomb_world_plan(w);
	for (;;) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
		struct tomb_int8s ids = {NULL, 0};

		tomb_fixture_pg_exec("update batch set due_at = now() where state = 'ready'");
		TOMB_OK_OR_FAIL(tomb_plan_due(w->registry, 0, 100, &arena, &ids, &err));
		if (ids.n == 0)
			return;
		for (size_t i = 0; i < ids.n; i++)
			TOMB_OK_OR_FAIL(tomb_lane_do(&lane, ids.p[i], &err));
	}
}

void tomb_world_check(struct tomb_world *w)
{
	(void)w;
	/* I2 */
	assert_int_equal(tomb_world_number("select count(*) from generic_file f where state = 'D' and exists "
					   "(select from copy c where c.file_id = f.id and c.status <> 'gone')"),
		0);
	/* I3: a deleted file has one deletion event at its generation, an active one none */
	assert_int_equal(
		tomb_world_number(
			"select count(*) from generic_file f where (state = 'D') <> ((select count(*) from "
			"premis_event "
			"e "
			"where e.file_id = f.id and e.generation = f.generation and e.event_type = 'deletion') = 1)"),
		0);
	/* I1: whatever was claimed or removed stands on the list of an approved request */
	assert_int_equal(
		tomb_world_number("select count(*) from copy c where status in ('removing', 'gone') and not exists "
				  "(select from deletion d "
				  "join decision a on a.request_id = d.request_id and a.verdict = 'approve' "
				  "join request_file l on l.request_id = d.request_id and l.file_id = c.file_id where "
				  "d.id = c.deletion_id)"),
		0);
	/* I5 */
	assert_int_equal(
		tomb_world_number(
			"select count(*) from decision where verdict = 'approve' and decided_by = requested_by "
			"and not as_sole_admin"),
		0);
	/* Tallies say what a count says. */
	assert_int_equal(tomb_world_number("select count(*) from tally_difference"), 0);
	/* I8: every decision and every settled batch has its entry */
	assert_int_equal(
		tomb_world_number(
			"select (select count(*) from decision) - (select count(*) from audit_entry where verb in "
			"('approve deletion', 'reject deletion'))"),
		0);
}

void tomb_world_secrets_key(const struct tomb_world *w, char path[static TOMB_WORLD_PATH])
{
	FILE *f = NULL;

	(void)snprintf(path, TOMB_WORLD_PATH, "%s/secrets-key", w->folder);
	f = fopen(path, "we");
	assert_non_null(f);
	for (int i = 0; i < 64; i++) /* as "openssl rand -hex 32" would, but for the randomness */
		assert_int_not_equal(fputc('7', f), EOF);
	assert_int_equal(fclose(f), 0);
}

/* How often a page asks the database.  What a page costs is counted in statements: each is a round trip, and a page
 * that asks once for each of its rows would be slow where there are many.
 *
 * wrap: PQexec PQexecPrepared PQsendQueryPrepared
 */
#include "site.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include <cmocka.h>

/* What everybody asked since it was set to 0.  Nothing of a page: what is heard of running deletions, and that a
 * session is in use, which is written once in a while. */
static atomic_int asked;

struct pg_conn; /* PGconn and PGresult, as libpq-fe.h declares them */
struct pg_result;

static bool is_of_a_page(const char *name)
{
	return strncmp(name, "deletion_watch", strlen("deletion_watch")) != 0 &&
	       strcmp(name, "people_session_seen") != 0;
}

/* NOLINTBEGIN(readability-identifier-naming): the linker chose these names */

struct pg_result *__real_PQexec(struct pg_conn *conn, const char *sql);
struct pg_result *__wrap_PQexec(struct pg_conn *conn, const char *sql);
struct pg_result *__wrap_PQexec(struct pg_conn *conn, const char *sql)
{
	atomic_fetch_add(&asked, 1);
	return __real_PQexec(conn, sql);
}

struct pg_result *__real_PQexecPrepared(struct pg_conn *conn, const char *name, int n, const char *const *values,
	const int *lengths, const int *formats, int format);
struct pg_result *__wrap_PQexecPrepared(struct pg_conn *conn, const char *name, int n, const char *const *values,
	const int *lengths, const int *formats, int format);
struct pg_result *__wrap_PQexecPrepared(struct pg_conn *conn, const char *name, int n, const char *const *values,
	const int *lengths, const int *formats, int format)
{
	atomic_fetch_add(&asked, is_of_a_page(name));
	return __real_PQexecPrepared(conn, name, n, values, lengths, formats, format);
}

int __real_PQsendQueryPrepared(struct pg_conn *conn, const char *name, int n, const char *const *values,
	const int *lengths, const int *formats, int format);
int __wrap_PQsendQueryPrepared(struct pg_conn *conn, const char *name, int n, const char *const *values,
	const int *lengths, const int *formats, int format);
int __wrap_PQsendQueryPrepared(struct pg_conn *conn, const char *name, int n, const char *const *values,
	const int *lengths, const int *formats, int format)
{
	atomic_fetch_add(&asked, is_of_a_page(name));
	return __real_PQsendQueryPrepared(conn, name, n, values, lengths, formats, format);
}

/* NOLINTEND(readability-identifier-naming) */

enum thing { NOTHING, OBJECT, A_FILE, REQUEST, ITEM, THINGS };

/* The most that each may ask, the session and the unread alerts with it. */
static const struct {
	const char *before;
	enum thing thing;
	const char *behind;
	int statements;
} pages[] = {
	{"/dashboard", NOTHING, "", 12},
	{"/objects", NOTHING, "", 5},
	{"/objects/show/", OBJECT, "", 18},
	{"/objects/events/", OBJECT, "", 7},
	{"/objects/request_delete/", OBJECT, "", 13},
	{"/files", NOTHING, "", 5},
	{"/files/show/", A_FILE, "", 11},
	{"/files/events/", A_FILE, "", 7},
	{"/deletions", NOTHING, "", 5},
	{"/deletions/show/", REQUEST, "", 9},
	{"/deletions/print/", REQUEST, "", 5},
	{"/deletions/review/", REQUEST, "", 2},
	{"/events", NOTHING, "", 5},
	{"/work_items", NOTHING, "", 5},
	{"/work_items/show/", ITEM, "", 3},
	{"/alerts", NOTHING, "", 5},
	{"/storage_options", NOTHING, "", 6},
	{"/audit", NOTHING, "", 5},
	{"/users", NOTHING, "", 4},
	{"/account", NOTHING, "", 5},
	{"/api/v1/objects", NOTHING, "", 3},
	{"/api/v1/objects/", OBJECT, "", 5},
	{"/api/v1/objects/", OBJECT, "/files", 4},
	{"/api/v1/files", NOTHING, "", 3},
	{"/api/v1/files/", A_FILE, "", 7},
	{"/api/v1/events", NOTHING, "", 3},
	{"/api/v1/deletions", NOTHING, "", 3},
	{"/api/v1/deletions/", REQUEST, "", 3},
	{"/api/v1/deletions/", REQUEST, "/files", 3},
	{"/api/v1/work-items", NOTHING, "", 3},
	{"/member-api/v3/objects", NOTHING, "", 3},
	{"/member-api/v3/files", NOTHING, "", 4},
	{"/member-api/v3/events", NOTHING, "", 3},
	{"/member-api/v3/items", NOTHING, "", 3},
	{"/static/style.css", NOTHING, "", 0},
};

static void count_all(struct site *s, const int64_t ids[static THINGS])
{
	bool is_more = false;

	for (size_t i = 0; i < TOMB_COUNTOF(pages); i++) {
		RAW_ANSWER_AUTO a = {0};
		char id[32] = "";
		int n = 0;

		if (pages[i].thing != NOTHING)
			(void)snprintf(id, sizeof id, "%" PRId64, ids[pages[i].thing]);
		atomic_store(&asked, 0);
		site_get(s, &s->bob, &a, "%s%s%s", pages[i].before, id, pages[i].behind);
		n = atomic_load(&asked);
		if (a.status != 200)
			fail_msg("%s%s%s: %d\n%s", pages[i].before, id, pages[i].behind, a.status, a.body);
		if (n > pages[i].statements || (pages[i].statements > 0 && n == 0)) {
			print_message("%s%s%s: %d statements, %d allowed\n", pages[i].before, id, pages[i].behind, n,
				pages[i].statements);
			is_more = true;
		}
	}
	assert_false(is_more);
}

static void a_page_asks_as_often_with_many_rows_as_with_one(void **state)
{
	struct site *s = *state;
	int64_t ids[THINGS] = {0};
	int64_t done = tomb_world_object(&s->world, "test.edu/done", 1, 1);

	(void)tomb_world_approve(&s->world, tomb_world_request_object(&s->world, done));
	tomb_world_plan(&s->world);
	tomb_world_work(&s->world);
	ids[OBJECT] = tomb_world_object(&s->world, "test.edu/bag", 1, 1);
	ids[A_FILE] = tomb_world_file(&s->world, "test.edu/bag/data/1");
	ids[REQUEST] = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/open", 1, 1));
	ids[ITEM] = tomb_world_number("select min(id) from work_item where action = 'Delete'");
	count_all(s, ids);
	for (int i = 0; i < 8; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "test.edu/more-%d", i);
		(void)tomb_world_request_object(&s->world, tomb_world_object(&s->world, name, 3, 2));
	}
	ids[OBJECT] = tomb_world_object(&s->world, "test.edu/large", 30, 2);
	ids[A_FILE] = tomb_world_file(&s->world, "test.edu/large/data/7");
	ids[REQUEST] = tomb_world_request_object(&s->world, tomb_world_object(&s->world, "test.edu/asked", 30, 2));
	count_all(s, ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_page_asks_as_often_with_many_rows_as_with_one, site_set_up, site_tear_down),
	};

	return cmocka_run_group_tests_name("statements", tests, NULL, NULL);
}

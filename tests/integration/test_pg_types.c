/* Every SQL type that statements may use, through a real server and back. */
#include "pg_fixture.h"
#include "testsql.gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
	struct tomb_pg *pg;
	struct tomb_arena arena;
	struct tomb_err err;
};

#define OK(f, expr)                                                                                                    \
	do {                                                                                                           \
		if ((expr) != TOMB_OK)                                                                                 \
			fail_msg("%s: %s", #expr, (f)->err.text);                                                      \
	} while (0)

#define assert_str_equal(a, b) assert_true(tomb_str_eq((a), (b)))

static int set_up(void **state)
{
	static const struct tomb_pg_set *const sets[] = {&testsql_set_kind};
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	f->arena = tomb_arena_init(1 << 24);
	*state = f;
	OK(f, tomb_pg_open(&f->pg, tomb_fixture_pg_admin(), sets, 1, &f->err));
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	tomb_pg_close(f->pg);
	tomb_arena_fini(&f->arena);
	free(f);
	return 0;
}

static void extreme_values_read_back_as_written(void **state)
{
	static const struct testsql_kind_echo_args all[] = {
		{.b = true,
			.ba = {"\0\xff", 2},
			.i4 = INT32_MIN,
			.i8 = INT64_MIN,
			.t = {"\xf0\x9f\xaa\xa6 \x01", 6},
			.ts = 0,
			.u = {.b = {0xff, [15] = 1}},
			.j = {"{\"a\": [1, null]}", 16}},
		{.b = false,
			.ba = {NULL, 0},
			.i4 = INT32_MAX,
			.i8 = INT64_MAX,
			.t = {NULL, 0},
			.ts = TOMB_PG_FOREVER,
			.j = {"null", 4}},
		{.i4 = -1, .i8 = -1, .t = {"x", 1}, .ts = TOMB_PG_NEVER, .j = {"\"\"", 2}},
		{.ts = INT64_C(-210866803200000000) /* 4714-11-24 BC, PostgreSQL's first day */, .j = {"0", 1}},
		{.ts = INT64_C(9223371331199999999) - INT64_C(946684800000000), .j = {"0", 1}},
		{.ts = 1, .j = {"0", 1}},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(all); i++) {
		const struct testsql_kind_echo_args *a = &all[i];
		struct testsql_kind_echo_row *row = NULL;

		OK(f, testsql_kind_echo(f->pg, a, &f->arena, &row, &f->err));
		assert_int_equal(row->b, a->b);
		assert_str_equal(row->ba, a->ba);
		assert_int_equal(row->i4, a->i4);
		assert_true(row->i8 == a->i8);
		assert_str_equal(row->t, a->t);
		assert_true(row->ts == a->ts);
		assert_true(tomb_uuid_eq(row->u, a->u));
		assert_str_equal(row->j, a->j);
	}
}

static void a_timestamp_means_the_same_to_the_server(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} all[] = {
		{0, "1970-01-01 00:00:00+00"},
		{INT64_C(1700000000000001), "2023-11-14 22:13:20.000001+00"},
		{-1, "1969-12-31 23:59:59.999999+00"},
		{TOMB_PG_FOREVER, "infinity"},
		{TOMB_PG_NEVER, "-infinity"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(all); i++) {
		struct testsql_kind_timestamp_as_text_args a = {.ts = all[i].us};
		struct testsql_kind_timestamp_as_text_row *row = NULL;

		OK(f, testsql_kind_timestamp_as_text(f->pg, &a, &f->arena, &row, &f->err));
		assert_string_equal(row->t.p, all[i].text);
	}
}

static void a_timestamp_that_postgresql_cannot_hold_is_invalid(void **state)
{
	static const int64_t all[] = {INT64_MIN + 1, INT64_MAX - 1, INT64_C(-210866803200000001)};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(all); i++) {
		struct testsql_kind_timestamp_as_text_args a = {.ts = all[i]};
		struct testsql_kind_timestamp_as_text_row *row = NULL;
		enum tomb_code code = testsql_kind_timestamp_as_text(f->pg, &a, &f->arena, &row, &f->err);

		/* The last microseconds before our own limit are still a date to PostgreSQL. */
		assert_true(code == TOMB_INVAL || all[i] == INT64_MAX - 1);
	}
}

static void null_goes_in_and_comes_out(void **state)
{
	struct fixture *f = *state;
	struct testsql_kind_echo_null_args a = {.b_null = true,
		.ba_null = true,
		.i4_null = true,
		.i8_null = true,
		.t_null = true,
		.ts_null = true,
		.u_null = true,
		.j_null = true,
		.i8s_null = true,
		.ts__null = true};
	struct testsql_kind_echo_null_row *row = NULL;

	OK(f, testsql_kind_echo_null(f->pg, &a, &f->arena, &row, &f->err));
	assert_true(row->b_null && row->ba_null && row->i4_null && row->i8_null && row->t_null && row->ts_null);
	assert_true(row->u_null && row->j_null && row->i8s_null && row->ts__null);

	a = (struct testsql_kind_echo_null_args){.t = TOMB_STR("t"), .j = TOMB_STR("1"), .i8 = 7};
	OK(f, testsql_kind_echo_null(f->pg, &a, &f->arena, &row, &f->err));
	assert_false(row->b_null || row->ba_null || row->i4_null || row->i8_null || row->t_null || row->ts_null);
	assert_false(row->u_null || row->j_null || row->i8s_null || row->ts__null);
	assert_int_equal(row->i8, 7);
	assert_int_equal(row->i8s.n, 0);
	assert_str_equal(row->t, TOMB_STR("t"));
}

static void arrays_read_back_as_written(void **state)
{
	struct fixture *f = *state;
	const bool bs[] = {true, false};
	const struct tomb_str bas[] = {{"\0", 1}, {NULL, 0}};
	const int32_t i4s[] = {INT32_MIN, 0, INT32_MAX};
	const int64_t i8s[] = {INT64_MIN, -1, INT64_MAX};
	const struct tomb_str ts[] = {TOMB_STR("a"), {NULL, 0}, TOMB_STR("{\"NULL\",\\}")};
	const int64_t tss[] = {0, TOMB_PG_FOREVER, TOMB_PG_NEVER, INT64_C(1700000000000001)};
	const struct tomb_uuid us[] = {{.b = {1}}, {.b = {[15] = 2}}};
	const struct tomb_str gaps[] = {{NULL, 0}, TOMB_STR(""), TOMB_STR("x")};
	const struct testsql_kind_echo_arrays_args a = {
		{bs, 2}, {bas, 2}, {i4s, 3}, {i8s, 3}, {ts, 3}, {tss, 4}, {us, 2}, {gaps, 3}};
	struct testsql_kind_echo_arrays_row *row = NULL;

	OK(f, testsql_kind_echo_arrays(f->pg, &a, &f->arena, &row, &f->err));
	assert_int_equal(row->bs.n, 2);
	assert_true(row->bs.p[0] && !row->bs.p[1]);
	assert_int_equal(row->bas.n, 2);
	assert_str_equal(row->bas.p[0], bas[0]);
	assert_str_equal(row->bas.p[1], bas[1]);
	assert_int_equal(row->i4s.n, 3);
	assert_memory_equal(row->i4s.p, i4s, sizeof i4s);
	assert_int_equal(row->i8s.n, 3);
	assert_memory_equal(row->i8s.p, i8s, sizeof i8s);
	assert_int_equal(row->ts.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_str_equal(row->ts.p[i], ts[i]);
	assert_int_equal(row->tss.n, 4);
	assert_memory_equal(row->tss.p, tss, sizeof tss);
	assert_int_equal(row->us.n, 2);
	assert_memory_equal(row->us.p, us, sizeof us);
	assert_int_equal(row->gaps.n, 3);
	assert_null(row->gaps.p[0].p);
	assert_non_null(row->gaps.p[1].p);
	assert_int_equal(row->gaps.p[1].n, 0);
	assert_str_equal(row->gaps.p[2], gaps[2]);
}

static void empty_arrays_are_empty_arrays(void **state)
{
	struct fixture *f = *state;
	const struct testsql_kind_echo_arrays_args a = {0};
	struct testsql_kind_echo_arrays_row *row = NULL;

	OK(f, testsql_kind_echo_arrays(f->pg, &a, &f->arena, &row, &f->err));
	assert_int_equal(row->bs.n + row->bas.n + row->i4s.n + row->i8s.n, 0);
	assert_int_equal(row->ts.n + row->tss.n + row->us.n + row->gaps.n, 0);
}

static void an_array_of_many_thousands_arrives_whole(void **state)
{
	enum { MANY = 300 * 1000 };
	struct fixture *f = *state;
	int64_t *ids = calloc(MANY, sizeof *ids);
	struct testsql_kind_echo_arrays_args a = {.i8s = {ids, MANY}};
	struct testsql_kind_echo_arrays_row *row = NULL;

	assert_non_null(ids);
	for (size_t i = 0; i < MANY; i++)
		ids[i] = (int64_t)i << 32;
	OK(f, testsql_kind_echo_arrays(f->pg, &a, &f->arena, &row, &f->err));
	assert_int_equal(row->i8s.n, MANY);
	assert_memory_equal(row->i8s.p, ids, MANY * sizeof *ids);
	free(ids);
}

static void a_null_or_a_second_dimension_where_none_is_declared_is_refused(void **state)
{
	static const char *const literals[] = {"{1,null}", "{{1,2},{3,4}}"};
	struct fixture *f = *state;
	struct testsql_kind_array_from_text_row *row = NULL;

	for (size_t i = 0; i < TOMB_COUNTOF(literals); i++) {
		const struct testsql_kind_array_from_text_args a = {.literal = tomb_str_from(literals[i])};

		assert_int_equal(testsql_kind_array_from_text(f->pg, &a, &f->arena, &row, &f->err), TOMB_BUG);
		assert_null(row);
		assert_non_null(strstr(f->err.text, "i8s"));
	}
}

static void text_that_is_not_utf8_or_has_a_nul_is_invalid(void **state)
{
	static const struct tomb_str all[] = {{"a\0b", 3}, {"\xff", 1}, {"\xc3", 1}};
	struct fixture *f = *state;
	struct testsql_kind_echo_row *row = NULL;

	for (size_t i = 0; i < TOMB_COUNTOF(all); i++) {
		const struct testsql_kind_echo_args a = {.t = all[i], .j = TOMB_STR("0")};

		assert_int_equal(testsql_kind_echo(f->pg, &a, &f->arena, &row, &f->err), TOMB_INVAL);
		assert_null(row);
	}
}

static void text_that_is_not_json_is_invalid(void **state)
{
	struct fixture *f = *state;
	const struct testsql_kind_echo_args a = {.j = TOMB_STR("{")};
	struct testsql_kind_echo_row *row = NULL;

	assert_int_equal(testsql_kind_echo(f->pg, &a, &f->arena, &row, &f->err), TOMB_INVAL);
}

static void a_small_arena_fails_cleanly(void **state)
{
	struct fixture *f = *state;
	const struct tomb_str words[] = {TOMB_STR("one"), TOMB_STR("two")};
	const struct testsql_kind_echo_arrays_args a = {.ts = {words, 2}, .gaps = {words, 2}};
	struct testsql_kind_echo_arrays_row *row = NULL;
	size_t max = 0;

	for (;; max++) {
		TOMB_ARENA_AUTO small = tomb_arena_init(max);
		enum tomb_code code = testsql_kind_echo_arrays(f->pg, &a, &small, &row, &f->err);

		if (code == TOMB_OK)
			break;
		assert_int_equal(code, TOMB_TOOBIG);
		assert_null(row);
	}
	assert_true(max > sizeof *row);
}

static void arguments_over_the_limit_are_too_big(void **state)
{
	struct fixture *f = *state;
	char *much = calloc(TOMB_PG_ARGS_BYTES_MAX, 1);
	const struct testsql_kind_echo_args a = {.ba = {much, TOMB_PG_ARGS_BYTES_MAX}};
	struct testsql_kind_echo_row *row = NULL;

	assert_non_null(much);
	assert_int_equal(testsql_kind_echo(f->pg, &a, &f->arena, &row, &f->err), TOMB_TOOBIG);
	assert_non_null(strstr(f->err.text, "kind_echo"));
	free(much);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(extreme_values_read_back_as_written),
		TEST(a_timestamp_means_the_same_to_the_server),
		TEST(a_timestamp_that_postgresql_cannot_hold_is_invalid),
		TEST(null_goes_in_and_comes_out),
		TEST(arrays_read_back_as_written),
		TEST(empty_arrays_are_empty_arrays),
		TEST(an_array_of_many_thousands_arrives_whole),
		TEST(a_null_or_a_second_dimension_where_none_is_declared_is_refused),
		TEST(text_that_is_not_utf8_or_has_a_nul_is_invalid),
		TEST(text_that_is_not_json_is_invalid),
		TEST(a_small_arena_fails_cleanly),
		TEST(arguments_over_the_limit_are_too_big),
	};

	return cmocka_run_group_tests_name("pg_types", tests, NULL, NULL);
}

/* PostgreSQL's binary format: known bytes, round trips, and everything that is not quite right. */
#include "../../lib/pg_codec.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define assert_str_equal(a, b) assert_true(tomb_str_eq((a), (b)))
#define BYTES(literal) ((struct tomb_str){"" literal, sizeof(literal) - 1})

/* One value of any type, where struct tomb_pg_field expects it. */
union value {
	bool b;
	int32_t i4;
	int64_t i8;
	struct tomb_str s;
	struct tomb_uuid u;
	struct tomb_bools bs;
	struct tomb_int4s i4s;
	struct tomb_int8s i8s;
	struct tomb_strs ss;
	struct tomb_uuids us;
};

static struct tomb_pg_field field(enum tomb_pg_type type)
{
	return (struct tomb_pg_field){.name = "f", .type = type};
}

/* Encodes into b, which the caller reads. */
static void encode(const struct tomb_pg_field *f, const union value *v, struct tomb_buf *b)
{
	struct tomb_err err;

	tomb_buf_reset(b);
	assert_int_equal(tomb_pg_codec_put(f, v, b, &err), TOMB_OK);
	assert_int_equal(b->broken, TOMB_OK);
}

static const struct {
	enum tomb_pg_type type;
	union value value;
	struct tomb_str wire;
} known[] = {
	{TOMB_PG_BOOL, {.b = true}, {"\1", 1}},
	{TOMB_PG_BOOL, {.b = false}, {"\0", 1}},
	{TOMB_PG_INT4, {.i4 = 1}, {"\0\0\0\1", 4}},
	{TOMB_PG_INT4, {.i4 = INT32_MIN}, {"\x80\0\0\0", 4}},
	{TOMB_PG_INT8, {.i8 = -2}, {"\xff\xff\xff\xff\xff\xff\xff\xfe", 8}},
	{TOMB_PG_INT8, {.i8 = INT64_MAX}, {"\x7f\xff\xff\xff\xff\xff\xff\xff", 8}},
	{TOMB_PG_TIMESTAMPTZ, {.i8 = INT64_C(946684800000000)}, {"\0\0\0\0\0\0\0\0", 8}},
	{TOMB_PG_TIMESTAMPTZ, {.i8 = INT64_C(946684799999999)}, {"\xff\xff\xff\xff\xff\xff\xff\xff", 8}},
	{TOMB_PG_TIMESTAMPTZ, {.i8 = TOMB_PG_FOREVER}, {"\x7f\xff\xff\xff\xff\xff\xff\xff", 8}},
	{TOMB_PG_TIMESTAMPTZ, {.i8 = TOMB_PG_NEVER}, {"\x80\0\0\0\0\0\0\0", 8}},
	{TOMB_PG_TEXT, {.s = {"abc", 3}}, {"abc", 3}},
	{TOMB_PG_TEXT, {.s = {"", 0}}, {"", 0}},
	{TOMB_PG_BYTEA, {.s = {"\0\xff", 2}}, {"\0\xff", 2}},
	{TOMB_PG_JSONB, {.s = {"{}", 2}}, {"\1{}", 3}},
	{TOMB_PG_UUID, {.u = {.b = {1, [15] = 255}}}, {"\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff", 16}},
};

static void scalars_are_the_bytes_that_postgresql_sends(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 10);
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(known); i++) {
		const struct tomb_pg_field f = field(known[i].type);
		union value v = {0};

		encode(&f, &known[i].value, &b);
		assert_str_equal(((struct tomb_str){b.p, b.n}), known[i].wire);
		assert_int_equal(tomb_pg_codec_get(&f, known[i].wire, &arena, &v, &err), TOMB_OK);
		encode(&f, &v, &b);
		assert_str_equal(((struct tomb_str){b.p, b.n}), known[i].wire);
	}
}

static void scalars_of_a_wrong_length_are_refused(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(known); i++) {
		const struct tomb_pg_field f = field(known[i].type);
		const bool is_string = known[i].type == TOMB_PG_TEXT || known[i].type == TOMB_PG_BYTEA;
		union value v;
		union value before;

		(void)memset(&before, 0x5a, sizeof before);
		(void)memset(&v, 0x5a, sizeof v);
		for (size_t n = 0; n < known[i].wire.n && !is_string; n++) {
			struct tomb_str cut = {known[i].wire.p, n};

			if (known[i].type == TOMB_PG_JSONB && n > 0)
				continue; /* any text may follow the version */
			assert_int_equal(tomb_pg_codec_get(&f, cut, &arena, &v, &err), TOMB_BUG);
			assert_memory_equal(&v, &before, sizeof v);
		}
	}
}

static void json_of_another_version_is_refused(void **state)
{
	const struct tomb_pg_field f = field(TOMB_PG_JSONB);
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_err err;
	union value v = {0};

	(void)state;
	assert_int_equal(tomb_pg_codec_get(&f, BYTES("\2{}"), &arena, &v, &err), TOMB_BUG);
}

static void timestamps_that_do_not_fit_are_refused(void **state)
{
	const struct tomb_pg_field f = field(TOMB_PG_TIMESTAMPTZ);
	TOMB_BUF_AUTO b = tomb_buf_init(64);
	TOMB_ARENA_AUTO arena = tomb_arena_init(64);
	struct tomb_err err;
	union value v = {.i8 = INT64_MIN + INT64_C(946684799999999)};

	(void)state;
	assert_int_equal(tomb_pg_codec_put(&f, &v, &b, &err), TOMB_INVAL);
	assert_int_equal(tomb_pg_codec_get(&f, BYTES("\x7f\xff\xff\xff\xff\xff\xff\xfe"), &arena, &v, &err), TOMB_BUG);
}

static const bool bools[] = {true, false, true};
static const int32_t int4s[] = {INT32_MIN, 0, INT32_MAX};
static const int64_t int8s[] = {INT64_MIN, -1, INT64_MAX};
static const int64_t times[] = {TOMB_PG_NEVER, 0, TOMB_PG_FOREVER};
static const struct tomb_str words[] = {{"a", 1}, {"", 0}, {"\0\xff{\"", 4}};
static const struct tomb_uuid uuids[] = {{.b = {1}}, {.b = {0}}, {.b = {[15] = 9}}};

static const struct {
	enum tomb_pg_type type;
	union value value; /* three elements */
	size_t size;       /* of one in C; 0 for strings */
} arrays[] = {
	{TOMB_PG_BOOLS, {.bs = {bools, 3}}, sizeof bools[0]},
	{TOMB_PG_INT4S, {.i4s = {int4s, 3}}, sizeof int4s[0]},
	{TOMB_PG_INT8S, {.i8s = {int8s, 3}}, sizeof int8s[0]},
	{TOMB_PG_TIMESTAMPTZS, {.i8s = {times, 3}}, sizeof times[0]},
	{TOMB_PG_TEXTS, {.ss = {words, 3}}, 0},
	{TOMB_PG_BYTEAS, {.ss = {words, 3}}, 0},
	{TOMB_PG_UUIDS, {.us = {uuids, 3}}, sizeof uuids[0]},
};

static void arrays_come_back_as_they_went(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 10);
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(arrays); i++) {
		const struct tomb_pg_field f = field(arrays[i].type);
		union value v = {0};

		encode(&f, &arrays[i].value, &b);
		assert_int_equal(tomb_pg_codec_get(&f, (struct tomb_str){b.p, b.n}, &arena, &v, &err), TOMB_OK);
		assert_int_equal(v.ss.n, 3);
		if (arrays[i].size)
			assert_memory_equal(v.ss.p, arrays[i].value.ss.p, 3 * arrays[i].size);
		for (size_t j = 0; j < 3 && !arrays[i].size; j++)
			assert_str_equal(v.ss.p[j], words[j]);
	}
}

static void an_int8_array_is_the_bytes_that_postgresql_sends(void **state)
{
	static const int64_t two[] = {1, -1};
	const struct tomb_pg_field f = field(TOMB_PG_INT8S);
	const union value v = {.i8s = {two, 2}};
	const union value none = {.i8s = {NULL, 0}};
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 10);

	(void)state;
	encode(&f, &v, &b);
	assert_str_equal(((struct tomb_str){b.p, b.n}), BYTES("\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\2\0\0\0\1\0\0\0\x8\0\0"
							      "\0\0\0\0\0\1\0\0\0\x8\xff\xff\xff\xff\xff\xff"
							      "\xff\xff"));
	encode(&f, &none, &b);
	assert_str_equal(((struct tomb_str){b.p, b.n}), BYTES("\0\0\0\0\0\0\0\0\0\0\0\x14"));
}

static void null_members_are_kept_where_declared(void **state)
{
	static const struct tomb_str gaps[] = {{NULL, 0}, {"", 0}, {"x", 1}};
	struct tomb_pg_field f = field(TOMB_PG_TEXTS);
	const union value v = {.ss = {gaps, 3}};
	union value back = {0};
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 10);
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	struct tomb_err err;

	(void)state;
	f.has_nullable_members = true;
	encode(&f, &v, &b);
	assert_int_equal(tomb_pg_codec_get(&f, (struct tomb_str){b.p, b.n}, &arena, &back, &err), TOMB_OK);
	assert_null(back.ss.p[0].p);
	assert_non_null(back.ss.p[1].p);
	assert_str_equal(back.ss.p[2], gaps[2]);
	f.has_nullable_members = false;
	assert_int_equal(tomb_pg_codec_get(&f, (struct tomb_str){b.p, b.n}, &arena, &back, &err), TOMB_BUG);
	/* Without the declaration, no pointer means the empty string. */
	encode(&f, &v, &b);
	assert_int_equal(tomb_pg_codec_get(&f, (struct tomb_str){b.p, b.n}, &arena, &back, &err), TOMB_OK);
	assert_non_null(back.ss.p[0].p);
	assert_int_equal(back.ss.p[0].n, 0);
}

static void an_array_cut_short_anywhere_is_refused(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 10);
	struct tomb_err err;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(arrays); i++) {
		const struct tomb_pg_field f = field(arrays[i].type);
		union value v = {.ss = {words, 77}};

		encode(&f, &arrays[i].value, &b);
		for (size_t n = 0; n < b.n; n++) {
			TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);

			assert_int_equal(tomb_pg_codec_get(&f, (struct tomb_str){b.p, n}, &arena, &v, &err), TOMB_BUG);
			assert_int_equal(v.ss.n, 77);
		}
	}
}

static void an_array_with_any_byte_changed_neither_crashes_nor_reads_too_far(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 10);
	struct tomb_err err;
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(arrays); i++) {
		const struct tomb_pg_field f = field(arrays[i].type);

		encode(&f, &arrays[i].value, &b);
		for (size_t n = 0; n < b.n; n++)
			for (unsigned bit = 0; bit < 8; bit++) {
				TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
				union value v = {0};

				b.p[n] = (char)(b.p[n] ^ (1 << bit));
				refused += tomb_pg_codec_get(&f, (struct tomb_str){b.p, b.n}, &arena, &v, &err) !=
					   TOMB_OK;
				b.p[n] = (char)(b.p[n] ^ (1 << bit));
			}
	}
	assert_true(refused > 100); /* dimensions, element type, counts and lengths; values may be anything */
}

static void an_array_that_claims_too_much_allocates_nothing(void **state)
{
	const struct tomb_pg_field f = field(TOMB_PG_INT8S);
	TOMB_ARENA_AUTO arena = tomb_arena_init(SIZE_MAX / 2);
	struct tomb_err err;
	union value v = {0};

	(void)state;
	assert_int_equal(
		tomb_pg_codec_get(&f, BYTES("\0\0\0\1\0\0\0\0\0\0\0\x14\x7f\xff\xff\xff\0\0\0\1"), &arena, &v, &err),
		TOMB_BUG);
	assert_int_equal(arena.used, 0);
}

static void what_does_not_fit_the_arena_is_too_big(void **state)
{
	const struct tomb_pg_field f = field(TOMB_PG_TEXTS);
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 10);
	struct tomb_err err;
	size_t max = 0;
	union value v = {0};

	(void)state;
	encode(&f, &arrays[4].value, &b);
	for (;; max++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(max);
		enum tomb_code code = tomb_pg_codec_get(&f, (struct tomb_str){b.p, b.n}, &arena, &v, &err);

		if (code == TOMB_OK)
			break;
		assert_int_equal(code, TOMB_TOOBIG);
		assert_int_equal(v.ss.n, 0);
	}
	assert_true(max >= 3 * sizeof(struct tomb_str));
}

static void every_type_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(tomb_pg_codec_name(20), "int8");
	assert_string_equal(tomb_pg_codec_name(1016), "INT8[]");
	assert_string_equal(tomb_pg_codec_name(1700), "another type");
	for (int i = 0; i < TOMB_PG_TYPE_MAX; i++)
		assert_string_not_equal(tomb_pg_codec_name(tomb_pg_codec_oid((enum tomb_pg_type)i)), "another type");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_are_the_bytes_that_postgresql_sends),
		cmocka_unit_test(scalars_of_a_wrong_length_are_refused),
		cmocka_unit_test(json_of_another_version_is_refused),
		cmocka_unit_test(timestamps_that_do_not_fit_are_refused),
		cmocka_unit_test(arrays_come_back_as_they_went),
		cmocka_unit_test(an_int8_array_is_the_bytes_that_postgresql_sends),
		cmocka_unit_test(null_members_are_kept_where_declared),
		cmocka_unit_test(an_array_cut_short_anywhere_is_refused),
		cmocka_unit_test(an_array_with_any_byte_changed_neither_crashes_nor_reads_too_far),
		cmocka_unit_test(an_array_that_claims_too_much_allocates_nothing),
		cmocka_unit_test(what_does_not_fit_the_arena_is_too_big),
		cmocka_unit_test(every_type_has_a_name),
	};

	return cmocka_run_group_tests_name("pg_codec", tests, NULL, NULL);
}

/*
 * What the JSON writer promises.  jansson reads back what was written.
 *
 * link: jansson
 */
#include "tombstone/json_writer.h"

#include "mistake.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void write_all(struct tomb_json *w)
{
	struct tomb_uuid uuid = {{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}};

	tomb_json_begin_object(w, NULL);
	tomb_json_str(w, "text", TOMB_STR("a\"b\\c/\b\f\n\r\t\x01\x7f<\xc3\xa9\xff"));
	tomb_json_int(w, "least", INT64_MIN);
	tomb_json_bool(w, "yes", true);
	tomb_json_bool(w, "no", false);
	tomb_json_null(w, "none");
	tomb_json_begin_array(w, "list");
	tomb_json_int(w, NULL, 1);
	tomb_json_begin_object(w, NULL);
	tomb_json_end_object(w);
	tomb_json_begin_array(w, NULL);
	tomb_json_end_array(w);
	tomb_json_str(w, NULL, TOMB_STR(""));
	tomb_json_end_array(w);
	tomb_json_key(w, TOMB_STR("k\"ey"));
	tomb_json_begin_object(w, NULL);
	tomb_json_hex(w, "hex", TOMB_STR("\x00\x0f\xff"));
	tomb_json_uuid(w, "uuid", uuid);
	tomb_json_end_object(w);
	tomb_json_end_object(w);
}

static const char all[] =
	"{\"text\":\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\x7f<\xc3\xa9\xef\xbf\xbd\","
	"\"least\":-9223372036854775808,\"yes\":true,\"no\":false,\"none\":null,\"list\":[1,{},[],\"\"],"
	"\"k\\\"ey\":{\"hex\":\"000fff\",\"uuid\":\"01234567-89ab-cdef-0000-000000000000\"}}";

static void values_are_written_as_json_says(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);
	struct tomb_json w = tomb_json_init(&b);
	struct tomb_str json = {NULL, 0};
	struct tomb_err err;
	json_auto_t *read = NULL;

	(void)state;
	write_all(&w);
	assert_int_equal(tomb_json_done(&w, &json, &err), TOMB_OK);
	assert_string_equal(json.p, all);
	read = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(read);
	assert_int_equal(json_integer_value(json_object_get(read, "least")), INT64_MIN);
}

static void every_byte_reads_back(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const char bytes[] = {'a', (char)c, 'b'};
		TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);
		struct tomb_json w = tomb_json_init(&b);
		struct tomb_str json = {NULL, 0};
		struct tomb_err err;
		json_auto_t *read = NULL;

		tomb_json_str(&w, NULL, (struct tomb_str){bytes, sizeof bytes});
		assert_int_equal(tomb_json_done(&w, &json, &err), TOMB_OK);
		read = json_loadb(json.p, json.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		assert_non_null(read);
		if (c < 128) {
			assert_int_equal(json_string_length(read), 3);
			assert_memory_equal(json_string_value(read), bytes, 3);
		} else {
			assert_string_equal(json_string_value(read), "a\xef\xbf\xbd"
								     "b");
		}
	}
}

static void times_are_utc_and_as_long_as_they_must_be(void **state)
{
	static const struct {
		int64_t us;
		const char *json;
	} rows[] = {
		{0, "\"1970-01-01T00:00:00Z\""},
		{1767322445120000, "\"2026-01-02T02:54:05.12Z\""},
		{1767322445000001, "\"2026-01-02T02:54:05.000001Z\""},
		{1767322450000000, "\"2026-01-02T02:54:10Z\""},
		{-1, "\"1969-12-31T23:59:59.999999Z\""},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++) {
		TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);
		struct tomb_json w = tomb_json_init(&b);

		tomb_json_time(&w, NULL, rows[i].us);
		assert_string_equal(b.p, rows[i].json);
	}
}

static void a_full_buffer_says_so_once(void **state)
{
	struct tomb_str json = {NULL, 7};
	struct tomb_err err;
	size_t max = 0;

	(void)state;
	for (;; max++) {
		TOMB_BUF_AUTO b = tomb_buf_init(max);
		struct tomb_json w = tomb_json_init(&b);

		write_all(&w);
		assert_true(b.n <= max);
		if (tomb_json_done(&w, &json, &err) == TOMB_OK)
			break;
		assert_int_equal(err.code, TOMB_TOOBIG);
		assert_int_equal(json.n, 7); /* untouched on failure */
	}
	assert_int_equal(max, sizeof all - 1);
}

/* Mistakes, each of which must end the program. */
static struct tomb_buf scrap = {.max = 1 << 16};
static struct tomb_json writer;

static void begin_with(bool is_object)
{
	writer = tomb_json_init(&scrap);
	if (is_object)
		tomb_json_begin_object(&writer, NULL);
	else
		tomb_json_begin_array(&writer, NULL);
}

static void a_value_without_key(void)
{
	begin_with(true);
	tomb_json_int(&writer, NULL, 1);
}

static void a_key_in_an_array(void)
{
	begin_with(false);
	tomb_json_int(&writer, "k", 1);
}

static void two_keys(void)
{
	begin_with(true);
	tomb_json_key(&writer, TOMB_STR("k"));
	tomb_json_key(&writer, TOMB_STR("k"));
}

static void a_key_without_value(void)
{
	begin_with(true);
	tomb_json_key(&writer, TOMB_STR("k"));
	tomb_json_end_object(&writer);
}

static void the_wrong_end(void)
{
	begin_with(true);
	tomb_json_end_array(&writer);
}

static void one_end_too_many(void)
{
	begin_with(true);
	tomb_json_end_object(&writer);
	tomb_json_end_object(&writer);
}

static void two_outermost_values(void)
{
	begin_with(false);
	tomb_json_end_array(&writer);
	tomb_json_null(&writer, NULL);
}

static void too_deep(void)
{
	begin_with(false);
	for (int i = 0; i < TOMB_JSON_DEPTH_MAX; i++)
		tomb_json_begin_array(&writer, NULL);
}

static void an_open_array(void)
{
	struct tomb_str json;
	struct tomb_err err;

	begin_with(false);
	if (tomb_json_done(&writer, &json, &err) != TOMB_OK)
		return;
}

static void no_mistake(void)
{
	writer = tomb_json_init(&scrap);
	write_all(&writer);
}

static void what_is_json_already_is_written_as_it_is(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(256);
	struct tomb_json w = tomb_json_init(&b);
	struct tomb_str text;
	struct tomb_err err;

	(void)state;
	tomb_json_begin_object(&w, NULL);
	tomb_json_raw(&w, "a", TOMB_STR("{\"b\": [1]}"));
	tomb_json_raw(&w, "c", TOMB_STR("null"));
	tomb_json_end_object(&w);
	assert_int_equal(tomb_json_done(&w, &text, &err), TOMB_OK);
	assert_true(tomb_str_eq(text, TOMB_STR("{\"a\":{\"b\": [1]},\"c\":null}")));
}

static void misuse_is_an_assertion(void **state)
{
	static void (*const mistakes[])(void) = {a_value_without_key, a_key_in_an_array, two_keys, a_key_without_value,
		the_wrong_end, one_end_too_many, two_outermost_values, too_deep, an_open_array};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(mistakes); i++)
		assert_true(mistake_aborts(mistakes[i]));
	assert_false(mistake_aborts(no_mistake));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_written_as_json_says),
		cmocka_unit_test(every_byte_reads_back),
		cmocka_unit_test(times_are_utc_and_as_long_as_they_must_be),
		cmocka_unit_test(a_full_buffer_says_so_once),
		cmocka_unit_test(what_is_json_already_is_written_as_it_is),
		cmocka_unit_test(misuse_is_an_assertion),
	};

	return cmocka_run_group_tests_name("json_writer", tests, NULL, NULL);
}

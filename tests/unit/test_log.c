/* Log lines, as they arrive on a pipe. */
#include "tombstone/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
	int pipe[2];
	struct tomb_clock_manual clock;
	struct tomb_log log;
	char got[2 * TOMB_LOG_LINE_MAX];
};

static int setup(void **state)
{
	static struct fixture f;

	f.clock = tomb_clock_manual(INT64_C(1709251199123456));
	if (pipe2(f.pipe, O_NONBLOCK | O_CLOEXEC) != 0)
		return -1;
	f.log = (struct tomb_log){.fd = f.pipe[1], .level = TOMB_LOG_INFO, .clock = &f.clock.clock};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	return close(f->pipe[0]) | close(f->pipe[1]);
}

/* What was written since the last call; the time, which every line begins with, is checked and left out. */
static const char *got(struct fixture *f)
{
	static const char start[] = "time=2024-02-29T23:59:59.123Z ";
	ssize_t n = read(f->pipe[0], f->got, sizeof f->got - 1);

	if (n < 0)
		return "";
	f->got[n] = '\0';
	assert_memory_equal(f->got, start, sizeof start - 1);
	return f->got + sizeof start - 1;
}

static void an_event_is_one_line(void **state)
{
	struct fixture *f = *state;

	tomb_log(&f->log, TOMB_EV_STARTED);
	assert_string_equal(got(f), "level=info event=started\n");
	tomb_log(&f->log, TOMB_EV_BATCH_SETTLED, TOMB_KV("batch", "17"), TOMB_KV_I("ms", -840), TOMB_KV_B("last", true),
		TOMB_KV_S("path", TOMB_STR("/a/b.tif")));
	assert_string_equal(got(f), "level=info event=batch-settled batch=17 ms=-840 last=true path=/a/b.tif\n");
}

static void sixteen_fields_fit_the_macro(void **state)
{
	struct fixture *f = *state;

	tomb_log(&f->log, TOMB_EV_STARTED, TOMB_KV_I("a", 1), TOMB_KV_I("b", 2), TOMB_KV_I("c", 3), TOMB_KV_I("d", 4),
		TOMB_KV_I("e", 5), TOMB_KV_I("f", 6), TOMB_KV_I("g", 7), TOMB_KV_I("h", 8), TOMB_KV_I("i", 9),
		TOMB_KV_I("j", 10), TOMB_KV_I("k", 11), TOMB_KV_I("l", 12), TOMB_KV_I("m", 13), TOMB_KV_I("n", 14),
		TOMB_KV_I("o", 15), TOMB_KV_I("p", 16));
	assert_string_equal(got(f), "level=info event=started a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=10 k=11 l=12 m=13 "
				    "n=14 o=15 p=16\n");
}

static void the_log_s_own_fields_come_first(void **state)
{
	struct fixture *f = *state;
	const struct tomb_kv fields[] = {TOMB_KV("program", "worker"), TOMB_KV_I("lane", 2)};

	f->log.fields = fields;
	f->log.nfields = 2;
	tomb_log(&f->log, TOMB_EV_DB_DOWN, TOMB_KV("why", "gone"));
	assert_string_equal(got(f), "level=error event=db-down program=worker lane=2 why=gone\n");
}

static void levels_that_are_not_wanted_are_not_written(void **state)
{
	struct fixture *f = *state;

	f->log.level = TOMB_LOG_WARNING;
	tomb_log(&f->log, TOMB_EV_STARTED);
	tomb_log(&f->log, TOMB_EV_ANNOUNCED);
	assert_string_equal(got(f), "");
	tomb_log(&f->log, TOMB_EV_REDIS_DOWN);
	assert_string_equal(got(f), "level=warning event=redis-down\n");
}

static void values_cannot_forge_lines_or_fields(void **state)
{
	const struct {
		struct tomb_str value;
		const char *shown;
	} cases[] = {
		{TOMB_STR(""), "\"\""},
		{TOMB_STR("two words"), "\"two words\""},
		{TOMB_STR("a=b"), "\"a=b\""},
		{TOMB_STR("x\ntime=0 level=info event=started"), "\"x\\ntime=0 level=info event=started\""},
		{TOMB_STR("\r\t\0"), "\"\\u000d\\u0009\\u0000\""},
		{TOMB_STR("\" admin=true \""), "\"\\\" admin=true \\\"\""},
		{TOMB_STR("back\\slash"), "\"back\\\\slash\""},
		{TOMB_STR("\x1b[2J\x7f"), "\"\\u001b[2J\\u007f\""},
		{TOMB_STR("\xc2\x9b"
			  "2J"),
			"\"\\u009b2J\""},
		{TOMB_STR("\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6"), "\"\\u2028\\u202e\\u2066\""},
		{TOMB_STR("caf\xe9"), "\"caf\\xe9\""},
		{TOMB_STR("caf\xc3\xa9"), "\"caf\xc3\xa9\""},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		char expected[256];

		(void)snprintf(expected, sizeof expected, "level=info event=started v=%s n=1\n", cases[i].shown);
		tomb_log(&f->log, TOMB_EV_STARTED, TOMB_KV_S("v", cases[i].value), TOMB_KV_I("n", 1));
		assert_string_equal(got(f), expected);
	}
}

static void no_byte_of_a_value_reaches_the_line_as_a_control_byte(void **state)
{
	struct fixture *f = *state;

	for (unsigned a = 0; a < 256; a++) {
		char value[3] = {(char)a, '\xc2', (char)(a ^ 0x80)};
		const char *line = NULL;

		tomb_log(&f->log, TOMB_EV_STARTED, TOMB_KV_S("v", ((struct tomb_str){value, sizeof value})));
		line = got(f);
		for (; line[1]; line++)
			assert_true((unsigned char)line[0] >= 0x20 && line[0] != 0x7f);
		assert_string_equal(line, "\n");
	}
}

static void an_error_has_its_code_text_and_place(void **state)
{
	struct fixture *f = *state;
	struct tomb_err err;

	(void)tomb_err_set(&err, TOMB_DB_DOWN, "/src/lib/pg.c", 12, "no \"route\"\n");
	tomb_log(&f->log, TOMB_EV_DB_DOWN, TOMB_KV_ERR(&err));
	assert_string_equal(
		got(f), "level=error event=db-down code=database-down error=\"no \\\"route\\\"\\n\" at=pg.c:12\n");
}

static void a_missing_text_is_an_empty_value(void **state)
{
	struct fixture *f = *state;

	tomb_log(&f->log, TOMB_EV_STARTED, TOMB_KV("v", NULL));
	assert_string_equal(got(f), "level=info event=started v=\"\"\n");
}

static void a_long_value_is_cut_and_says_so(void **state)
{
	struct fixture *f = *state;
	char value[3000];
	const char *line = NULL;

	memset(value, 'v', sizeof value);
	tomb_log(&f->log, TOMB_EV_STARTED, TOMB_KV_S("v", ((struct tomb_str){value, sizeof value})), TOMB_KV_I("n", 1));
	line = got(f);
	assert_non_null(strstr(line, "vvv...\" n=1\n"));
	assert_true(strlen(line) < TOMB_LOG_VALUE_MAX + 64);
}

static void a_line_never_passes_the_pipe_s_atomic_size(void **state)
{
	struct fixture *f = *state;
	char value[1001];

	/* "\x01" takes six characters: values of every length around the limit. */
	for (size_t n = 0; n < 170; n++) {
		const char *line = NULL;
		size_t length = 0;

		memset(value, 1, n);
		memset(value + n, 'v', sizeof value - n);
		tomb_log(&f->log, TOMB_EV_STARTED, TOMB_KV_S("a", ((struct tomb_str){value, 1000})),
			TOMB_KV_S("b", ((struct tomb_str){value, 1000})),
			TOMB_KV_S("c", ((struct tomb_str){value, 1000})),
			TOMB_KV_S("d", ((struct tomb_str){value, n + 860})), TOMB_KV_I("last", 7));
		line = got(f);
		length = strlen(f->got);
		assert_true(length <= TOMB_LOG_LINE_MAX);
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		assert_int_equal(strstr(line, " d=") && strstr(line, " last=7\n"), !strstr(line, " truncated=true\n"));
		assert_true(strstr(line, " d=") || strstr(line, " last=7 "));
	}
}

static void every_event_has_a_name_of_its_own_and_a_text(void **state)
{
	(void)state;
	for (int i = 0; i < TOMB_EV_MAX; i++) {
		const struct tomb_event_info *info = tomb_event_info((enum tomb_event)i);

		assert_true(strlen(info->name) > 0 && strlen(info->meaning) > 0 && strlen(info->action) > 0);
		assert_int_equal(strspn(info->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(info->name));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(info->name, tomb_event_info((enum tomb_event)j)->name);
	}
	assert_string_equal(tomb_log_level_name(TOMB_LOG_DEBUG), "debug");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_event_is_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(sixteen_fields_fit_the_macro, setup, teardown),
		cmocka_unit_test_setup_teardown(the_log_s_own_fields_come_first, setup, teardown),
		cmocka_unit_test_setup_teardown(levels_that_are_not_wanted_are_not_written, setup, teardown),
		cmocka_unit_test_setup_teardown(values_cannot_forge_lines_or_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(no_byte_of_a_value_reaches_the_line_as_a_control_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(an_error_has_its_code_text_and_place, setup, teardown),
		cmocka_unit_test_setup_teardown(a_missing_text_is_an_empty_value, setup, teardown),
		cmocka_unit_test_setup_teardown(a_long_value_is_cut_and_says_so, setup, teardown),
		cmocka_unit_test_setup_teardown(a_line_never_passes_the_pipe_s_atomic_size, setup, teardown),
		cmocka_unit_test(every_event_has_a_name_of_its_own_and_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

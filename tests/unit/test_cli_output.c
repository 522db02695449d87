/* What commands print: numbers for people, tables, JSON, progress. */
#include "../../registry/cli/output.h"
#include "../../registry/cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static void counts_are_grouped_by_thousands(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} cases[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {-1234567, "-1,234,567"},
		{INT64_MAX, "9,223,372,036,854,775,807"}, {INT64_MIN, "-9,223,372,036,854,775,808"}};
	char text[CLI_COUNT_TEXT];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		assert_string_equal(cli_count(cases[i].n, text), cases[i].text);
}

static void sizes_have_the_unit_that_fits(void **state)
{
	static const struct {
		int64_t n;
		const char *text;
	} cases[] = {{0, "0 bytes"}, {999, "999 bytes"}, {1000, "1.0 kB"}, {99949, "99.9 kB"}, {123456, "123 kB"},
		{999499, "999 kB"}, {999500, "1.0 MB"}, {5000000000, "5.0 GB"}, {INT64_MAX, "9.2 EB"}};
	char text[CLI_COUNT_TEXT];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		assert_string_equal(cli_bytes(cases[i].n, text), cases[i].text);
}

static const struct cli_column columns[] = {{"ID", "id", CLI_NUMBER}, {"NAME", "name", CLI_TEXT},
	{"SIZE", "size", CLI_BYTES}, {"SINCE", "since", CLI_TIME}, {"ON", "on", CLI_YES}, {NULL, "hidden", CLI_TEXT}};

/* What is printed of two rows, the second with nasty text. */
static char *printed(bool json)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct cli *cli = calloc(1, sizeof *cli);
	struct cli_table t;
	struct tomb_err err;
	int file = memfd_create("out", MFD_CLOEXEC);
	int was = dup(1);
	char *text = calloc(1, 4096);

	assert_non_null(cli);
	assert_non_null(text);
	cli->arena = &arena;
	cli->config.json = json;
	t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	for (int i = 0; i < 2; i++) {
		cli_put_int(&t, i ? 1000 : 7);
		cli_put_str(&t, i ? TOMB_STR("b\033[2J\xc3\xa9\n") : TOMB_STR(""));
		cli_put_int(&t, i ? 1500 : 0);
		cli_put_int(&t, i ? INT64_C(1700000000000000) : 0);
		cli_put_yes(&t, i == 1);
		cli_put_str(&t, TOMB_STR("h"));
	}
	(void)fflush(stdout);
	assert_int_equal(dup2(file, 1), 1);
	assert_int_equal(cli_print_rows(&t, &err), TOMB_OK);
	(void)fflush(stdout);
	assert_int_equal(dup2(was, 1), 1);
	assert_true(pread(file, text, 4095, 0) > 0);
	(void)close(file);
	(void)close(was);
	free(cli);
	return text;
}

static void a_table_is_aligned_and_harmless(void **state)
{
	char *text = printed(false);

	(void)state;
	assert_string_equal(text, "  ID  NAME        SIZE  SINCE                 ON\n"
				  "   7  -        0 bytes  -                     no\n"
				  "1000  b?[2J\xc3\xa9?   1.5 kB  2023-11-14T22:13:20Z  yes\n");
	free(text);
}

static void json_has_every_column_as_what_it_is(void **state)
{
	char *text = printed(true);

	(void)state;
	assert_string_equal(text, "[{\"id\":7,\"name\":\"\",\"size\":0,\"since\":null,\"on\":false,\"hidden\":\"h\"},"
				  "{\"id\":1000,\"name\":\"b\\u001b[2J\xc3\xa9\\n\",\"size\":1500,\"since\":\"2023-11-"
				  "14T22:13:20Z\",\"on\":true,"
				  "\"hidden\":\"h\"}]\n");
	free(text);
}

/* Progress of 0 to 1,000 files in steps of 100, one each 1.5 seconds. */
static char *progress_into(int fd, bool is_terminal)
{
	struct tomb_clock_manual clock = tomb_clock_manual(0);
	struct cli_progress p = cli_progress_init(fd, &clock.clock);
	char *text = calloc(1, 8192);

	assert_non_null(text);
	p.is_terminal = is_terminal;
	tomb_clock_manual_advance(&clock, 1000000);
	for (int64_t done = 0; done <= 1000; done += 100) {
		cli_progress_show(&p, &(struct cli_stage){TOMB_STR("Storing"), 1000, done, 1000000, done * 1000});
		tomb_clock_manual_advance(&clock, 1500000);
	}
	cli_progress_end(&p);
	assert_true(pread(fd, text, 8191, 0) > 0);
	(void)close(fd);
	return text;
}

static void a_log_gets_a_line_now_and_then(void **state)
{
	char *text = progress_into(memfd_create("err", MFD_CLOEXEC), false);

	(void)state;
	assert_string_equal(text, "Storing: 0 %, 0 of 1,000 files, 0 bytes\n"
				  "Storing: 40 %, 400 of 1,000 files, 400 kB, 66 files/s, 0:09 left\n"
				  "Storing: 80 %, 800 of 1,000 files, 800 kB, 66 files/s, 0:03 left\n"
				  "Storing: 100 %, 1,000 of 1,000 files, 1.0 MB, 66 files/s\n");
	free(text);
}

static void a_terminal_gets_a_bar_in_one_line(void **state)
{
	char *text = progress_into(memfd_create("err", MFD_CLOEXEC), true);
	size_t returns = 0;

	(void)state;
	for (const char *p = text; *p; p++)
		returns += *p == '\r';
	assert_int_equal(returns, 11);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	/* As wide as 80 columns, whatever it says: a longer line would be wrapped, and drawn below itself. */
	for (char *line = strtok(text, "\r\n"); line; line = strtok(NULL, "\r\n")) {
		char *end = strstr(line, "\033[K");

		assert_non_null(end);
		assert_in_range(end - line, 40, 79);
	}
	free(text);
}

static void what_is_not_done_is_never_a_hundred_percent(void **state)
{
	struct tomb_clock_manual clock = tomb_clock_manual(0);
	int fd = memfd_create("err", MFD_CLOEXEC);
	struct cli_progress p = cli_progress_init(fd, &clock.clock);
	char text[256] = "";

	(void)state;
	p.is_terminal = false;
	cli_progress_show(&p, &(struct cli_stage){TOMB_STR("Storing"), 1000, 999, 1000, 1000});
	assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
	assert_non_null(strstr(text, "99 %"));
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_grouped_by_thousands),
		cmocka_unit_test(sizes_have_the_unit_that_fits),
		cmocka_unit_test(a_table_is_aligned_and_harmless),
		cmocka_unit_test(json_has_every_column_as_what_it_is),
		cmocka_unit_test(a_log_gets_a_line_now_and_then),
		cmocka_unit_test(a_terminal_gets_a_bar_in_one_line),
		cmocka_unit_test(what_is_not_done_is_never_a_hundred_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The stage of the browser tests: a whole installation (tests/e2e/stage.h), ordered about in lines.
 *
 *   in   object STORAGE_OPTION_ID|- IDENTIFIER FILES COPIES | option NAME DAYS | number SQL | exec SQL | mails |
 *        stop PROGRAM | start PROGRAM | end
 *   out  a line of JSON for each: {"value": number} or {"text": "..."}
 *
 * The first line out says where everything is.  What goes wrong ends the program, with words on standard error.
 */
#include "stage.h"
#include "tombstone/json_writer.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LINE_MAX_ = 16 * 1024, ANSWER_MAX = 64 * 1024, NAME_MAX_ = 200 };

static void say(struct tomb_buf *text)
{
	(void)fwrite(text->p, 1, text->n, stdout);
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
}

static void say_number(int64_t n)
{
	TOMB_BUF_AUTO text = tomb_buf_init(ANSWER_MAX);
	struct tomb_json w = tomb_json_init(&text);

	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "value", n);
	tomb_json_end_object(&w);
	say(&text);
}

static void say_where(const struct stage *s)
{
	TOMB_BUF_AUTO text = tomb_buf_init(ANSWER_MAX);
	struct tomb_json w = tomb_json_init(&text);

	tomb_json_begin_object(&w, NULL);
	tomb_json_int(&w, "port", s->port);
	tomb_json_str(&w, "mails", tomb_str_from(smtp_server_mails(s->smtp)));
	tomb_json_str(&w, "folder", tomb_str_from(s->world.folder));
	tomb_json_str(&w, "password", TOMB_STR(STAGE_PASSWORD));
	tomb_json_int(&w, "institution", s->world.institution);
	tomb_json_int(&w, "other_institution", s->world.other_institution);
	tomb_json_int(&w, "standard", s->world.standard);
	tomb_json_end_object(&w);
	say(&text);
}

static struct program *program_named(struct stage *s, const char *name)
{
	if (strcmp(name, "registry") == 0)
		return &s->registry;
	if (strcmp(name, "worker") == 0)
		return &s->worker;
	fail_msg("no program \"%s\"", name);
	return NULL;
}

static void start(struct stage *s, const char *name)
{
	if (program_named(s, name) == &s->registry)
		stage_start_registry(s);
	else
		program_start(&s->worker);
}

/* False at the end. */
static bool obey(struct stage *s, const char *line)
{
	char name[NAME_MAX_];
	char option[24];
	int a = 0;
	int b = 0;

	if (sscanf(line, "object %23s %199s %d %d", option, name, &a, &b) == 4)
		say_number(tomb_world_object_in(&s->world, s->world.institution,
			strcmp(option, "-") == 0 ? s->world.standard : strtoll(option, NULL, 10), name, a, b));
	else if (sscanf(line, "option %199s %d", name, &a) == 2)
		say_number(tomb_world_option(&s->world, name, a));
	else if (strncmp(line, "number ", 7) == 0)
		say_number(tomb_world_number("%s", line + 7));
	else if (strncmp(line, "exec ", 5) == 0) {
		tomb_world_exec("%s", line + 5);
		say_number(0);
	} else if (sscanf(line, "stop %199s", name) == 1) {
		program_kill(program_named(s, name));
		say_number(0);
	} else if (sscanf(line, "start %199s", name) == 1) {
		start(s, name);
		say_number(s->port);
	} else if (strcmp(line, "end") == 0)
		return false;
	else
		fail_msg("what is \"%s\"?", line);
	return true;
}

static void stage(void **state)
{
	struct stage *s = *state;
	char line[LINE_MAX_];

	stage_start(s);
	say_where(s);
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!obey(s, line))
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(stage, stage_set_up, stage_tear_down)};

	cmocka_set_message_output(CM_OUTPUT_STDOUT);
	return cmocka_run_group_tests_name("stage", tests, NULL, NULL);
}

#include "outage.h"

#include "moment.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { COPIES = 2, WAIT_MS = 240 * 1000 };

void outage_make(struct outage *o, void **state, int files, struct bulk_places places)
{
	struct stage *stage = *state;
	struct tomb_world *w = &stage->world;

	*o = (struct outage){.stage = stage, .files = files};
	for (int i = 0; i < OUTAGE_PARTS * OUTAGE_PART; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "test.edu/bag-%d", i);
		o->objects[i] = places.n > 0 ? bulk_object_at(w, w->institution, w->standard, name, files, places)
					     : bulk_object(w, name, files, COPIES);
	}
}

void outage_start(struct outage *o)
{
	stage_start(o->stage);
	two_people_init(&o->people, o->stage);
}

void outage_begin(struct outage *o, void **state)
{
	outage_make(o, state, OUTAGE_FILES, (struct bulk_places){NULL, 0});
	outage_start(o);
}

/* Until it is done: a 503 says to try again, and so they do. */
static void insist(struct outage *o, bool (*step)(struct two_people *p, int64_t object_id), int64_t object_id)
{
	int64_t until = moment_ms() + WAIT_MS;

	while (!step(&o->people, object_id)) {
		program_must_live(&o->stage->registry);
		if (moment_ms() > until) {
			program_print_log(&o->stage->registry);
			fail_msg("the deletion of object %d is not asked for and approved in a minute", (int)object_id);
		}
		moment_pass();
	}
}

void outage_delete(struct outage *o, int part)
{
	for (int i = 0; i < OUTAGE_PART; i++)
		insist(o, two_people_ask, o->objects[part * OUTAGE_PART + i]);
	for (int i = 0; i < OUTAGE_PART; i++)
		insist(o, two_people_agree, o->objects[part * OUTAGE_PART + i]);
}

void outage_end(struct outage *o)
{
	stage_check(o->stage);
	assert_int_equal(tomb_world_number("select count(*) from generic_file where state = 'D'"),
		OUTAGE_PARTS * OUTAGE_PART * o->files);
	program_must_live(&o->stage->registry);
	program_must_live(&o->stage->worker);
}

size_t outage_said(const struct program *p, const char *event, const char *piece)
{
	return program_said(p, (const char *[]){event, piece, NULL});
}

void outage_wait_said(const struct program *p, const char *event, const char *piece, size_t times)
{
	int64_t until = moment_ms() + WAIT_MS;

	while (outage_said(p, event, piece) < times) {
		if (moment_ms() > until) {
			program_print_log(p);
			fail_msg("%s does not say %s (%s) %zu times", p->name, event, piece, times);
		}
		moment_pass();
	}
}

void outage_kill_lanes(struct outage *o)
{
	pid_t lanes[OUTAGE_LANES_MAX];
	size_t n = program_children(&o->stage->worker, lanes, OUTAGE_LANES_MAX);

	for (size_t i = 0; i < n; i++)
		(void)kill(lanes[i], SIGKILL);
}

/* Until it is answered so. */
static void ask_until(struct outage *o, struct visitor *v, const char *target, int status, struct raw_answer *a)
{
	int64_t until = moment_ms() + WAIT_MS;

	while (visitor_get(v, a, "%s", target) != status) {
		program_must_live(&o->stage->registry);
		if (moment_ms() > until) {
			program_print_log(&o->stage->registry);
			fail_msg("%s: %d, not %d", target, a->status, status);
		}
		moment_pass();
	}
}

void outage_expect_503(struct outage *o, struct visitor *person, struct visitor *script)
{
	RAW_ANSWER_AUTO page = {0};
	RAW_ANSWER_AUTO json = {0};

	ask_until(o, person, "/objects", 503, &page);
	assert_true(raw_header(&page, "Retry-After")[0] >= '1');
	assert_non_null(strstr(raw_header(&page, "Content-Type"), "text/html"));
	VISITOR_SEES(&page, 503, "try again");
	assert_non_null(strstr(page.body, "</html>"));
	ask_until(o, script, "/api/v1/objects", 503, &json);
	assert_true(raw_header(&json, "Retry-After")[0] >= '1');
	VISITOR_SEES(&json, 503, "database-down");
}

void outage_expect_page(struct outage *o, struct visitor *person)
{
	RAW_ANSWER_AUTO page = {0};

	ask_until(o, person, "/objects", 200, &page);
}

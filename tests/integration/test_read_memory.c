/* Every read verb in an arena that is too small, of every size: it fails cleanly, writes nothing, and once succeeds. */
#include "pg_fixture.h"
#include "tombstone/deletion_view.h"
#include "tombstone/file.h"
#include "tombstone/premis_event.h"
#include "tombstone/work_item.h"
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { OUT_BYTES = 1024, STEP = 96, MAX = 256 * 1024 };

struct scene {
	struct tomb_world *w;
	int64_t object, file, request;
	struct tomb_deletion_view view;
};

/* One verb; out has room for what it writes. */
typedef enum tomb_code read_fn(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err);

#define ALICE(s) (s)->w->registry, &(s)->w->alice

static const struct tomb_page page = {.limit = 2};

static enum tomb_code objects(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_object_list(ALICE(s), &(struct tomb_object_filter){.with_counts = true}, &page, arena, out, err);
}

static enum tomb_code object(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_object_find(ALICE(s), s->object, TOMB_STR(""), arena, out, err);
}

static enum tomb_code object_pending(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_object_pending(ALICE(s), s->object, arena, out, err);
}

static enum tomb_code files(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_file_list(ALICE(s), &(struct tomb_file_filter){.object_id = s->object, .with_fixity = true}, &page,
		arena, out, err);
}

static enum tomb_code file(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_file_find(ALICE(s), s->file, TOMB_STR(""), arena, out, err);
}

static enum tomb_code file_parts(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_file_parts(ALICE(s), s->file, arena, out, err);
}

static enum tomb_code events(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_premis_event_list(ALICE(s),
		&(struct tomb_premis_event_filter){.object_id = s->object, .with_files = true}, &page, arena, out, err);
}

static enum tomb_code deletions(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_deletion_view_list(
		ALICE(s), &(struct tomb_deletion_filter){.newest_first = true}, &page, arena, out, err);
}

static enum tomb_code deletion_items(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_deletion_view_items(ALICE(s), s->request, &page, arena, out, err);
}

static enum tomb_code deletion_files(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	struct tomb_deletion_files_filter filter = {.request_id = s->request};

	return tomb_deletion_view_files(ALICE(s), &filter, &page, arena, out, err);
}

static enum tomb_code deletion_copies(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	struct {
		struct tomb_deletion_copies *copies;
		size_t n;
	} *list = out;

	return tomb_deletion_view_copies(ALICE(s), &s->view, arena, &list->copies, &list->n, err);
}

static enum tomb_code work_items(struct scene *s, struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return tomb_work_item_list(
		ALICE(s), &(struct tomb_work_item_filter){.request_id = s->request}, &page, arena, out, err);
}

static void try_every_size(struct scene *s, const char *name, read_fn *fn)
{
	_Alignas(max_align_t) unsigned char out[OUT_BYTES];
	unsigned char untouched[OUT_BYTES];

	memset(untouched, 0x5a, sizeof untouched);
	for (size_t max = 0; max < MAX; max += STEP) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(max);
		struct tomb_err err = {.text = ""};
		enum tomb_code code = TOMB_OK;

		memset(out, 0x5a, sizeof out);
		code = fn(s, &arena, out, &err);
		if (code == TOMB_OK && max > 0) {
			assert_memory_not_equal(out, untouched, sizeof out);
			return;
		}
		if (code != TOMB_NOMEM && code != TOMB_TOOBIG)
			fail_msg("%s in %zu bytes: %s %s", name, max, tomb_code_slug(code), err.text);
		assert_memory_equal(out, untouched, sizeof out);
	}
	fail_msg("%s does not fit %d bytes", name, MAX);
}

static void a_read_that_does_not_fit_fails_and_writes_nothing(void **state)
{
	static const struct {
		const char *name;
		read_fn *fn;
	} verbs[] = {
		{"objects", objects},
		{"object", object},
		{"object_pending", object_pending},
		{"files", files},
		{"file", file},
		{"file_parts", file_parts},
		{"events", events},
		{"deletions", deletions},
		{"deletion_items", deletion_items},
		{"deletion_files", deletion_files},
		{"deletion_copies", deletion_copies},
		{"work_items", work_items},
	};
	struct tomb_world *w = *state;
	struct scene s = {.w = w, .object = tomb_world_object(w, "test.edu/bag", 3, 2)};
	TOMB_ARENA_AUTO arena = tomb_arena_init(MAX);

	(void)tomb_world_object(w, "test.edu/other", 0, 0);
	(void)tomb_world_object(w, "test.edu/third", 0, 0);
	s.file = tomb_world_file(w, "test.edu/bag/data/1");
	s.request = tomb_world_request_object(w, s.object);
	(void)tomb_world_approve(w, s.request);
	tomb_world_work(w);
	TOMB_OK_OR_FAIL(tomb_deletion_view_find(w->registry, &w->alice, s.request, &arena, &s.view, &err));
	for (size_t i = 0; i < TOMB_COUNTOF(verbs); i++)
		try_every_size(&s, verbs[i].name, verbs[i].fn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_read_that_does_not_fit_fails_and_writes_nothing, tomb_world_set_up, tomb_world_tear_down),
	};
	return cmocka_run_group_tests_name("reading in little memory", tests, NULL, NULL);
}

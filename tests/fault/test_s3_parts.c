/* Deletions of more keys than one request takes: several requests under way at once.  What is lost or refused with one
 * of them is its own keys' affair. */
#include "crowd_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { PARTS = 4, MANY = PARTS * TOMB_DELETE_MAX, NAME_MAX_BYTES = 8 };

struct batch {
	char names[MANY][NAME_MAX_BYTES];
	struct tomb_target targets[MANY];
	struct tomb_result results[MANY];
};

static struct batch batch;

static int fill(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(batch.names[i], NAME_MAX_BYTES, "k%04zu", i);
		batch.targets[i] = (struct tomb_target){.key = tomb_str_from(batch.names[i])};
	}
	return 0;
}

/* The number of the first key in a request's body. */
static size_t first_of(const struct crowd_request *request)
{
	const char *key = strstr(request->body.p, "<Key>k") + strlen("<Key>k");

	return (size_t)(key[0] - '0') * 1000 + (size_t)(key[1] - '0') * 100 + (size_t)(key[2] - '0') * 10 +
	       (size_t)(key[3] - '0');
}

static size_t keys_of(const struct crowd_request *request)
{
	size_t n = 0;

	for (const char *p = request->body.p; (p = strstr(p, "<Key>")) && p < request->body.p + request->body.n; p++)
		n++;
	return n;
}

/* Every key of the request is deleted. */
static const char *delete_all(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	char *body = TOMB_NEW(arena, char, request->body.n * 4);
	size_t n = (size_t)snprintf(body, 32, "<DeleteResult>");
	const char *p = request->body.p;

	(void)ctx;
	while ((p = strstr(p, "<Key>")) && p < request->body.p + request->body.n) {
		n += (size_t)snprintf(body + n, 64, "<Deleted><Key>%.5s</Key></Deleted>", p + 5);
		p += 5;
	}
	(void)snprintf(body + n, 32, "</DeleteResult>");
	return crowd_store_say(arena, "200 OK", body);
}

static void delete_many(struct crowd_store *f)
{
	assert_int_equal(
		tomb_store_delete_many(f->store, batch.targets, MANY, &f->arena, batch.results, &f->err), TOMB_OK);
}

static size_t count(enum tomb_outcome outcome, size_t from, size_t to)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		n += batch.results[i].outcome == outcome;
	return n;
}

static void parts_are_under_way_together(void **state)
{
	const struct crowd_plan plan = {.answer = delete_all, .crowd = PARTS, .gather = PARTS, .newest_first = true};
	struct crowd_store f;

	(void)state;
	crowd_store_begin(&f, &plan, "", 5000);
	delete_many(&f);
	assert_int_equal(count(TOMB_OUTCOME_GONE, 0, MANY), MANY);
	assert_int_equal(crowd_store_sent(&f), PARTS);
	assert_int_equal(crowd_http_peak(f.server), PARTS);
	crowd_store_end(&f);
}

static void one_at_a_time_is_enough_where_the_backend_says_so(void **state)
{
	const struct crowd_plan plan = {.answer = delete_all};
	struct crowd_store f;

	(void)state;
	crowd_store_begin(&f, &plan, "requests_in_flight = 1\n", 5000);
	delete_many(&f);
	assert_int_equal(count(TOMB_OUTCOME_GONE, 0, MANY), MANY);
	assert_int_equal(crowd_store_sent(&f), PARTS);
	assert_int_equal(crowd_http_peak(f.server), 1);
	crowd_store_end(&f);
}

static const char *cut_the_second(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	return first_of(request) == TOMB_DELETE_MAX ? NULL : delete_all(ctx, request, arena);
}

static void a_part_without_an_answer_is_never_sent_again(void **state)
{
	const struct crowd_plan plan = {.answer = cut_the_second, .crowd = PARTS, .gather = PARTS};
	struct crowd_store f;

	(void)state;
	crowd_store_begin(&f, &plan, "", 60000);
	delete_many(&f);
	assert_int_equal(count(TOMB_OUTCOME_UNCERTAIN, TOMB_DELETE_MAX, 2 * TOMB_DELETE_MAX), TOMB_DELETE_MAX);
	assert_int_equal(count(TOMB_OUTCOME_GONE, 0, MANY), MANY - TOMB_DELETE_MAX);
	assert_int_equal(crowd_store_sent(&f), PARTS);
	crowd_store_end(&f);
}

/* The second part's answer names the keys of the first: it says nothing of either. */
static const char *confuse(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	if (first_of(request) != TOMB_DELETE_MAX)
		return delete_all(ctx, request, arena);
	return crowd_store_say(arena, "200 OK",
		"<DeleteResult><Deleted><Key>k0000</Key></Deleted><Deleted><Key>k1000</Key></Deleted></DeleteResult>");
}

static void an_answer_is_believed_only_of_its_own_parts_keys(void **state)
{
	const struct crowd_plan plan = {.answer = confuse, .crowd = PARTS, .gather = PARTS, .newest_first = true};
	struct crowd_store f;

	(void)state;
	crowd_store_begin(&f, &plan, "", 60000);
	delete_many(&f);
	assert_int_equal(batch.results[TOMB_DELETE_MAX].outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(count(TOMB_OUTCOME_UNCERTAIN, TOMB_DELETE_MAX + 1, 2 * TOMB_DELETE_MAX), TOMB_DELETE_MAX - 1);
	assert_int_equal(count(TOMB_OUTCOME_GONE, 0, TOMB_DELETE_MAX), TOMB_DELETE_MAX);
	crowd_store_end(&f);
}

/* Every full request is refused; smaller ones are taken. */
static const char *refuse_large(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	size_t *largest = ctx;
	size_t n = keys_of(request);

	if (n > TOMB_DELETE_MAX / 2)
		return crowd_store_say(arena, "503 Slow Down", "<Error><Code>SlowDown</Code></Error>");
	*largest = n > *largest ? n : *largest;
	return delete_all(NULL, request, arena);
}

static void refusals_of_one_moment_halve_the_size_once(void **state)
{
	size_t largest = 0;
	const struct crowd_plan plan = {.answer = refuse_large, .ctx = &largest, .crowd = PARTS, .gather = PARTS};
	struct crowd_store f;

	(void)state;
	crowd_store_begin(&f, &plan, "", 600000);
	delete_many(&f);
	assert_int_equal(count(TOMB_OUTCOME_GONE, 0, MANY), MANY);
	(void)crowd_store_sent(&f);
	assert_int_equal(largest, TOMB_DELETE_MAX / 2);
	assert_true(f.waited_ms > 0);
	crowd_store_end(&f);
}

/* One part is refused, always; the others go. */
static const char *refuse_the_third(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	if (first_of(request) < 2 * TOMB_DELETE_MAX || first_of(request) >= 3 * TOMB_DELETE_MAX)
		return delete_all(ctx, request, arena);
	return crowd_store_say(arena, "503 Slow Down", "<Error><Code>SlowDown</Code></Error>");
}

static void what_is_refused_for_good_is_left_for_later(void **state)
{
	const struct crowd_plan plan = {.answer = refuse_the_third, .crowd = PARTS, .gather = PARTS};
	struct crowd_store f;

	(void)state;
	crowd_store_begin(&f, &plan, "", 0);
	delete_many(&f);
	assert_int_equal(count(TOMB_OUTCOME_THROTTLED, 2 * TOMB_DELETE_MAX, 3 * TOMB_DELETE_MAX), TOMB_DELETE_MAX);
	assert_int_equal(count(TOMB_OUTCOME_GONE, 0, MANY), MANY - TOMB_DELETE_MAX);
	assert_int_equal(crowd_store_sent(&f), PARTS);
	crowd_store_end(&f);
}

/* The old key is no longer good. */
static const char *want_the_new_key(void *ctx, const struct crowd_request *request, struct tomb_arena *arena)
{
	if (strstr(request->head.p, "Credential=AKIDEXAMPLE/"))
		return crowd_store_say(arena, "403 Forbidden", "<Error><Code>InvalidAccessKeyId</Code></Error>");
	return delete_all(ctx, request, arena);
}

static void keys_that_end_in_the_middle_are_renewed_once(void **state)
{
	const struct crowd_plan plan = {.answer = want_the_new_key, .crowd = PARTS, .gather = PARTS};
	struct crowd_store f;
	char path[256];

	(void)state;
	crowd_store_begin(&f, &plan, "", 5000);
	(void)snprintf(path, sizeof path, "%s/access", f.temp.path);
	assert_int_equal(chmod(path, 0600), 0);
	temp_folder_write(&f.temp, "access", "AKIDOTHER\n", 10);
	delete_many(&f); /* who asked for others than the new keys would be told that there are none */
	assert_int_equal(count(TOMB_OUTCOME_GONE, 0, MANY), MANY);
	assert_int_equal(crowd_store_sent(&f), 2 * PARTS);
	crowd_store_end(&f);
}

static void more_targets_than_allowed_are_refused(void **state)
{
	const struct crowd_plan plan = {.answer = delete_all};
	struct crowd_store f;

	(void)state;
	crowd_store_begin(&f, &plan, "", 5000);
	assert_int_equal(
		tomb_store_delete_many(f.store, batch.targets, TOMB_TARGETS_MAX + 1, &f.arena, batch.results, &f.err),
		TOMB_INVAL);
	assert_int_equal(crowd_store_sent(&f), 0);
	crowd_store_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_under_way_together),
		cmocka_unit_test(one_at_a_time_is_enough_where_the_backend_says_so),
		cmocka_unit_test(a_part_without_an_answer_is_never_sent_again),
		cmocka_unit_test(an_answer_is_believed_only_of_its_own_parts_keys),
		cmocka_unit_test(refusals_of_one_moment_halve_the_size_once),
		cmocka_unit_test(what_is_refused_for_good_is_left_for_later),
		cmocka_unit_test(keys_that_end_in_the_middle_are_renewed_once),
		cmocka_unit_test(more_targets_than_allowed_are_refused),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}

#include "act.h"

#include "byte_source.h"
#include "tombstone/digest.h"

#include <stdio.h>

/* For whoever reads why a row differs. */
static void say(const char *verb, const struct tomb_err *err)
{
	(void)fprintf(stderr, "    %s: %s: %s\n", verb, tomb_code_slug(err->code), err->text);
}

static enum tomb_code put_once(
	struct bench *b, const char *name, struct tomb_str key, const char *bytes, struct tomb_placed *out)
{
	struct byte_source source = {tomb_str_from(bytes), false};
	struct tomb_put put = {
		.key = key, .size_bytes = (int64_t)source.left.n, .read = byte_source_read, .arg = &source};
	struct tomb_err err;
	enum tomb_code code = TOMB_OK;

	tomb_sha256(source.left, put.sha256);
	code = tomb_store_put(bench_store(b, name), &put, &b->arena, out, &err);
	if (code != TOMB_OK)
		say("put", &err);
	return code;
}

/* NET says that nothing was executed: a store may have taught us something, and wants the bytes once more. */
enum tomb_code act_put(
	struct bench *b, const char *name, struct tomb_str key, const char *bytes, struct tomb_placed *out)
{
	enum tomb_code code = put_once(b, name, key, bytes, out);

	for (int lesson = 0; lesson < 2 && code == TOMB_NET; lesson++) /* its region, and that it knows no condition */
		code = put_once(b, name, key, bytes, out);
	return code;
}

struct tomb_placed act_have(struct bench *b, const char *name, struct tomb_str key)
{
	struct tomb_placed placed = {.etag = TOMB_STR("")};

	act_want_code(b, "put", act_put(b, name, key, "some bytes", &placed), TOMB_OK);
	return placed;
}

enum tomb_code act_stat(struct bench *b, const char *name, struct tomb_str key, struct tomb_stat *out)
{
	struct tomb_err err;
	enum tomb_code code = tomb_store_stat(bench_store(b, name), key, &b->arena, out, &err);

	if (code != TOMB_OK)
		say("stat", &err);
	return code;
}

struct tomb_stat act_seen(struct bench *b, const char *name, struct tomb_str key)
{
	struct tomb_stat st = {.present = false};

	act_want_code(b, "stat", act_stat(b, name, key, &st), TOMB_OK);
	return st;
}

static void say_result(const struct tomb_result *r)
{
	if (r->outcome != TOMB_OUTCOME_GONE)
		(void)fprintf(stderr, "    delete: %s: %.*s: %.*s\n", tomb_outcome_slug(r->outcome),
			TOMB_STR_ARG(r->code), TOMB_STR_ARG(r->text));
}

struct tomb_result act_delete(struct bench *b, const char *name, struct tomb_target target)
{
	struct tomb_result result = {.outcome = TOMB_OUTCOME_FAILED};
	struct tomb_err err;
	enum tomb_code code = tomb_store_delete_one(bench_store(b, name), &target, &b->arena, &result, &err);

	if (code != TOMB_OK)
		say("delete", &err);
	act_want_code(b, "delete", code, TOMB_OK);
	say_result(&result);
	return result;
}

void act_delete_many(
	struct bench *b, const char *name, const struct tomb_target *targets, size_t n, struct tomb_result *results)
{
	struct tomb_err err;
	enum tomb_code code = tomb_store_delete_many(bench_store(b, name), targets, n, &b->arena, results, &err);

	if (code != TOMB_OK)
		say("batch", &err);
	act_want_code(b, "batch", code, TOMB_OK);
	for (size_t i = 0; i < n; i++)
		say_result(&results[i]);
}

enum tomb_absence act_verify(struct bench *b, const char *name, struct tomb_str key)
{
	struct tomb_verdict verdict = {.absence = TOMB_ABSENCE_UNKNOWN};
	struct tomb_err err;
	enum tomb_code code = tomb_store_verify_absent(bench_store(b, name), key, &b->arena, &verdict, &err);

	if (code != TOMB_OK) {
		say("verify", &err);
		return TOMB_ABSENCE_UNKNOWN; /* nothing was proven */
	}
	if (verdict.absence != TOMB_ABSENT_VERIFIED)
		(void)fprintf(stderr, "    verify: %s: %.*s\n", tomb_absence_slug(verdict.absence),
			TOMB_STR_ARG(verdict.text));
	else
		bench_must(b, act_look(b, name, key).versions == 0, "verified absent, and the bytes are there");
	return verdict.absence;
}

struct act_list act_list(struct bench *b, const char *name, struct tomb_str key)
{
	struct act_list list = {NULL, 0, 0};
	struct tomb_err err;
	enum tomb_code code = tomb_store_versions(bench_store(b, name), key, &b->arena, &list.versions, &list.n, &err);

	if (code != TOMB_OK)
		say("versions", &err);
	act_want_code(b, "versions", code, TOMB_OK);
	for (size_t i = 0; i < list.n; i++)
		list.markers += list.versions[i].is_marker;
	return list;
}

void act_need_versions(struct bench *b)
{
	if (b->lacks_versions[0])
		bench_lacks(b, "%s", b->lacks_versions);
}

void act_write_over(struct bench *b, const char *name, struct tomb_str key)
{
	int status = bench_raw(b, name, "PUT", key, "", "", "written over");

	bench_want(b, status == 200, "PUT by the owner: HTTP %d", status);
}

void act_hide(struct bench *b, const char *name, struct tomb_str key)
{
	int status = bench_raw(b, name, "DELETE", key, "", "", "");

	if (status != 204 && status != 200)
		bench_broken("DELETE by the owner answers %d", status);
}

void act_want_code(struct bench *b, const char *what, enum tomb_code got, enum tomb_code want)
{
	bench_want(b, got == want, "%s: %s, not %s", what, tomb_code_slug(got), tomb_code_slug(want));
}

void act_want_outcome(struct bench *b, const char *what, enum tomb_outcome got, enum tomb_outcome want)
{
	bench_want(b, got == want, "%s: %s, not %s", what, tomb_outcome_slug(got), tomb_outcome_slug(want));
}

void act_want_absence(struct bench *b, enum tomb_absence got, enum tomb_absence want)
{
	bench_want(b, got == want, "verify: %s, not %s", tomb_absence_slug(got), tomb_absence_slug(want));
}

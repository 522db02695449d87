/* Looks at many keys, several under way at once.  An answer is read for the key whose place in the caller's list went
 * along as the call's tag: no answer can speak of another key. */
#include "s3/s3.h"

#include "result.h"

#include <stdio.h>

enum { READ_ARENA_MAX = 8 << 20 }; /* bytes: the headers of one key, or TOMB_VERSIONS_MAX versions of it */

struct looks;

/* One kind of question.  read() gives what could not be made out, and NOMEM, back as an error. */
struct question {
	enum tomb_code (*ask)(
		struct looks *l, size_t i, struct tomb_arena *arena, struct aws_request *out, struct tomb_err *err);
	enum tomb_code (*read)(struct looks *l, size_t i, const struct tomb_http_answer *a, struct tomb_err *err);
	void (*fail)(struct looks *l, size_t i, struct tomb_err *why);
};

struct looks {
	const struct question *question;
	struct s3 *s3;
	const struct tomb_look_at *at;
	struct tomb_arena *arena; /* the caller's */
	union {
		struct tomb_seen *seen;
		struct tomb_versions *versions;
		struct tomb_verdict *verdicts;
	} out;
	size_t next;
	struct tomb_err ended;  /* why the call as a whole fails; its code is TOMB_OK if it does not */
	struct tomb_err barred; /* the store asks for fewer requests: those that are left are not asked */
};

static struct tomb_str version_of(const struct looks *l, size_t i)
{
	return l->at->version_ids ? l->at->version_ids[i] : TOMB_STR("");
}

static void fail(struct looks *l, size_t i, struct tomb_err *why)
{
	if (why->code == TOMB_STORE_THROTTLED)
		l->barred = *why;
	l->question->fail(l, i, why);
}

static enum tomb_code ask(
	struct looks *l, size_t i, struct tomb_arena *arena, struct aws_request *out, struct tomb_err *err)
{
	if (l->barred.code != TOMB_OK)
		return store_hand_up(&l->barred, err);
	TOMB_TRY(store_check_key(&l->s3->store, l->at->keys[i], err));
	return l->question->ask(l, i, arena, out, err);
}

static bool next(void *ctx, struct tomb_arena *arena, struct aws_request *out, const void **tag)
{
	struct looks *l = ctx;
	struct tomb_err err;

	for (; l->ended.code == TOMB_OK && l->next < l->at->n; l->next++) {
		if (l->at->go_on && l->at->go_on(l->at->ctx, &err) != TOMB_OK) {
			l->ended = err;
			return false;
		}
		if (ask(l, l->next, arena, out, &err) == TOMB_OK) {
			*tag = &l->at->keys[l->next++];
			return true;
		}
		fail(l, l->next, &err);
	}
	return false;
}

static void landed(void *ctx, const struct aws_landed *landed)
{
	struct looks *l = ctx;
	size_t i = (size_t)((const struct tomb_str *)landed->tag - l->at->keys);
	struct tomb_err err;

	if (landed->code != TOMB_OK)
		err = *landed->err;
	else if (l->question->read(l, i, landed->answer, &err) == TOMB_OK)
		return;
	fail(l, i, &err);
}

static enum tomb_code fly(struct looks *l, struct tomb_err *err)
{
	const struct aws_flight plan = {
		.at_most = (size_t)l->s3->backend->requests_in_flight,
		.next = next,
		.request_max = S3_DRAFT_MAX,
		.landed = landed,
		.ctx = l,
	};

	TOMB_TRY(aws_flight_run(&l->s3->aws, &plan, err));
	return l->ended.code == TOMB_OK ? TOMB_OK : store_hand_up(&l->ended, err);
}

static enum tomb_code ask_stat(
	struct looks *l, size_t i, struct tomb_arena *arena, struct aws_request *out, struct tomb_err *err)
{
	return s3_head_ask(l->s3, l->at->keys[i], version_of(l, i), arena, out, err);
}

static enum tomb_code keep(struct tomb_arena *arena, struct tomb_str *s, struct tomb_err *err)
{
	if (s->n == 0) {
		*s = TOMB_STR("");
		return TOMB_OK;
	}
	*s = tomb_arena_str(arena, *s);
	return s->p ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "what is known of a key");
}

static enum tomb_code read_stat(struct looks *l, size_t i, const struct tomb_http_answer *a, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(READ_ARENA_MAX);
	struct tomb_stat st;

	TOMB_TRY(s3_head_read(l->s3, version_of(l, i), a, &scratch, &st, err));
	if (st.present && l->s3->store.probe.compliance)
		TOMB_TRY(s3_compliance_stat(l->s3, l->at->keys[i], &scratch, &st, err));
	TOMB_TRY(keep(l->arena, &st.etag, err));
	TOMB_TRY(keep(l->arena, &st.storage_class, err));
	TOMB_TRY(keep(l->arena, &st.version_id, err));
	TOMB_TRY(keep(l->arena, &st.request_id, err));
	l->out.seen[i] = (struct tomb_seen){.code = TOMB_OK, .text = TOMB_STR(""), .stat = st};
	return TOMB_OK;
}

/* What is said of a key that has no answer.  Without memory there is nothing more to say of any. */
static struct tomb_str say(struct looks *l, struct tomb_err *why)
{
	if (why->code == TOMB_NOMEM)
		l->ended = *why;
	(void)!store_error_in(&l->s3->store, why);
	return result_keep(l->arena, tomb_str_from(why->text));
}

static void fail_stat(struct looks *l, size_t i, struct tomb_err *why)
{
	l->out.seen[i] = (struct tomb_seen){.code = why->code, .text = say(l, why)};
}

enum tomb_code s3_stat_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_seen *out, struct tomb_err *err)
{
	static const struct question question = {ask_stat, read_stat, fail_stat};
	struct looks l = {.question = &question, .s3 = s3_of(store), .at = at, .arena = arena, .out.seen = out};

	return fly(&l, err);
}

static enum tomb_code ask_versions(
	struct looks *l, size_t i, struct tomb_arena *arena, struct aws_request *out, struct tomb_err *err)
{
	return s3_versions_ask(l->s3, l->at->keys[i], arena, out, err);
}

static enum tomb_code read_versions(struct looks *l, size_t i, const struct tomb_http_answer *a, struct tomb_err *err)
{
	struct s3_versions found;

	TOMB_TRY(s3_versions_read(l->s3, l->at->keys[i], a, l->arena, &found, err));
	l->out.versions[i] = (struct tomb_versions){
		.code = TOMB_OK, .text = TOMB_STR(""), .list = found.list, .n = found.n};
	return TOMB_OK;
}

static void fail_versions(struct looks *l, size_t i, struct tomb_err *why)
{
	l->out.versions[i] = (struct tomb_versions){.code = why->code, .text = say(l, why)};
}

enum tomb_code s3_versions_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_versions *out, struct tomb_err *err)
{
	static const struct question question = {ask_versions, read_versions, fail_versions};
	struct looks l = {.question = &question, .s3 = s3_of(store), .at = at, .arena = arena, .out.versions = out};

	return fly(&l, err);
}

static enum tomb_code read_absence_by_head(
	struct looks *l, size_t i, const struct tomb_http_answer *a, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(READ_ARENA_MAX);
	struct tomb_stat st;

	TOMB_TRY(s3_head_read(l->s3, TOMB_STR(""), a, &scratch, &st, err));
	s3_verdict_of_stat(&st, l->arena, &l->out.verdicts[i]);
	return TOMB_OK;
}

static enum tomb_code read_absence_by_list(
	struct looks *l, size_t i, const struct tomb_http_answer *a, struct tomb_err *err)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(READ_ARENA_MAX);
	struct s3_versions found;

	TOMB_TRY(s3_versions_read(l->s3, l->at->keys[i], a, &scratch, &found, err));
	s3_verdict_of_list(&found, l->arena, &l->out.verdicts[i]);
	return TOMB_OK;
}

static void fail_absence(struct looks *l, size_t i, struct tomb_err *why)
{
	verdict_unknown(&l->out.verdicts[i], l->arena, why);
}

/* In a bucket that never had versions HEAD is enough; elsewhere bytes are where the list holds a data version, whatever
 * HEAD says.  One of the two for all keys of the call, whatever becomes known of the bucket meanwhile. */
enum tomb_code s3_verify_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_verdict *out, struct tomb_err *err)
{
	static const struct question by_head = {ask_stat, read_absence_by_head, fail_absence};
	static const struct question by_list = {ask_versions, read_absence_by_list, fail_absence};
	bool has_lists = store->probe.versioning != TOMB_VERSIONING_NEVER;
	struct looks l = {.question = has_lists ? &by_list : &by_head,
		.s3 = s3_of(store),
		.at = at,
		.arena = arena,
		.out.verdicts = out};

	return fly(&l, err);
}

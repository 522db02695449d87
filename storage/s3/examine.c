/*
 * What the store really does, found out with sentinel objects.  A server may accept a condition and ignore it, so each
 * ability is proven by both answers: what must be refused is refused and stays, what must be done is done.
 */
#include "s3/s3.h"

#include "result.h"
#include "tombstone/uuid.h"

#include <stdio.h>

enum { ANSWER_ARENA_MAX = 4 << 20, SENTINELS = 3, SENTINEL_KEY_MAX = 64 };

static const struct tomb_str first_content = {"tombstone", 9};
static const struct tomb_str other_content = {"tombstone's other", 17};
static const struct tomb_str false_etag = {"\"00000000000000000000000000000000\"", 34};

struct examination {
	struct s3 *s3;
	struct tomb_arena *arena;
	char keys[SENTINELS][SENTINEL_KEY_MAX];
	struct tomb_str etags[SENTINELS];
	bool is_sent[SENTINELS]; /* it may be there */
};

static struct tomb_str key_of(const struct examination *x, size_t i)
{
	return tomb_str_from(x->keys[i]);
}

/* The status of a PUT; the first content's ETag is kept. */
static enum tomb_code put(struct examination *x, size_t i, struct tomb_str content, bool conditional,
	struct tomb_http_answer *a, struct tomb_err *err)
{
	struct sigv4_field header = {TOMB_STR("if-none-match"), TOMB_STR("*")};
	struct s3_request r = {.method = "PUT",
		.key = key_of(x, i),
		.headers = &header,
		.nheaders = conditional ? 1 : 0,
		.body = content};

	x->is_sent[i] = true;
	TOMB_TRY(s3_send(x->s3, &r, x->arena, a, err));
	if (a->status == 200 && !conditional)
		x->etags[i] = tomb_http_header(a, "ETag");
	return TOMB_OK;
}

static enum tomb_code place(struct examination *x, size_t i, struct tomb_err *err)
{
	struct tomb_http_answer a;
	struct s3_failure failure;

	TOMB_TRY(put(x, i, first_content, false, &a, err));
	if (a.status == 200)
		return TOMB_OK;
	s3_failure_read(&a, x->arena, &failure);
	return s3_failure_set(&failure, "PUT of a sentinel", err);
}

static enum tomb_code read_back(struct examination *x, struct tomb_capability *out, struct tomb_err *err)
{
	struct tomb_stat st;
	bool same = false;

	TOMB_TRY(s3_head(x->s3, key_of(x, 0), TOMB_STR(""), x->arena, &st, err));
	same = st.present && st.size_bytes == (int64_t)first_content.n && st.etag.n > 0 &&
	       tomb_str_eq(st.etag, x->etags[0]);
	out->read_back = same ? TOMB_ABILITY_PROVEN : TOMB_ABILITY_MISSING;
	return TOMB_OK;
}

static enum tomb_code list_versions(struct examination *x, struct tomb_capability *out, struct tomb_err *err)
{
	struct s3_versions found;
	enum tomb_code code = s3_versions_list(x->s3, key_of(x, 0), x->arena, &found, err);
	bool same = false;

	if (code != TOMB_OK && code != TOMB_STORE)
		return code;
	same = code == TOMB_OK && found.n == 1 && !found.list[0].is_marker &&
	       found.list[0].size_bytes == (int64_t)first_content.n && tomb_str_eq(found.list[0].etag, x->etags[0]);
	out->list_versions = same ? TOMB_ABILITY_PROVEN : TOMB_ABILITY_MISSING;
	return TOMB_OK;
}

static enum tomb_code conditional_put(struct examination *x, struct tomb_capability *out, struct tomb_err *err)
{
	struct tomb_http_answer a;
	struct tomb_stat st;

	TOMB_TRY(put(x, 0, other_content, true, &a, err));
	TOMB_TRY(s3_head(x->s3, key_of(x, 0), TOMB_STR(""), x->arena, &st, err));
	if (a.status == 412 && st.present && st.size_bytes == (int64_t)first_content.n)
		out->conditional_put = TOMB_ABILITY_PROVEN;
	else if (a.status < 500 || a.status == 501)
		out->conditional_put = TOMB_ABILITY_MISSING;
	return TOMB_OK;
}

/* Is it there, as it was put first? */
static enum tomb_code is_there(struct examination *x, size_t i, bool *out, struct tomb_err *err)
{
	struct tomb_stat st;

	TOMB_TRY(s3_head(x->s3, key_of(x, i), TOMB_STR(""), x->arena, &st, err));
	*out = st.present;
	return TOMB_OK;
}

static bool has_no_answer(const struct tomb_result *r)
{
	return r->outcome == TOMB_OUTCOME_THROTTLED || r->outcome == TOMB_OUTCOME_TRANSIENT ||
	       r->outcome == TOMB_OUTCOME_UNCERTAIN;
}

static enum tomb_code conditional_delete(struct examination *x, struct tomb_capability *out, struct tomb_err *err)
{
	struct tomb_target target = {.key = key_of(x, 0), .version_id = TOMB_STR(""), .etag = false_etag};
	struct tomb_result refused;
	struct tomb_result done;
	bool stayed = false;
	bool remains = false;

	TOMB_TRY(place(x, 0, err));
	s3_delete_one(&x->s3->store, &target, x->arena, &refused);
	TOMB_TRY(is_there(x, 0, &stayed, err));
	target.etag = x->etags[0];
	s3_delete_one(&x->s3->store, &target, x->arena, &done);
	TOMB_TRY(is_there(x, 0, &remains, err));
	if (has_no_answer(&refused) || has_no_answer(&done))
		return TOMB_OK;
	out->conditional_delete = refused.outcome == TOMB_OUTCOME_CHANGED && stayed &&
						  done.outcome == TOMB_OUTCOME_GONE && !remains
					  ? TOMB_ABILITY_PROVEN
					  : TOMB_ABILITY_MISSING;
	return TOMB_OK;
}

/* One key with another ETag, and one with its own, in one request. */
static enum tomb_code conditional_batch(struct examination *x, struct tomb_capability *out, struct tomb_err *err)
{
	struct tomb_target targets[] = {
		{.key = key_of(x, 1), .version_id = TOMB_STR("")}, {.key = key_of(x, 2), .version_id = TOMB_STR("")}};
	struct tomb_result results[2];
	bool stayed = false;
	bool remains = false;

	TOMB_TRY(place(x, 1, err));
	TOMB_TRY(place(x, 2, err));
	targets[0].etag = false_etag;
	targets[1].etag = x->etags[2];
	s3_delete_many(&x->s3->store, targets, 2, x->arena, results);
	TOMB_TRY(is_there(x, 1, &stayed, err));
	TOMB_TRY(is_there(x, 2, &remains, err));
	if (has_no_answer(&results[0]) || has_no_answer(&results[1]))
		return TOMB_OK;
	out->conditional_delete_batch = results[0].outcome == TOMB_OUTCOME_CHANGED && stayed &&
							results[1].outcome == TOMB_OUTCOME_GONE && !remains
						? TOMB_ABILITY_PROVEN
						: TOMB_ABILITY_MISSING;
	return TOMB_OK;
}

/* Versions and markers by their ids, or the key where there are none; then it must be gone. */
static bool remove_sentinel(struct examination *x, size_t i)
{
	struct tomb_target target = {.key = key_of(x, i), .version_id = TOMB_STR("")};
	struct s3_versions found = {.n = 0};
	struct tomb_result result;
	struct tomb_verdict verdict;
	struct tomb_err ignored;

	if (x->s3->store.probe.versioning == TOMB_VERSIONING_NEVER) {
		s3_delete_one(&x->s3->store, &target, x->arena, &result);
	} else {
		if (s3_versions_list(x->s3, target.key, x->arena, &found, &ignored) != TOMB_OK)
			return false;
		for (size_t v = 0; v < found.n; v++) {
			target.version_id = found.list[v].version_id;
			s3_delete_one(&x->s3->store, &target, x->arena, &result);
		}
	}
	return tomb_store_verify_absent(&x->s3->store, target.key, x->arena, &verdict, &ignored) == TOMB_OK &&
	       verdict.absence == TOMB_ABSENT_VERIFIED;
}

static enum tomb_code try_all(struct examination *x, struct tomb_capability *out, struct tomb_err *err)
{
	TOMB_TRY(place(x, 0, err));
	TOMB_TRY(read_back(x, out, err));
	TOMB_TRY(list_versions(x, out, err));
	TOMB_TRY(conditional_put(x, out, err));
	if (x->s3->store.probe.versioning != TOMB_VERSIONING_NEVER)
		return TOMB_OK;
	TOMB_TRY(conditional_delete(x, out, err));
	return conditional_batch(x, out, err);
}

static enum tomb_code name_sentinels(struct examination *x, struct tomb_err *err)
{
	for (size_t i = 0; i < SENTINELS; i++) {
		struct tomb_uuid uuid;
		char text[TOMB_UUID_TEXT];

		TOMB_TRY(tomb_uuid_random(&uuid, err));
		(void)snprintf(x->keys[i], SENTINEL_KEY_MAX, "tombstone-probe/%s", tomb_uuid_text(uuid, text));
	}
	return TOMB_OK;
}

/* What is put into such a bucket, nobody gets out again. */
static enum tomb_code refuse_locks(struct s3 *s3, struct tomb_arena *arena, struct tomb_err *err)
{
	struct s3_lock lock = {.denied = false};

	if (s3->store.probe.object_lock)
		TOMB_TRY(s3_lock_ask(s3, arena, &lock, err));
	if (lock.denied || lock.rule.locks_all || s3->store.probe.compliance)
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE,
			"its bucket locks, or may lock, whatever is put: sentinels could not be removed");
	return TOMB_OK;
}

static enum tomb_code run(struct examination *x, struct tomb_capability *out, struct tomb_err *err)
{
	struct tomb_err why = {.text = ""};
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(refuse_locks(x->s3, x->arena, err));
	TOMB_TRY(name_sentinels(x, err));
	x->s3->is_examined = true;
	code = try_all(x, out, &why);
	x->s3->is_examined = false;
	for (size_t i = 0; i < SENTINELS; i++)
		if (x->is_sent[i] && !remove_sentinel(x, i))
			return TOMB_FAIL(err, TOMB_STORE, "its sentinel %s may be left: delete it by hand%s%.150s",
				x->keys[i], code == TOMB_OK ? "" : "; ", why.text);
	if (code != TOMB_OK)
		*err = why;
	return code;
}

enum tomb_code s3_examine(struct tomb_store *store, struct tomb_capability *out, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ANSWER_ARENA_MAX);
	struct examination x = {.s3 = s3_of(store), .arena = &arena};

	return run(&x, out, err) == TOMB_OK ? TOMB_OK : store_error_in(store, err);
}

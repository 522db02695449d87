#include "s3/s3.h"

#include "result.h"
#include "tombstone/time.h"

enum { ANSWER_ARENA_MAX = 1 << 20 };

void s3_unanswered(const struct tomb_err *err, struct tomb_arena *arena, struct tomb_result *out)
{
	enum tomb_outcome outcome = TOMB_OUTCOME_FAILED;

	if (err->code == TOMB_UNCERTAIN)
		outcome = TOMB_OUTCOME_UNCERTAIN;
	else if (err->code == TOMB_NET || err->code == TOMB_NOMEM)
		outcome = TOMB_OUTCOME_TRANSIENT;
	else if (err->code == TOMB_STORE_DENIED)
		outcome = TOMB_OUTCOME_DENIED;
	else if (err->code == TOMB_STORE_THROTTLED)
		outcome = TOMB_OUTCOME_THROTTLED;
	result_set(out, arena, outcome, "%s", err->text);
}

/* 403 is what most stores say of a lock: the version's own headers know better.  Only versions can be locked. */
void s3_diagnose(struct s3 *s3, const struct tomb_target *target, struct tomb_arena *arena, struct tomb_result *out)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(ANSWER_ARENA_MAX);
	char until[TOMB_TIME_TEXT] = "somebody lifts it";
	struct tomb_stat st;
	struct tomb_err ignored;

	if (out->outcome != TOMB_OUTCOME_DENIED || !tomb_str_eq(out->code, TOMB_STR("AccessDenied")) ||
		!target->version_id.n)
		return;
	if (s3_head(s3, target->key, target->version_id, &scratch, &st, &ignored) != TOMB_OK || !st.present ||
		(st.lock == TOMB_LOCK_NONE && !st.legal_hold))
		return;
	if (st.locked_until_us && !st.legal_hold)
		tomb_time_format(st.locked_until_us, TOMB_TIME_S, until);
	result_relabel(out, arena, TOMB_OUTCOME_LOCKED, "%s until %s",
		st.legal_hold                     ? "legal hold"
		: st.lock == TOMB_LOCK_COMPLIANCE ? "compliance lock"
						  : "governance lock",
		until);
	out->locked_until_us = st.locked_until_us;
}

void s3_only_hidden(struct s3 *s3, struct tomb_arena *arena, struct tomb_result *out)
{
	s3->store.probe.versioning = TOMB_VERSIONING_ENABLED;
	result_set(out, arena, TOMB_OUTCOME_UNCERTAIN,
		"the bucket has versions by now: the key is hidden by a delete marker, its bytes are there");
}

/* Whether the key is gone, or only hidden, is in the headers. */
static void read_success(struct s3 *s3, const struct tomb_target *target, const struct tomb_http_answer *a,
	struct tomb_arena *arena, struct tomb_result *out)
{
	bool has_versions = tomb_http_header(a, "x-amz-version-id").n > 0 ||
			    tomb_str_eq(tomb_http_header(a, "x-amz-delete-marker"), TOMB_STR("true"));

	if (has_versions && !target->version_id.n)
		s3_only_hidden(s3, arena, out);
	else
		result_set(out, arena, TOMB_OUTCOME_GONE, "%s", "");
	out->request_id = result_keep(arena, s3_failure_request_id(a));
}

void s3_delete_one(struct tomb_store *store, const struct tomb_target *target, struct tomb_arena *arena,
	struct tomb_result *result)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(ANSWER_ARENA_MAX);
	struct s3 *s3 = s3_of(store);
	struct sigv4_field version = {TOMB_STR("versionId"), target->version_id};
	struct sigv4_field if_match = {TOMB_STR("if-match"), target->etag};
	struct s3_request r = {.method = "DELETE", .key = target->key, .query = &version, .headers = &if_match};
	struct tomb_http_answer a;
	struct s3_failure failure;
	struct tomb_err err;

	if (target->version_id.n)
		r.nquery = 1;
	else if (s3->backend->conditional_delete && target->etag.n) /* AWS refuses the two together */
		r.nheaders = 1;
	if (s3_send(s3, &r, &scratch, &a, &err) != TOMB_OK) {
		s3_unanswered(&err, arena, result);
		return;
	}
	if (a.status == 204 || (a.status == 200 && a.body.n == 0)) {
		read_success(s3, target, &a, arena, result);
		return;
	}
	s3_failure_read(&a, &scratch, &failure);
	if (a.status < 300) /* a success with an error in it */
		failure.outcome = TOMB_OUTCOME_UNCERTAIN;
	s3_failure_result(&failure, arena, result);
	s3_diagnose(s3, target, arena, result);
}

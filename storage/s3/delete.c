#include "s3/s3.h"

#include "result.h"

enum { ANSWER_ARENA_MAX = 1 << 20 };

bool s3_is_conditional(const struct s3 *s3, bool many)
{
	const struct tomb_capability *known = &s3->store.capability;

	switch (s3->backend->conditional_delete) {
	case BACKEND_ALWAYS:
		return true;
	case BACKEND_IF_PROVEN:
		return s3->is_examined ||
		       (many ? known->conditional_delete_batch : known->conditional_delete) == TOMB_ABILITY_PROVEN;
	case BACKEND_NEVER:
		break;
	}
	return s3->is_examined;
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
	struct sigv4_field headers[2];
	struct s3_request r = {.method = "DELETE", .key = target->key, .query = &version, .headers = headers};
	struct tomb_http_answer a;
	struct s3_failure failure;
	struct tomb_err err;

	if (target->bypass_governance && !s3->backend->allow_governance_bypass) {
		result_set(result, arena, TOMB_OUTCOME_FAILED,
			"backend %s does not allow governance locks to be lifted", store->name.p);
		return;
	}
	if (target->bypass_governance)
		headers[r.nheaders++] = (struct sigv4_field){
			TOMB_STR("x-amz-bypass-governance-retention"), TOMB_STR("true")};
	if (target->version_id.n)
		r.nquery = 1;
	else if (target->etag.n && s3_is_conditional(s3, false)) /* AWS refuses the two together */
		headers[r.nheaders++] = (struct sigv4_field){TOMB_STR("if-match"), target->etag};
	if (s3_send(s3, &r, &scratch, &a, &err) != TOMB_OK) {
		aws_unanswered(&s3->aws, &err, arena, result);
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

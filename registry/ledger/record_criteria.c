/* The criteria of MMS for a deletion: why, and what the person has made sure of (N-03 to N-05, N-11 to N-14, NW-6). */
#include "record_plan.h"

#include "deletion_request_internal.h"

enum {
	REASON_CODE_MAX = 64, /* a word */
	URI_MAX = 2048        /* what browsers take */
};

static enum tomb_code check_lengths(const struct tomb_record_deletion_ask *ask, struct tomb_err *err)
{
	if (ask->reason.n > TOMB_REQUEST_REASON_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "the reason has %zu bytes; at most %d", ask->reason.n,
			TOMB_REQUEST_REASON_MAX);
	if (ask->reason_code.n > REASON_CODE_MAX || ask->actor_label.n > REASON_CODE_MAX ||
		ask->job.n > REASON_CODE_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "a reason's code, a label and a job's number have at most %d bytes",
			REASON_CODE_MAX);
	if (ask->confirmed.legacy_uri.n > URI_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "the link to the legacy record has more than %d bytes", URI_MAX);
	if (tomb_str_eq(ask->reason_code, TOMB_STR("harmful_content")))
		return TOMB_FAIL(err, TOMB_UNPROCESSABLE,
			"records are not deleted for harmful content: suppress the record instead");
	return TOMB_OK;
}

static enum tomb_code check_reason(
	const struct tomb_actor *actor, const struct tomb_record_deletion_ask *ask, int64_t home, struct tomb_err *err)
{
	if (tomb_str_eq(ask->reason_code, TOMB_STR("remediation")) ||
		tomb_str_eq(ask->reason_code, TOMB_STR("accidental")))
		return TOMB_OK;
	if (!ask->is_override)
		return TOMB_FAIL(err, TOMB_INVAL,
			"records should only be deleted as part of a remediation workflow, or if they were "
			"accidentally "
			"created: the reason is \"remediation\" or \"accidental\"");
	if (!tomb_permission_covers(actor, TOMB_MAY_RECORD_OVERRIDE, home))
		return tomb_permission_refuse(TOMB_MAY_RECORD_OVERRIDE, err);
	if (ask->reason.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "say why the record is deleted for another reason than usual");
	return TOMB_OK;
}

static enum tomb_code check_rights(struct tomb_pg *pg, const struct tomb_record_deletion_ask *ask, int64_t home,
	struct tomb_arena *arena, struct tomb_err *err)
{
	const struct tomb_record_confirmations *c = &ask->confirmed;
	struct sql_record_delete_coordinator_row *who = NULL;
	size_t n = 0;

	if (c->rights_not_needed)
		return TOMB_OK;
	if (!c->rights_replicated)
		return TOMB_FAIL(err, TOMB_INVAL,
			"confirm that the rights profile was replicated elsewhere by a Digitization Coordinator, or "
			"that "
			"it is not needed");
	if (c->legacy_uri.n == 0)
		return TOMB_FAIL(
			err, TOMB_INVAL, "the rights profile was replicated: include a link to the legacy record");
	TOMB_TRY(sql_record_delete_coordinator(
		pg, &(struct sql_record_delete_coordinator_args){c->rights_by, home}, arena, &who, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_INVAL,
			"a rights profile is replicated by a Digitization Coordinator: name one of the institution");
	return TOMB_OK;
}

/* What was created by mistake, by this very person, and never captured: nobody can need its rights. */
static bool is_own_accident(
	const struct tomb_actor *actor, const struct tomb_record_deletion_ask *ask, const struct tomb_record_plan *plan)
{
	if (!tomb_str_eq(ask->reason_code, TOMB_STR("accidental")) || plan->closure->ids.n != plan->nnamed)
		return false;
	for (size_t i = 0; i < plan->nnamed; i++)
		if (!tomb_str_eq(plan->named[i].created_by, actor->email))
			return false;
	return true;
}

enum tomb_code tomb_record_criteria_check(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_deletion_ask *ask, const struct tomb_record_plan *plan, struct tomb_arena *arena,
	struct tomb_err *err)
{
	const struct tomb_record_confirmations *c = &ask->confirmed;
	int64_t home = plan->named[0].institution_id;
	bool takes_more = plan->mode == TOMB_RECORD_WITH_CONTENTS || plan->mode == TOMB_RECORD_WITH_CHILDREN;

	TOMB_TRY(check_lengths(ask, err));
	if (!tomb_str_eq(plan->named[0].system, TOMB_STR("mms")))
		return TOMB_OK;
	TOMB_TRY(check_reason(actor, ask, home, err));
	if (!c->not_needed_for_reference)
		return TOMB_FAIL(err, TOMB_INVAL, "confirm that the record is no longer needed for reference");
	if (!c->metadata_replicated)
		return TOMB_FAIL(err, TOMB_INVAL,
			"confirm that all necessary metadata elements were replicated elsewhere, or are not needed");
	if (takes_more && plan->closure->ids.n > 1 && !c->contents_verified)
		return TOMB_FAIL(err, TOMB_INVAL, "confirm that what is in it was verified and is no longer needed");
	if (plan->closure->has_rights && !is_own_accident(actor, ask, plan))
		return check_rights(pg, ask, home, arena, err);
	return TOMB_OK;
}

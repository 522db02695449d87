#include "tombstone/decision.h"

#include "deletion_request_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/token.h"
#include "tombstone/tx.h"
#include "totp_use.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024 }; /* a request's item ids, up to TOMB_REQUEST_ITEMS_MAX */

enum tomb_code tomb_approval_token_new(struct tomb_pg *pg, int64_t request_id, int64_t user_id,
	char token[static TOMB_TOKEN_TEXT], struct tomb_err *err)
{
	TOMB_TOKEN_AUTO secret = tomb_token_new();
	uint8_t hash[TOMB_SHA256_SIZE];
	struct sql_token_insert_args args = {
		.token_sha256 = {(const char *)hash, sizeof hash},
		.request_id = request_id,
		.user_id = user_id,
		.days = TOMB_APPROVAL_TOKEN_DAYS,
	};
	size_t changed = 0;

	tomb_token_digest(&secret, hash);
	TOMB_TRY(sql_token_insert(pg, &args, &changed, err));
	if (changed == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "request %" PRId64 " is no longer open", request_id);
	tomb_token_text(&secret, token);
	return TOMB_OK;
}

/* May this person decide for the request's institution at all?  An operator only where the institution has one admin
 * and says so. */
static bool is_decider(
	const struct tomb_actor *actor, enum tomb_permission permission, const struct sql_request_lock_row_row *r)
{
	if (!tomb_permission_covers(actor, permission, r->institution_id))
		return false;
	if (tomb_permission_of(actor, permission) != TOMB_SCOPE_ALL)
		return true;
	return r->sole_admin && tomb_str_eq(r->policy, TOMB_STR("operator"));
}

/* One text for every reason, so that a stranger learns nothing, not even whether the request exists. */
static enum tomb_code refuse_stranger(int64_t request_id, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_FORBIDDEN,
		"only an admin of the institution can decide deletion request %" PRId64 ": sign in as one", request_id);
}

/* r is NULL where there is no such request.  That nobody could be asked is not a refusal. */
static enum tomb_code check_decider(struct tomb_pg *pg, const struct tomb_actor *actor, enum tomb_permission permission,
	const struct sql_request_lock_row_row *r, int64_t request_id, struct tomb_err *err)
{
	enum tomb_code code = TOMB_OK;

	if (actor->user_id == 0 || !r || !is_decider(actor, permission, r))
		return refuse_stranger(request_id, err);
	code = tomb_actor_check(pg, actor, err);
	return code == TOMB_FORBIDDEN ? refuse_stranger(request_id, err) : code;
}

static enum tomb_code say_who_decided(
	struct tomb_pg *pg, const struct sql_request_lock_row_row *r, struct tomb_arena *arena, struct tomb_err *err)
{
	struct sql_decision_find_row *d = NULL;
	size_t n = 0;

	TOMB_TRY(sql_decision_find(pg, &(struct sql_decision_find_args){r->id}, arena, &d, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "deletion request %" PRId64 " is closed: %.*s", r->id,
			TOMB_STR_ARG(r->closed_note));
	return TOMB_FAIL(err, TOMB_CONFLICT, "deletion request %" PRId64 " was already %s by %.*s on %.*s", r->id,
		tomb_str_eq(d->verdict, TOMB_STR("approve")) ? "approved" : "rejected",
		TOMB_STR_ARG(d->decided_by_email), TOMB_STR_ARG(d->decided_day));
}

static enum tomb_code check_token(struct tomb_pg *pg, int64_t request_id, struct tomb_str token,
	struct tomb_arena *arena, struct sql_token_find_row **out, struct tomb_err *err)
{
	TOMB_TOKEN_AUTO secret = {{0}};
	uint8_t hash[TOMB_SHA256_SIZE];
	struct sql_token_find_args args = {{(const char *)hash, sizeof hash}};
	struct sql_token_find_row *found = NULL;
	size_t n = 0;

	if (tomb_token_parse(token, &secret, err) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_FORBIDDEN, "this is not a token: copy all %d characters from the mail",
			TOMB_TOKEN_TEXT - 1);
	tomb_token_digest(&secret, hash);
	TOMB_TRY(sql_token_find(pg, &args, arena, &found, &n, err));
	if (n == 0 || found->request_id != request_id || !tomb_token_matches(&secret, found->token_sha256))
		return TOMB_FAIL(
			err, TOMB_FORBIDDEN, "the token does not belong to deletion request %" PRId64, request_id);
	*out = found;
	return TOMB_OK;
}

/* Locks the request and checks that actor may decide it with token.  In the caller's transaction. */
static enum tomb_code examine(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_str token, struct tomb_arena *arena, struct sql_request_lock_row_row **out, struct tomb_err *err)
{
	struct sql_request_lock_row_row *r = NULL;
	struct sql_token_find_row *t = NULL;
	size_t n = 0;

	if (actor->user_id == 0)
		return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "a deletion is decided by a person who has signed in");
	TOMB_TRY(sql_request_lock_row(pg, &(struct sql_request_lock_row_args){request_id}, arena, &r, &n, err));
	TOMB_TRY(check_decider(pg, actor, TOMB_MAY_DELETION_DECIDE, n > 0 ? r : NULL, request_id, err));
	TOMB_TRY(check_token(pg, request_id, token, arena, &t, err));
	if (tomb_str_eq(r->state, TOMB_STR("expired")) || (tomb_str_eq(r->state, TOMB_STR("open")) && r->expired))
		return TOMB_FAIL(err, TOMB_GONE, "deletion request %" PRId64 " has expired: ask again", request_id);
	if (!tomb_str_eq(r->state, TOMB_STR("open")))
		return say_who_decided(pg, r, arena, err);
	if (t->rotated)
		return TOMB_FAIL(err, TOMB_GONE, "a newer token was sent for request %" PRId64 ": use the latest mail",
			request_id);
	if (t->expired)
		return TOMB_FAIL(err, TOMB_GONE, "this token has expired: have a new one sent");
	*out = r;
	return TOMB_OK;
}

enum tomb_code tomb_decision_check(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_str token, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_request_lock_row_row *r = NULL;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	return examine(pg, actor, request_id, token, &arena, &r, err);
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct sql_request_lock_row_row *r, const char *verb, struct tomb_str detail, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "request %" PRId64, r->id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){verb, r->institution_id, tomb_str_from(subject), detail, r->list_digest},
		err);
}

static enum tomb_code close_and_tell(struct tomb_pg *pg, const struct sql_request_lock_row_row *r,
	struct tomb_str state, struct tomb_str note, struct tomb_str alert, struct tomb_err *err)
{
	size_t changed = 0;

	TOMB_TRY(sql_request_close(pg, &(struct sql_request_close_args){r->id, state, note}, &changed, err));
	if (changed != 1)
		return TOMB_FAIL(err, TOMB_CONFLICT, "request %" PRId64 " is no longer open", r->id);
	return sql_request_tell_admins(
		pg, &(struct sql_request_tell_admins_args){r->id, alert, alert, note}, &changed, err);
}

/* does the list that was asked for still say what is there? */
static enum tomb_code list_is_unchanged(struct tomb_pg *pg, const struct sql_request_lock_row_row *r,
	struct tomb_arena *arena, bool *unchanged, struct tomb_err *err)
{
	struct sql_request_lock_args lock = {r->institution_id, r->object_ids, r->file_ids};
	struct sql_request_lock_row *locked = NULL;
	struct sql_request_list_digest_row *now = NULL;
	size_t n = 0;

	TOMB_TRY(sql_request_lock(pg, &lock, arena, &locked, &n, err));
	TOMB_TRY(sql_request_list_digest(pg,
		&(struct sql_request_list_digest_args){r->institution_id, r->object_ids, r->file_ids}, arena, &now,
		err));
	*unchanged = tomb_str_eq(now->digest, r->list_digest);
	return TOMB_OK;
}

static enum tomb_code insert_decision(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct sql_request_lock_row_row *r, struct tomb_str verdict, struct tomb_err *err)
{
	struct sql_decision_insert_args args = {
		r->id, verdict, actor->user_id, tomb_via_name(actor->via), r->list_digest};
	size_t changed = 0;

	return sql_decision_insert(pg, &args, &changed, err);
}

static enum tomb_code approve(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct sql_request_lock_row_row *r, struct tomb_arena *arena, int64_t *deletion_id, struct tomb_err *err)
{
	struct tomb_deletion_list list = {.object_ids = r->object_ids, .file_ids = r->file_ids};
	struct sql_deletion_insert_row *made = NULL;
	size_t changed = 0;
	char detail[64];

	TOMB_TRY(tomb_deletion_refuse_obstacles(pg, r->institution_id, &list, r->id, err));
	TOMB_TRY(insert_decision(pg, actor, r, TOMB_STR("approve"), err));
	TOMB_TRY(close_and_tell(pg, r, TOMB_STR("approved"), TOMB_STR(""), TOMB_STR("Deletion Confirmed"), err));
	TOMB_TRY(sql_deletion_insert(pg, &(struct sql_deletion_insert_args){r->id}, arena, &made, err));
	TOMB_TRY(sql_deletion_insert_work_items(
		pg, &(struct sql_deletion_insert_work_items_args){made->id}, &changed, err));
	(void)snprintf(detail, sizeof detail, "deletion %" PRId64 ", %zu work items", made->id, changed);
	TOMB_TRY(audit(pg, actor, r, "approve deletion", tomb_str_from(detail), err));
	*deletion_id = made->id;
	return TOMB_OK;
}

static enum tomb_code reject(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct sql_request_lock_row_row *r, struct tomb_err *err)
{
	TOMB_TRY(insert_decision(pg, actor, r, TOMB_STR("reject"), err));
	TOMB_TRY(close_and_tell(pg, r, TOMB_STR("rejected"), TOMB_STR(""), TOMB_STR("Deletion Cancelled"), err));
	return audit(pg, actor, r, "reject deletion", TOMB_STR(""), err);
}

/* The code counts as used only if the transaction commits; a wrong one is noted, and the transaction committed. */
static enum tomb_code step_up(struct tomb_pg *pg, struct tomb_tx *tx, const struct tomb_actor *actor,
	const struct sql_request_lock_row_row *r, const struct tomb_step_up *proof, struct tomb_err *err)
{
	struct tomb_totp_answer answer;
	enum tomb_step_up_need need = TOMB_STEP_UP_NONE;
	char purpose[64];

	TOMB_TRY(tomb_user_totp_need(pg, actor, r->institution_id, &need, err));
	if (need == TOMB_STEP_UP_NONE)
		return TOMB_OK;
	if (need == TOMB_STEP_UP_MISSING)
		return TOMB_FAIL(err, TOMB_STEP_UP,
			"this institution's deletions are approved with a second factor: turn yours on in \"My "
			"account\" "
			"first");
	(void)snprintf(purpose, sizeof purpose, "approve request %" PRId64, r->id);
	TOMB_TRY(tomb_totp_use(pg, actor, proof, false, purpose, &answer, err));
	if (answer.verdict == TOMB_TOTP_RIGHT)
		return TOMB_OK;
	TOMB_TRY(tomb_tx_commit(tx, err));
	return tomb_totp_refuse(&answer, err);
}

/* The request is void: what it lists is no longer what was asked for. */
static enum tomb_code void_request(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct sql_request_lock_row_row *r, struct tomb_err *err)
{
	TOMB_TRY(close_and_tell(pg, r, TOMB_STR("void"), TOMB_STR("what it lists has changed since the request"),
		TOMB_STR("Deletion Cancelled"), err));
	return audit(pg, actor, r, "void request", TOMB_STR("the list has changed"), err);
}

enum tomb_code tomb_decision_make_with(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	enum tomb_verdict_kind verdict, struct tomb_str token, const struct tomb_step_up *proof, int64_t *deletion_id,
	struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_request_lock_row_row *r = NULL;
	bool unchanged = true;
	int64_t made = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(examine(pg, actor, request_id, token, &arena, &r, err));
	if (verdict == TOMB_APPROVE) {
		TOMB_TRY(step_up(pg, &tx, actor, r, proof, err));
		TOMB_TRY(list_is_unchanged(pg, r, &arena, &unchanged, err));
	}
	if (!unchanged) {
		TOMB_TRY(void_request(pg, actor, r, err));
		TOMB_TRY(tomb_tx_commit(&tx, err));
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"files of deletion request %" PRId64
			" were stored, added or deleted since it was made: it is void, ask again",
			request_id);
	}
	if (verdict == TOMB_APPROVE)
		TOMB_TRY(approve(pg, actor, r, &arena, &made, err));
	else
		TOMB_TRY(reject(pg, actor, r, err));
	TOMB_TRY(tomb_tx_commit(&tx, err));
	*deletion_id = made;
	return TOMB_OK;
}

enum tomb_code tomb_decision_make(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	enum tomb_verdict_kind verdict, struct tomb_str token, int64_t *deletion_id, struct tomb_err *err)
{
	struct tomb_step_up none = {.key = NULL, .code = TOMB_STR("")};

	return tomb_decision_make_with(pg, actor, request_id, verdict, token, &none, deletion_id, err);
}

enum tomb_code tomb_approval_token_resend(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_request_lock_row_row *r = NULL;
	size_t n = 0;
	size_t changed = 0;

	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(sql_request_lock_row(pg, &(struct sql_request_lock_row_args){request_id}, &arena, &r, &n, err));
	TOMB_TRY(check_decider(pg, actor, TOMB_MAY_DELETION_RESEND, n > 0 ? r : NULL, request_id, err));
	if (!tomb_str_eq(r->state, TOMB_STR("open")) || r->expired)
		return TOMB_FAIL(err, TOMB_CONFLICT, "deletion request %" PRId64 " is no longer open", request_id);
	TOMB_TRY(sql_token_rotate(pg, &(struct sql_token_rotate_args){request_id}, &changed, err));
	TOMB_TRY(sql_request_insert_alerts(pg, &(struct sql_request_insert_alerts_args){request_id}, &changed, err));
	TOMB_TRY(audit(pg, actor, r, "send new tokens", TOMB_STR(""), err));
	return tomb_tx_commit(&tx, err);
}

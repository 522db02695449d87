/*
 * Decisions: the second person's yes or no to a deletion request, given once.
 *
 * Spec: deletion.md P-05 to P-09, X-06 to X-09; architecture.md §4 step 2.  The people rules stand in the database too
 * (trigger decision_guard).
 */
#ifndef TOMB_DECISION_H
#define TOMB_DECISION_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"
#include "tombstone/token.h"
#include "tombstone/user_totp.h"

enum {
	TOMB_APPROVAL_TOKEN_DAYS = 14 /* a token lives no longer than its request */
};

enum tomb_verdict_kind { TOMB_APPROVE, TOMB_REJECT };

/*
 * A new token for one recipient of the mail about request_id: its hash goes to the ledger, its digits to token, which
 * the caller puts in that one mail and wipes.  CONFLICT if the request is no longer open.
 */
enum tomb_code tomb_approval_token_new(struct tomb_pg *pg, int64_t request_id, int64_t user_id,
	char token[static TOMB_TOKEN_TEXT], struct tomb_err *err) TOMB_MUST_USE;

/* Makes every token sent so far useless and mails new ones.  Only an admin of the institution: FORBIDDEN otherwise;
 * CONFLICT if the request is no longer open. */
enum tomb_code tomb_approval_token_resend(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id, struct tomb_err *err) TOMB_MUST_USE;

/*
 * May actor look at the request and decide it with this token?  Nothing is changed.
 *
 * FORBIDDEN, with a text that tells nothing of the request, unless actor is an active admin of its institution (or the
 * operator where the institution's only admin needs one) and the token was made for this request; GONE if the token or
 * the request has expired or a newer token was sent; CONFLICT if the request is decided already, saying by whom.
 */
enum tomb_code tomb_decision_check(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	struct tomb_str token, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Decides.  One transaction: the decision, and on approval the deletion with its work items, or nothing.  *deletion_id
 * is 0 for a rejection.  Errors as tomb_decision_check(), and for an approval FORBIDDEN if actor is the requester
 * (unless sole admin at request and now) or became an admin too recently; CONFLICT if the list has changed since the
 * request, which is then void; CONFLICT or UNPROCESSABLE as a request.
 */
enum tomb_code tomb_decision_make(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	enum tomb_verdict_kind verdict, struct tomb_str token, int64_t *deletion_id,
	struct tomb_err *err) TOMB_MUST_USE;

/*
 * The same, stepping up: an approval by somebody who has a second factor needs a fresh code, which is used up with it.
 * STEP_UP if it is missing, wrong or used, and for those who have no second factor where the institution demands one;
 * RATE_LIMITED after several wrong ones.  Nothing but their count and the audit log is changed then.
 * tomb_decision_make() is this without a code.
 */
enum tomb_code tomb_decision_make_with(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t request_id,
	enum tomb_verdict_kind verdict, struct tomb_str token, const struct tomb_step_up *proof, int64_t *deletion_id,
	struct tomb_err *err) TOMB_MUST_USE;

#endif

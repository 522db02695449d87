/*
 * The gate: who is asking, and may this route be asked by them at all?  Everything passes it before its handler.
 * Spec: deletion.md P-07, X-06; peers.md §5 (ASVS 3.5, 6.x, 8.x).
 */
#ifndef TOMB_GATE_H
#define TOMB_GATE_H

#include "ctx.h"

/* The name of the session's cookie. */
#define TOMB_GATE_COOKIE "tombstone"

/* The service's before hook. */
tomb_handler_fn tomb_gate_before;

/*
 * Counts one failure of key (an address, an account) and refuses further ones for a while: RATE_LIMITED, with the
 * answer's Retry-After set.  To be asked before the attempt; forgiven after a success.
 */
enum tomb_code tomb_gate_attempt(
	struct tomb_ctx *ctx, struct tomb_response *res, struct tomb_str key, struct tomb_err *err) TOMB_MUST_USE;
void tomb_gate_forgive(struct tomb_ctx *ctx, struct tomb_str key);

/* A person before a page is shown the sign-in, and comes back to where they wanted to go; UNAUTHENTICATED for programs.
 * For handlers that answer some strangers, and not all. */
enum tomb_code tomb_gate_sign_in(
	struct tomb_request *req, struct tomb_response *res, struct tomb_err *err) TOMB_MUST_USE;

/* For the sign-in itself, which has no session to keep a secret in: refuses forms that another site has sent. */
enum tomb_code tomb_gate_same_site(const struct tomb_request *req, struct tomb_err *err) TOMB_MUST_USE;

#endif

/*
 * Reading the audit log: what was done by whom to what, and the chain that holds it.  Spec: deletion.md X-18; I8, I9.
 *
 * Admins read what concerns their institution, operators all: AUDIT_READ.  Strings are in the arena.
 */
#ifndef TOMB_AUDIT_VIEW_H
#define TOMB_AUDIT_VIEW_H

#include "tombstone/actor.h"
#include "tombstone/page.h"
#include "tombstone/pg.h"

enum { TOMB_AUDIT_WAITING_MAX = 1000 }; /* entries without a seal: so many are counted */

struct tomb_audit_view {
	int64_t id;
	int64_t at_us;
	struct tomb_str actor; /* an e-mail address, or the program that acted */
	struct tomb_str via;   /* "web", "api", "cli", "dispatcher", "worker", "migration" */
	struct tomb_str verb;
	int64_t institution_id; /* 0: none */
	struct tomb_str institution_name;
	struct tomb_str subject;
	struct tomb_str detail;
	struct tomb_str list_digest; /* 32 bytes, or empty */
	int64_t seq;                 /* its place in the chain; 0: not sealed yet */
	struct tomb_str hash;        /* 32 bytes; empty if not sealed yet */
};

/* "" and 0: no matter.  All of them are compared as a whole, and those that are given hold together. */
struct tomb_audit_view_filter {
	int64_t institution_id;
	struct tomb_str actor;
	struct tomb_str verb;
	struct tomb_str subject;
	int64_t from_us; /* not before */
	int64_t to_us;   /* before */
};

struct tomb_audit_view_page {
	struct tomb_audit_view *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* The newest first.  INVAL for a page that makes no sense; FORBIDDEN without the permission, and for another
 * institution's id. */
enum tomb_code tomb_audit_view_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_audit_view_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_audit_view_page *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_audit_chain {
	int64_t seq; /* of the last seal; 0: there is none */
	int64_t sealed_at_us;
	struct tomb_str hash;
	int64_t waiting; /* entries without a seal, up to TOMB_AUDIT_WAITING_MAX */
};

/* FORBIDDEN without the permission. */
enum tomb_code tomb_audit_view_chain(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_arena *arena,
	struct tomb_audit_chain *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

/*
 * The audit log: an entry for every change of state, in the transaction that made it, chained by hash afterwards.
 * Spec: architecture.md I8; deletion.md X-18.
 */
#ifndef TOMB_AUDIT_H
#define TOMB_AUDIT_H

#include "tombstone/actor.h"
#include "tombstone/pg.h"

struct tomb_audit_entry {
	const char *verb;        /* "request deletion", "approve deletion", "settle batch", ... */
	int64_t institution_id;  /* 0: none */
	struct tomb_str subject; /* "request 12", "batch 7" */
	struct tomb_str detail;
	struct tomb_str list_digest; /* 32 bytes, or empty */
};

/* Within the caller's transaction. */
enum tomb_code tomb_audit_write(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_audit_entry *entry, struct tomb_err *err) TOMB_MUST_USE;

/* Chains up to at_most entries of ended transactions; *sealed says how many.  Only one sealer works at a time; another
 * one returns at once with 0. */
enum tomb_code tomb_audit_seal(struct tomb_pg *pg, int at_most, size_t *sealed, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_audit_report {
	int64_t entries;   /* sealed and right */
	int64_t unsealed;  /* should have been sealed and were passed over: somebody slipped them in */
	int64_t bad_seq;   /* 0, or the first place where the chain does not hold */
	char problem[200]; /* what is wrong there; "" if nothing is */
	uint8_t head[32];  /* hash of the last entry: keep it elsewhere, and compare */
};

/* Walks the whole chain.  A broken chain is not an error of the call: it is in the report. */
enum tomb_code tomb_audit_verify(struct tomb_pg *pg, struct tomb_audit_report *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

/*
 * The outbox: mail that the ledger owes somebody, written with the change that made it necessary and sent afterwards,
 * as often as it takes.  Spec: deletion.md P-04, P-05, X-08, X-09.
 */
#ifndef TOMB_OUTBOX_H
#define TOMB_OUTBOX_H

#include "tombstone/pg.h"

enum {
	TOMB_MAIL_ATTEMPTS_MAX = 20, /* with the backoff below: about two days */
	TOMB_MAIL_BACKOFF_MS = 5000, /* doubled each time */
	TOMB_MAIL_BACKOFF_MAX_MS = 4 * 3600 * 1000
};

/* One mail that is due.  Strings in the arena. */
struct tomb_outbox_mail {
	int64_t id;
	int attempts;         /* before this one */
	struct tomb_str type; /* "Deletion Requested", ... */
	struct tomb_str subject;
	struct tomb_str content; /* of every type but "Deletion Requested" */
	int64_t request_id;      /* 0: none */
	bool is_moot; /* not to be sent any more: the user is inactive, or the request that wants a decision has ended
		       */
	int64_t user_id;
	struct tomb_str to;
	struct tomb_str to_name;
	struct tomb_str institution;
};

/* What a mail about a request says.  Strings in the arena. */
struct tomb_outbox_request {
	int64_t id;
	struct tomb_str institution;
	struct tomb_str requested_by_name, requested_by_email;
	int64_t requested_at_us, expires_at_us;
	struct tomb_str reason;
	struct tomb_str reason_text; /* of the vocabulary; "" for none */
	int64_t object_count, file_count, byte_count;
	int64_t items;
	struct tomb_str first_identifier;
	struct tomb_str decided_by_name, decided_by_email; /* "" while open */
};

/* Takes the next mail, and books its next attempt before it is sent.  *due is false when there is none. */
enum tomb_code tomb_outbox_take(struct tomb_pg *pg, struct tomb_arena *arena, struct tomb_outbox_mail *out, bool *due,
	struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_outbox_request(struct tomb_pg *pg, int64_t request_id, struct tomb_arena *arena,
	struct tomb_outbox_request *out, struct tomb_err *err) TOMB_MUST_USE;

/* It was sent, or is moot. */
enum tomb_code tomb_outbox_done(struct tomb_pg *pg, int64_t id, struct tomb_err *err) TOMB_MUST_USE;

/* It was not.  give_up: it never will be. */
enum tomb_code tomb_outbox_failed(
	struct tomb_pg *pg, int64_t id, struct tomb_str why, bool give_up, struct tomb_err *err) TOMB_MUST_USE;

#endif

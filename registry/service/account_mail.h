/*
 * The mails that people get about their own accounts: pure text, made when it is sent.  Spec: deletion.md X-08; the
 * token appears here and nowhere else.
 */
#ifndef TOMB_ACCOUNT_MAIL_H
#define TOMB_ACCOUNT_MAIL_H

#include "tombstone/outbox.h"

enum {
	TOMB_ACCOUNT_MAIL_SUBJECT_MAX = 300,   /* bytes: a few words */
	TOMB_ACCOUNT_MAIL_TEXT_MAX = 16 * 1024 /* bytes: a page or two */
};

struct tomb_account_mail {
	const struct tomb_outbox_mail *mail;
	struct tomb_str token;      /* of types that have a link; else "" */
	struct tomb_str public_url; /* without a slash at its end */
};

/* True if type ("Password Reset") is one of these; then *minutes is how long the token of its link is good, 0 if it has
 * none. */
bool tomb_account_mail_is(struct tomb_str type, int *minutes) TOMB_MUST_USE;

/* Appends the subject and the text.  UNSUPPORTED for a type that is none of these. */
enum tomb_code tomb_account_mail_write(const struct tomb_account_mail *facts, struct tomb_buf *subject,
	struct tomb_buf *text, struct tomb_err *err) TOMB_MUST_USE;

#endif

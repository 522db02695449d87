/*
 * The mails that people get about deletions: pure text, made when it is sent.
 * Spec: deletion.md P-04, P-05, X-08; the token appears here and nowhere else.
 */
#ifndef TOMB_DELETION_MAIL_H
#define TOMB_DELETION_MAIL_H

#include "tombstone/outbox.h"

enum {
	TOMB_DELETION_MAIL_SUBJECT_MAX = 300,   /* bytes: an institution's name and a few words */
	TOMB_DELETION_MAIL_TEXT_MAX = 64 * 1024 /* bytes: the longest reason many times over */
};

/* What every mail is written from.  request is that of mail->request_id; token is "" for all but a request for
 * approval. */
struct tomb_deletion_mail {
	const struct tomb_outbox_mail *mail;
	const struct tomb_outbox_request *request;
	struct tomb_str token;
	struct tomb_str public_url; /* without a slash at its end */
};

/* Appends the subject and the text.  UNSUPPORTED for a type of mail that is not known. */
enum tomb_code tomb_deletion_mail_write(const struct tomb_deletion_mail *facts, struct tomb_buf *subject,
	struct tomb_buf *text, struct tomb_err *err) TOMB_MUST_USE;

#endif

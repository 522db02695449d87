/* A mail as text: RFC 5322 headers, RFC 2047 words, a body in quoted-printable (RFC 2045, 6.7). */
#ifndef TOMB_MAIL_H
#define TOMB_MAIL_H

#include "tombstone/str.h"

enum {
	TOMB_MAIL_HEADER_MAX = 1000,     /* bytes of a subject or a name: past a line on anybody's screen */
	TOMB_MAIL_BODY_MAX = 256 * 1024, /* bytes: people read it */
	TOMB_MAIL_MAX = 1024 * 1024,     /* bytes of a whole message: three for each of the body, and headers */
};

/* Borrows everything. */
struct tomb_mail {
	struct tomb_str from_name; /* may be empty */
	struct tomb_str from;      /* address, see tombstone/mailbox.h */
	struct tomb_str to_name;   /* may be empty */
	struct tomb_str to;
	struct tomb_str subject;
	struct tomb_str message_id; /* without the angle brackets: "left@host", unique for ever */
	int64_t date_us;            /* since 1970 */
	struct tomb_str body;       /* UTF-8 text with "\n" or "\r\n" between lines */
};

/*
 * Appends the message to out: CRLF line ends, every line at most 78 characters where that is possible, ASCII only, and
 * no line that begins with a dot.  It says that a program wrote it (RFC 3834), so that nobody's holiday answers.
 *
 * Whether all of it fitted, tomb_buf_done() says.
 *
 * INVAL, naming the field, if an address is none, if a name, the subject or the message id is not one line of UTF-8
 * without control characters (a line end in it could begin another header), or if the body is not UTF-8.  TOOBIG past
 * the limits above.
 */
enum tomb_code tomb_mail_build(const struct tomb_mail *mail, struct tomb_buf *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

/*
 * Handing mails to a mail server: one at a time, blocking, over a connection that is kept for the next one.
 *
 * One struct tomb_smtp belongs to one thread at a time, and must be made after fork().  The program must ignore
 * SIGPIPE.
 */
#ifndef TOMB_SMTP_CLIENT_H
#define TOMB_SMTP_CLIENT_H

#include "tombstone/mail.h"
#include "tombstone/secret.h"

enum {
	TOMB_SMTP_CONNECT_MS = 10 * 1000,
	TOMB_SMTP_TOTAL_MS = 5 * 60 *
			     1000, /* a server may take minutes over the final dot (RFC 5321, 4.5.3.2.6: ten) */
};

/* Copied. */
struct tomb_smtp_options {
	struct tomb_str url;                /* smtp://host[:port] or smtps://host[:port] */
	bool starttls;                      /* smtp:// only: refuse to go on without TLS */
	struct tomb_str ca_file;            /* PEM; empty: the system's */
	struct tomb_str user;               /* empty: no sign-in */
	const struct tomb_secret *password; /* NULL: none */
	int connect_ms;                     /* 0: TOMB_SMTP_CONNECT_MS */
	int total_ms;                       /* for one mail; 0: TOMB_SMTP_TOTAL_MS */
};

struct tomb_smtp;

/* Does not connect.  INVAL if a password would cross the network in the clear: over smtp:// without starttls, to
 * another machine than this one.  NOMEM. */
enum tomb_code tomb_smtp_open(
	struct tomb_smtp **out, const struct tomb_smtp_options *options, struct tomb_err *err) TOMB_MUST_USE;
void tomb_smtp_close(struct tomb_smtp *smtp); /* NULL is fine */
static inline void tomb_smtp_closep(struct tomb_smtp **smtp)
{
	tomb_smtp_close(*smtp);
}
#define TOMB_SMTP_AUTO TOMB_CLEANUP(tomb_smtp_closep) struct tomb_smtp

/*
 * Hands over one mail.  TOMB_OK: the server has taken responsibility for it.  Otherwise the text says, in the server's
 * own words where it had any, what happened:
 *
 * NET        it was not taken and may be later: no connection, no TLS, no sign-in, a "not now" (4xx), or a refusal that
 *            is about us and not about this mail.
 * INVAL      this mail to this recipient is refused for good (5xx to the recipient or to the message), or cannot be
 *            built: trying again is no use.
 * UNCERTAIN  the whole mail was sent and the answer never came.  Sending it again may make a second one; the same
 *            Message-ID lets the receiving side see that.
 * NOMEM, TOOBIG as tomb_mail_build().
 */
enum tomb_code tomb_smtp_send(struct tomb_smtp *smtp, const struct tomb_mail *mail, struct tomb_err *err) TOMB_MUST_USE;

#endif

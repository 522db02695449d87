/*
 * Servers that somebody else wrote, for the length of a test: Redis, and an SMTP server (aiosmtpd).
 *
 * Each has a folder of its own under /tmp.  A keeper process outside our process group ends the server and removes the
 * folder when server_end() is called, and also when the test program is gone without a word.  A failure to start ends
 * the test program; where the server is not installed, with 77, which skips it.
 */
#ifndef TESTS_SERVERS_H
#define TESTS_SERVERS_H

#include "tombstone/address.h"

struct server;

/* Without persistence, on a unix socket.  Its standard settings are for tests of its own: see redis_address(). */
struct server *redis_server_start(void);

/* The same program with these words behind the name of a file with this text, which it may rewrite. */
struct server *redis_server_start_with(const char *const *options, const char *config);

/* The socket that the environment variable TOMBSTONE_TEST_REDIS names, or else that of a private server, which is
 * started by the first call and ended with the program.  Others may use it too: take a stream name of your own, and
 * change nothing else. */
struct tomb_address redis_address(void);

/*
 * On loopback, at a port that the kernel chose.  options (may be NULL) is a list of words that ends in NULL:
 *
 *   "--starttls"  offers STARTTLS and refuses to go on without
 *   "--smtps"     speaks TLS from the first byte
 *   "--auth"      wants the user "tester" with the password "swordfish"
 *
 * A recipient's local part chooses how it is treated: "unknown", "norelay" and "busy" are refused at RCPT (550, 550,
 * 450), "refused" and "later" after the message (554, 451), after that of "vanish" the server hangs up and after that
 * of "deaf" it says nothing.  All other mail is kept.
 */
struct server *smtp_server_start(const char *const *options);
int smtp_server_port(const struct server *server);
const char *smtp_server_mails(const struct server *server); /* the folder with one file for each, see mail_folder.h */

/* The certificate of a server with TLS, which has signed itself: for "localhost" and 127.0.0.1. */
const char *smtp_server_certificate(const struct server *server);

/* The newest mail to address as Python's email library decodes it: "From: ...", "To: ...", "Subject: ...",
 * "Message-ID: ...", "Date: ...", an empty line, the text.  "" if there is none.  To be freed. */
char *smtp_server_newest(const struct server *server, const char *address);

/* The same mail as it came over the wire, with the handler's X- headers before it. */
char *smtp_server_newest_raw(const struct server *server, const char *address);

/* Where a unix socket listens. */
struct tomb_address server_address(const struct server *server);

void server_kill(struct server *server);        /* as a crash would */
void server_start_again(struct server *server); /* after server_kill(), at the same address */
void server_end(struct server *server);         /* NULL is fine */

#endif

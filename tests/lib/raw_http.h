/* An HTTP client that sends any bytes whatever, and reads what comes back. */
#ifndef RAW_HTTP_H
#define RAW_HTTP_H

#include "tombstone/str.h"

struct raw_answer {
	int status; /* 0: the connection ended without an answer */
	char head[8192];
	size_t nbody;
	char *body; /* NUL-terminated; freed by raw_answer_fini() */
};

#define RAW_ANSWER_AUTO TOMB_CLEANUP(raw_answer_fini) struct raw_answer

void raw_answer_fini(struct raw_answer *a);

/* A connection to loopback. */
int raw_connect(uint16_t port);
int raw_connect_unix(const char *path);

/* Sends all of it; false if the other side has closed. */
bool raw_send(int fd, struct tomb_str bytes);

/* One answer, with as much body as it announces (none to HEAD).  Fails the test after ten seconds of silence. */
void raw_read(int fd, struct raw_answer *out);
void raw_read_head(int fd, struct raw_answer *out);
void raw_read_body(int fd, struct raw_answer *out); /* after the head: as much as it announces */

/* Waits for the end of the connection; what still comes is dropped.  Fails the test after ten seconds of silence. */
void raw_read_end(int fd);

/* Sends one request on a connection of its own, and reads the answer. */
void raw_ask(uint16_t port, const char *request, struct raw_answer *out);

/* The value of a header of the answer, "" if there is none.  Static storage until the next call. */
const char *raw_header(const struct raw_answer *a, const char *name);

/* Closes so that the other side sees a reset. */
void raw_reset(int fd);

#endif

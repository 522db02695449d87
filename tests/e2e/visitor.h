/* Somebody who uses the registry over HTTP: a person with a browser, or a program with an API key. */
#ifndef E2E_VISITOR_H
#define E2E_VISITOR_H

#include "raw_http.h"
#include "tombstone/api_key.h"
#include "tombstone/session.h"

struct visitor {
	const uint16_t *port; /* of the registry as it is now */
	char email[64];
	char cookie[128];            /* "tombstone=..."; "" for a stranger and for a program */
	char csrf[TOMB_CSRF_TEXT];   /* from a page */
	char key[TOMB_API_KEY_TEXT]; /* of a program; "" otherwise */
};

/*
 * Each returns the answer's status, which is 0 if nobody answered and -1 if the answer broke off; *out is emptied
 * first. The path is made by printf().
 */
int visitor_get(struct visitor *v, struct raw_answer *out, const char *fmt, ...) TOMB_PRINTF(3, 4);

/* Sends a form, "a=b&c=d" or "", with the CSRF value of the visitor's session. */
int visitor_post(struct visitor *v, const char *form, struct raw_answer *out, const char *fmt, ...) TOMB_PRINTF(4, 5);

/* Sends JSON. */
int visitor_call(struct visitor *v, const char *json, struct raw_answer *out, const char *fmt, ...) TOMB_PRINTF(4, 5);

/* Sends JSON by any method; NULL: no body. */
int visitor_ask(struct visitor *v, const char *method, const char *json, struct raw_answer *out, const char *fmt, ...)
	TOMB_PRINTF(5, 6);

/* Any request, whole; the connection is closed after it. */
int visitor_send(struct visitor *v, struct tomb_str request, struct raw_answer *out);

/* The request that visitor_post() and visitor_call() would send, for those who want to send it themselves. */
void visitor_write(const struct visitor *v, const char *method, const char *target, const char *type, const char *body,
	struct tomb_buf *out);

/* By the page, and to the page of objects after it.  Returns the status of the sign-in: 303 if it went well. */
int visitor_sign_in(struct visitor *v, const char *password);

/* Asserts the status, and that the answer says something. */
#define VISITOR_SEES(a, status_, piece)                                                                                \
	do {                                                                                                           \
		if ((a)->status != (status_) || !strstr((a)->body, (piece)))                                           \
			fail_msg("%d, not %d with \"%s\":\n%s", (a)->status, (status_), (piece),                       \
				(a)->body ? (a)->body : "");                                                           \
	} while (0)

#endif

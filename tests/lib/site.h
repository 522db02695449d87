/* The registry service over a small repository, and people who use it with a browser.  A failure fails the test. */
#ifndef TOMB_TEST_SITE_H
#define TOMB_TEST_SITE_H

#include "raw_http.h"
#include "tombstone/session.h"
#include "world.h"

enum { SITE_TOKEN_FORM = 128, SITE_OAI_PAGE = 10 /* records on a page of OAI-PMH */ };

#define SITE_BATCH_KEY "c0ffee00-1234-4abc-8def-0123456789ab" /* what batch deletions must name; in WORLD/batch.key */

/* Somebody who has signed in. */
struct site_user {
	char token[TOMB_TOKEN_TEXT];
	char csrf[TOMB_CSRF_TEXT];
};

struct site {
	struct tomb_world world;
	struct tomb_httpd *httpd;
	struct site_parts *parts; /* what the server borrows */
	uint16_t port;
	struct site_user alice, bob, carol, mallory, oscar;
};

/* As cmocka's setup and teardown: *state is the site. */
int site_set_up(void **state);
int site_tear_down(void **state);

/* Where the registry's log goes from now on, every line of it; between two requests. */
void site_log_to(struct site *s, int fd);

/* Signs somebody in, as if a moment ago. */
void site_sign_in(const struct tomb_actor *who, struct site_user *out);

/* "test.edu/bag" with thirty files of two copies. */
int64_t site_bag(struct site *s);

/* The form field "token=..." with a token for Bob. */
void site_bobs_token(struct site *s, int64_t request_id, char form[static SITE_TOKEN_FORM]);

/* One page; user NULL: a stranger.  The path is made by printf(). */
void site_get(struct site *s, const struct site_user *user, struct raw_answer *out, const char *fmt, ...)
	TOMB_PRINTF(4, 5);

/* Sends a form, in its encoded form ("a=b&c=d"; "" for none), with the user's CSRF value. */
void site_post(struct site *s, const struct site_user *user, const char *form, struct raw_answer *out, const char *fmt,
	...) TOMB_PRINTF(5, 6);

/* The same without the CSRF value. */
void site_post_bare(struct site *s, const struct site_user *user, const char *form, struct raw_answer *out,
	const char *fmt, ...) TOMB_PRINTF(5, 6);

/* Asserts the status, and that the page says, or does not say, something. */
#define SITE_SAYS(a, status_, piece)                                                                                   \
	do {                                                                                                           \
		if ((a)->status != (status_) || !strstr((a)->body, (piece)))                                           \
			fail_msg("%d, not %d with \"%s\":\n%s", (a)->status, (status_), (piece), (a)->body);           \
	} while (0)
#define SITE_SILENT(a, piece)                                                                                          \
	do {                                                                                                           \
		if (strstr((a)->body, (piece)))                                                                        \
			fail_msg("it says \"%s\":\n%s", (piece), (a)->body);                                           \
	} while (0)

#endif

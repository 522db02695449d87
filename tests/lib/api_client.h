/* A program that speaks JSON with the registry service of a site, with an API key.  A failure fails the test. */
#ifndef TOMB_TEST_API_CLIENT_H
#define TOMB_TEST_API_CLIENT_H

#include "site.h"

/* Asks with a new API key of who's; NULL: with none.  json is the body, NULL for none.  The path is made by printf().
 */
void api_ask(struct site *s, const struct tomb_actor *who, const char *method, const char *json, struct raw_answer *out,
	const char *fmt, ...) TOMB_PRINTF(6, 7);
void api_get(struct site *s, const struct tomb_actor *who, struct raw_answer *out, const char *fmt, ...)
	TOMB_PRINTF(4, 5);

enum { API_HEADER = 256 };

/* The same with these header lines, each with its CRLF. */
void api_ask_with(struct site *s, const struct tomb_actor *who, const char *method, const char *headers,
	const char *json, struct raw_answer *out, const char *fmt, ...) TOMB_PRINTF(7, 8);

/* The line of the header to, with what the answer's header from says: of its ETag, an If-Match. */
void api_header(const struct raw_answer *a, const char *from, const char *to, char out[static API_HEADER]);

/* Sends these bytes as they are; for headers that api_ask() does not write. */
void api_send(struct site *s, const char *request, struct raw_answer *out);

/*
 * A value in the answer's JSON: "next", "results.0.id".  The test fails if it is not there or is of another type.
 * Strings are valid until the program ends.
 */
const char *api_text(const struct raw_answer *a, const char *path);
int64_t api_number(const struct raw_answer *a, const char *path);
int64_t api_time(const struct raw_answer *a, const char *path); /* us since 1970 */
bool api_bool(const struct raw_answer *a, const char *path);
bool api_is_null(const struct raw_answer *a, const char *path);
size_t api_count(const struct raw_answer *a, const char *path); /* elements of an array, members of an object */

/* The names of an object's members in their order, with a space behind each. */
const char *api_names(const struct raw_answer *a, const char *path);

#define API_STATUS(a, status_)                                                                                         \
	do {                                                                                                           \
		if ((a)->status != (status_))                                                                          \
			fail_msg("%d, not %d:\n%s", (a)->status, (status_), (a)->body);                                \
	} while (0)

#endif

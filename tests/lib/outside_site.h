/* A pipeline outside that speaks to the admin API of a site: as its operator, Oscar.  A failure fails the test. */
#ifndef TOMB_TEST_OUTSIDE_SITE_H
#define TOMB_TEST_OUTSIDE_SITE_H

#include "api_client.h"
#include "outside.h"

enum { OUTSIDE_JSON = 8192 };

/* cmocka's setup: a site, with outside_set_up(). */
int outside_site_set_up(void **state);

#define OUTSIDE_ASK(s, method, json, a, ...) api_ask((s), &(s)->world.oscar, (method), (json), (a), __VA_ARGS__)

/* The status, and all of the error, in the one of two shapes that clients expect. */
void outside_refused(const struct raw_answer *a, int status, const char *piece);

/* "test.edu/out"; its id. */
int64_t outside_object(struct site *s);

/* The JSON of a file with its bytes in both stores, under keys that begin with key. */
void outside_file_json(struct site *s, int64_t object, const char *path, const char *key, const char *text,
	char json[static OUTSIDE_JSON]);

/* The same, recorded; its id. */
int64_t outside_file(struct site *s, int64_t object, const char *path, const char *key, const char *text);

#endif

/* A pipeline outside: it stores bytes itself, and tells the registry of them.  A failure fails the test. */
#ifndef TOMB_TEST_OUTSIDE_H
#define TOMB_TEST_OUTSIDE_H

#include "world.h"

enum { OUTSIDE_URL = 512, OUTSIDE_BYTES = 64 };

/* "Standard" uses local-1 and local-2, and both were probed, as "tombstone storage probe" does. */
void outside_set_up(struct tomb_world *w);

/* OUTSIDE_BYTES bytes, of which text is the beginning, under key in local-N, unless something is there; url is where
 * they lie. */
void outside_store(struct tomb_world *w, int n, const char *key, const char *text, char url[static OUTSIDE_URL]);

/* The sha256 of those bytes, in base 16. */
void outside_digest(const char *text, char hex[static 65]);

/* In how many of the stores something lies under key; "*" in it stands for anything. */
int outside_there(struct tomb_world *w, const char *key);

#endif

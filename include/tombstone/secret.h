/* Things that must not be guessed, seen or left lying about. */
#ifndef TOMB_SECRET_H
#define TOMB_SECRET_H

#include "tombstone/str.h"

/* Fills p with n random bytes from the kernel, waiting at boot until it has enough.  Ends the program if the kernel
 * refuses: nothing that asks for a secret can go on without one. */
void tomb_random(void *p, size_t n);

/* Overwrites n bytes in a way that the compiler must not leave out. */
void tomb_wipe(void *p, size_t n);

/* Compares in a time that depends on the lengths only. */
bool tomb_secret_eq(struct tomb_str a, struct tomb_str b) TOMB_MUST_USE;

/* Longer than any password or key that a server asks for; short enough to live on the stack. */
enum { TOMB_SECRET_MAX = 1024 };

/* A secret in memory.  No log field takes this type.  Wiped by its destructor. */
struct tomb_secret {
	char text[TOMB_SECRET_MAX + 1]; /* NUL-terminated at text[n], no other NUL */
	size_t n;                       /* bytes; 0 is "none" */
};

#define TOMB_SECRET_AUTO TOMB_CLEANUP(tomb_secret_fini) struct tomb_secret

void tomb_secret_fini(struct tomb_secret *secret);

/*
 * Reads the file at path, which holds one secret; a line end after it is left out.  An error text names the path and
 * the rule, never the content.  IO if the file cannot be read; INVAL if it is empty, longer than TOMB_SECRET_MAX, or
 * holds a NUL or a second line.
 */
enum tomb_code tomb_secret_read(const char *path, struct tomb_secret *out, struct tomb_err *err) TOMB_MUST_USE;

/* Zeroed memory for secrets: in no core dump, and not swapped out as far as the system's limit on locked memory goes.
 * Wiped when it is given back. */
struct tomb_secret_pages {
	void *p; /* NULL: none */
	size_t n;
};

#define TOMB_SECRET_PAGES_AUTO TOMB_CLEANUP(tomb_secret_pages_fini) struct tomb_secret_pages

/* n bytes, at least 1, aligned to a page.  NOMEM. */
enum tomb_code tomb_secret_pages_map(size_t n, struct tomb_secret_pages *out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_secret_pages_fini(struct tomb_secret_pages *pages); /* leaves it as {NULL, 0} */

/* For programs that handle secrets, first thing in main(): no core dump, no debugger but root's, and what libraries
 * free is overwritten.  Children have it too, until they run another program. */
void tomb_secret_harden(void);

#endif

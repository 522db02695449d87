/* Keys from files.  They stay in one struct, which wipes them, and are in no error text. */
#ifndef STORAGE_AWS_CREDENTIAL_H
#define STORAGE_AWS_CREDENTIAL_H

#include "tombstone/str.h"

enum { CREDENTIAL_MAX = 8192 }; /* bytes: session tokens grow to a few thousand */

struct credential {
	char text[CREDENTIAL_MAX];
	size_t n;
};

static inline struct tomb_str credential_str(const struct credential *c)
{
	return (struct tomb_str){c->text, c->n};
}

/*
 * Reads a file with one line.  FORBIDDEN if others than its owner may read it; INVAL if it is empty, longer, or holds
 * anything but printable ASCII.
 */
enum tomb_code credential_read(const char *path, struct credential *out, struct tomb_err *err) TOMB_MUST_USE;

/* Copies it.  INVAL if it is empty, too long, or anything but printable ASCII; what names it in the error. */
enum tomb_code credential_set(
	struct tomb_str text, const char *what, struct credential *out, struct tomb_err *err) TOMB_MUST_USE;

void credential_wipe(struct credential *c);

#endif

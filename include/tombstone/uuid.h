/* UUIDs: random (version 4), and the text form that people and URLs carry (RFC 9562). */
#ifndef TOMB_UUID_H
#define TOMB_UUID_H

#include "tombstone/str.h"

enum { TOMB_UUID_TEXT = 37 }; /* 36 characters and a NUL */

struct tomb_uuid {
	uint8_t b[16];
};

static inline bool tomb_uuid_eq(struct tomb_uuid a, struct tomb_uuid b)
{
	return memcmp(a.b, b.b, sizeof a.b) == 0;
}

/* 122 random bits from the kernel.  IO if the kernel has none to give. */
enum tomb_code tomb_uuid_random(struct tomb_uuid *out, struct tomb_err *err) TOMB_MUST_USE;

/* Lower case, hyphens at 8-4-4-4-12, NUL-terminated.  Returns out. */
char *tomb_uuid_text(struct tomb_uuid u, char out[static TOMB_UUID_TEXT]);

/* Reads exactly the 36-character form, in either case, of any version; INVAL for anything else. */
enum tomb_code tomb_uuid_parse(struct tomb_str text, struct tomb_uuid *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

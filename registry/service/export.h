/* Tables that take long to write: a few at a time, so that they leave request threads to everybody else. */
#ifndef TOMB_SERVICE_EXPORT_H
#define TOMB_SERVICE_EXPORT_H

#include "tombstone/str.h"

#include <stdatomic.h>

enum {
	TOMB_EXPORTS_AT_ONCE = 2, /* of 8 request threads: a million files take one for some 20 s */
	TOMB_EXPORT_CURSOR = 64,  /* bytes of a list's cursor, with its NUL */
};

#define TOMB_EXPORT_FOLDER "/tmp" /* the service's own, under PrivateTmp= */

/* How many are being written.  All zero at the start. */
struct tomb_exports {
	atomic_int running;
};

/* A place among them, which leaving the scope gives back. */
struct tomb_export {
	struct tomb_exports *of; /* NULL: none */
};

#define TOMB_EXPORT_AUTO TOMB_CLEANUP(tomb_export_end) struct tomb_export

/* BUSY if all places are taken. */
enum tomb_code tomb_export_begin(
	struct tomb_exports *exports, struct tomb_export *out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_export_end(struct tomb_export *export);

/* Keeps next, which lives no longer than the part that it came with.  BUG if it is too long. */
enum tomb_code tomb_export_cursor(
	struct tomb_str next, char out[static TOMB_EXPORT_CURSOR], struct tomb_err *err) TOMB_MUST_USE;

#endif

/* The body of a request while it comes in: in memory while it is short, in a spool file from there on. */
#ifndef TOMB_SERVICE_BODY_H
#define TOMB_SERVICE_BODY_H

#include "tombstone/str.h"

enum { TOMB_BODY_MEMORY = 256 * 1024 }; /* bytes kept in memory: more than any form, less than any bulk list */

struct tomb_body {
	const char *spool_dir; /* borrowed */
	size_t max;            /* bytes */
	size_t n;              /* bytes so far */
	struct tomb_buf buf;
	int fd;    /* -1 while in memory */
	void *map; /* NULL until tomb_body_done() */
};

struct tomb_body tomb_body_init(const char *spool_dir, size_t max);
void tomb_body_fini(struct tomb_body *body);

/* Appends.  TOOBIG past max; NOMEM; IO if the spool directory does not take it. */
enum tomb_code tomb_body_put(struct tomb_body *body, struct tomb_str bytes, struct tomb_err *err) TOMB_MUST_USE;

/* All of it, borrowed until tomb_body_fini(). */
enum tomb_code tomb_body_done(struct tomb_body *body, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

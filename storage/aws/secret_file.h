/* A file that may hold keys, read whole into memory that no core dump holds. */
#ifndef STORAGE_AWS_SECRET_FILE_H
#define STORAGE_AWS_SECRET_FILE_H

#include "tombstone/secret.h"

struct secret_file {
	struct tomb_secret_pages pages;
	struct tomb_str text; /* NUL-terminated, in the pages */
	unsigned mode;
};

/* A regular file of at most max bytes.  NOTFOUND, IO, INVAL. */
enum tomb_code secret_file_read(
	const char *path, size_t max, struct secret_file *out, struct tomb_err *err) TOMB_MUST_USE;
void secret_file_fini(struct secret_file *file); /* wipes */

#define SECRET_FILE_AUTO TOMB_CLEANUP(secret_file_fini) struct secret_file

#endif

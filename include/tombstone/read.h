/* A source of bytes that is read once, front to back: an upload, a file, a member of an archive. */
#ifndef TOMB_READ_H
#define TOMB_READ_H

#include "tombstone/err.h"

/*
 * Fills at most cap bytes of buf and says in *n how many; 0 is the end.  cap is never 0.  An error stops the reading
 * and is handed up as it is.
 */
typedef enum tomb_code tomb_read_fn(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err);

/* A tomb_read_fn over an open file: arg points to the int.  Reads from the file's offset on.  IO when read() fails. */
enum tomb_code tomb_read_fd(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err);

#endif

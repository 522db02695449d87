/* Files that have no name: for request bodies and answers that are too long for memory. */
#ifndef TOMB_SERVICE_SPOOL_H
#define TOMB_SERVICE_SPOOL_H

#include "tombstone/str.h"

/* An empty file in directory dir, open for reading and writing, already unlinked: it goes away with its last
 * descriptor.  The caller owns *fd.  IO if dir does not take it. */
enum tomb_code tomb_spool_open(const char *dir, int *fd, struct tomb_err *err) TOMB_MUST_USE;

/* Appends all of s.  IO if the disk is full or fails. */
enum tomb_code tomb_spool_write(int fd, struct tomb_str s, struct tomb_err *err) TOMB_MUST_USE;

#endif

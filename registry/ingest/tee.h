/*
 * One source of bytes, read once, for several readers at the same time, each in a thread of its own.  All of them get
 * the same bytes at the pace of the slowest; nothing is kept but one block.
 */
#ifndef TOMB_TEE_H
#define TOMB_TEE_H

#include "tombstone/read.h"

struct tee;

/* One reader's end: the arg of tee_read(). */
struct tee_end {
	struct tee *tee;
	uint64_t finished; /* the last block that was read whole; blocks count from 1 */
	size_t offset;     /* in the block after that */
	bool has_left;
};

/* ends[0..n) are the caller's and live as long as the tee.  NOMEM. */
enum tomb_code tee_open(struct tee **out, struct tee_end *ends, size_t n, struct tomb_err *err) TOMB_MUST_USE;
void tee_close(struct tee *tee); /* NULL is fine; every reader has left */
static inline void tee_closep(struct tee **tee)
{
	tee_close(*tee);
}
#define TEE_AUTO TOMB_CLEANUP(tee_closep) struct tee

/* A tomb_read_fn for a reader's thread.  If the source fails, so does this, with the same code and text. */
enum tomb_code tee_read(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err);

/* The reader has read enough, or failed: nobody waits for it any more.  Each reader says so once. */
void tee_leave(struct tee_end *end);

/* Reads the source to its end and hands it on, while there are readers.  Returns what the source said. */
enum tomb_code tee_feed(struct tee *tee, tomb_read_fn *read, void *arg, struct tomb_err *err) TOMB_MUST_USE;

#endif

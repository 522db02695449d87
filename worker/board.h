/*
 * What lanes and operators tell each other about backends, through the ledger: read before a batch, written after it.
 */
#ifndef TOMB_BOARD_H
#define TOMB_BOARD_H

#include "batch.h"
#include "tombstone/backend.h"
#include "tombstone/log.h"

/* Reads what is known, in the arena, and tells it to the stores. */
enum tomb_code tomb_board_read(struct tomb_pg *pg, struct tomb_stores *stores, struct tomb_arena *arena,
	struct tomb_backends *out, struct tomb_err *err) TOMB_MUST_USE;

/* Puts off, without charging an attempt, every file with a copy on a backend that is to be left alone now. */
void tomb_board_put_off(struct tomb_batch *b);

/* Writes, and logs, what the stores have found out since known was read.  agent: who says so. */
enum tomb_code tomb_board_write(struct tomb_pg *pg, struct tomb_stores *stores, const struct tomb_backends *known,
	struct tomb_str agent, const struct tomb_log *log, struct tomb_err *err) TOMB_MUST_USE;

#endif

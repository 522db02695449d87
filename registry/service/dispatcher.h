/*
 * The dispatcher: what follows a decision, by itself.  It cuts approved deletions into batches and announces them,
 * again and again until they are done; ends requests whose time is over and ingests that have died; chains the audit
 * log. Spec: architecture.md §4 step 3, I6, I8.
 */
#ifndef TOMB_DISPATCHER_H
#define TOMB_DISPATCHER_H

#include "registry_config.h"
#include "tombstone/log.h"

struct tomb_dispatcher;

/* Opens its own connections to the ledger and the queue, and starts its thread.  Borrows both until it is stopped. */
enum tomb_code tomb_dispatcher_start(const struct tomb_registry_config *config, const struct tomb_log *log,
	struct tomb_dispatcher **out, struct tomb_err *err) TOMB_MUST_USE;

/* Waits for the round that is running.  NULL is fine. */
void tomb_dispatcher_stop(struct tomb_dispatcher *dispatcher);

#endif

/*
 * The mailer: hands what the outbox owes to the mail server, one mail after the other, never inside a web request.
 * Tokens are made here, for one mail each, and are nowhere else in plain text (deletion.md X-08).
 */
#ifndef TOMB_MAILER_H
#define TOMB_MAILER_H

#include "registry_config.h"
#include "tombstone/log.h"

struct tomb_mailer;

/* Starts its thread, with a connection of its own to the ledger.  Borrows both until it is stopped. */
enum tomb_code tomb_mailer_start(const struct tomb_registry_config *config, const struct tomb_log *log,
	struct tomb_mailer **out, struct tomb_err *err) TOMB_MUST_USE;

/* Waits for the mail that is being sent.  NULL is fine. */
void tomb_mailer_stop(struct tomb_mailer *mailer);

#endif

/* A program that writes a secret to its standard output. */
#ifndef STORAGE_AWS_PROCESS_H
#define STORAGE_AWS_PROCESS_H

#include "tombstone/secret.h"

/*
 * Runs words[0], looked for in PATH, without a shell, and has what it writes in out, which the caller has mapped: at
 * most its size.  The program gets our environment, an empty standard input, and nowhere to write errors to, since they
 * might quote keys.  It and the children of its process group are killed at timeout_ms, and when they write too much.
 * IO: it could not be started; NET: it took too long; STORE_DENIED: it failed or wrote too much.
 */
enum tomb_code process_run(char *const *words, int64_t timeout_ms, struct tomb_secret_pages *out, size_t *n,
	struct tomb_err *err) TOMB_MUST_USE;

#endif

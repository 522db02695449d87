/* Where the keys of a backend come from, and the keys themselves for as long as they are good. */
#ifndef STORAGE_AWS_PROVIDER_H
#define STORAGE_AWS_PROVIDER_H

#include "aws/credential.h"
#include "aws/sigv4.h"
#include "backend.h"

struct aws_keys {
	struct credential access_key;
	struct credential secret_key;
	struct credential session_token; /* empty if there is none */
	int64_t expires_us;              /* Unix; 0: never */
};

struct aws_provider;

/*
 * Chooses the one source that the backend's keys come from, as long as the provider lives: later it may give other
 * keys, but no other source takes its place.  Local files are read here, so that what is wrong with them is known at
 * the start; nothing goes over a network and no program is run.  Errors as credential_read(); UNSUPPORTED for a source
 * that we do not know how to use; NOTFOUND when there is none.
 */
enum tomb_code aws_provider_open(
	const struct backend *backend, struct aws_provider **out, struct tomb_err *err) TOMB_MUST_USE;
void aws_provider_close(struct aws_provider *provider); /* NULL is fine; wipes */

/*
 * The keys to sign with at now_us (Unix); they live until the next call.  Keys that end are fetched anew 15 minutes
 * before, where a failure is tolerated, and must be 10 minutes before.  NET: the source does not answer, later it may;
 * STORE_DENIED: it has no good keys for us.  Never UNCERTAIN: nothing was asked of a store.
 */
enum tomb_code aws_provider_keys(
	struct aws_provider *provider, int64_t now_us, const struct aws_keys **out, struct tomb_err *err) TOMB_MUST_USE;

/* For what is derived from the keys: lies where they lie, and is wiped with them.  Backends of the provider that are
 * used in turn, in other regions, take it from each other: it is as if there were none. */
struct sigv4_key *aws_provider_derived(struct aws_provider *provider);

/* How often the keys have become others: tells whether a request was signed with those of now. */
unsigned aws_provider_changes(const struct aws_provider *provider);

/* A store refused the keys: fetches anew.  STORE_DENIED when the source has no others than those; else as above. */
enum tomb_code aws_provider_renew(struct aws_provider *provider, int64_t now_us, struct tomb_err *err) TOMB_MUST_USE;

/* One provider for all backends whose keys come from the same place: fetched once, used by all. */
struct aws_providers {
	struct aws_provider *at[BACKENDS_MAX];
	const struct backend *backend[BACKENDS_MAX]; /* borrowed: the first with each */
	size_t n;
};

enum tomb_code aws_providers_get(struct aws_providers *providers, const struct backend *backend,
	struct aws_provider **out, struct tomb_err *err) TOMB_MUST_USE;
void aws_providers_close(struct aws_providers *providers);

#endif

/* Where the keys of a backend come from, and the keys themselves for as long as they are good. */
#ifndef STORAGE_AWS_PROVIDER_H
#define STORAGE_AWS_PROVIDER_H

#include "aws/credential.h"
#include "backend.h"

struct aws_keys {
	struct credential access_key;
	struct credential secret_key;
	struct credential session_token; /* empty if there is none */
};

struct aws_provider;

/* Allocated outside of every arena and wiped by aws_provider_close().  Errors as credential_read(). */
enum tomb_code aws_provider_open(
	const struct backend *backend, struct aws_provider **out, struct tomb_err *err) TOMB_MUST_USE;
void aws_provider_close(struct aws_provider *provider); /* NULL is fine */

/* The keys to sign with at now_us (Unix); they live until the next call. */
enum tomb_code aws_provider_keys(
	struct aws_provider *provider, int64_t now_us, const struct aws_keys **out, struct tomb_err *err) TOMB_MUST_USE;

#endif

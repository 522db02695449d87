/* Keys as JSON: what a credential_process writes, and what the container and instance endpoints answer. */
#ifndef STORAGE_AWS_KEYS_JSON_H
#define STORAGE_AWS_KEYS_JSON_H

#include "aws/provider.h"

enum { KEYS_JSON_MAX = 1 << 16 }; /* bytes: some thousand for a token, and a few hundred around it */

enum keys_json_form {
	KEYS_JSON_PROCESS,   /* Version 1, SessionToken; Expiration may be left out */
	KEYS_JSON_CONTAINER, /* Token, Expiration */
	KEYS_JSON_INSTANCE   /* the same, and Code is Success */
};

/* Members that are not known are passed over.  STORE_DENIED for anything that is not whole; NOMEM.  No error text holds
 * a word of the text that was read. */
enum tomb_code keys_json_read(
	struct tomb_str text, enum keys_json_form form, struct aws_keys *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

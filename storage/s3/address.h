/* Where the bucket's name goes: into the path, or (see aws_place_set()) before the host. */
#ifndef STORAGE_S3_ADDRESS_H
#define STORAGE_S3_ADDRESS_H

#include "backend.h"

/* The path of a key, or of the bucket if key is "", encoded once: this is what is signed and sent. */
enum tomb_code s3_address_path(const struct backend *backend, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

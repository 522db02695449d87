/*
 * Digests of bytes: one-shot, streaming, and several algorithms over one stream.
 *
 * MD5 and SHA-1 are here because manifests, ETags and Content-MD5 carry them: they find accidents, not forgeries.
 *
 * Only starting can fail.  What follows is arithmetic: if libcrypto refuses it, the program's own state is broken and
 * an assertion ends it, because nothing may be stored or deleted on the strength of a digest that was not computed.
 */
#ifndef TOMB_DIGEST_H
#define TOMB_DIGEST_H

#include "tombstone/str.h"

enum tomb_digest_alg { TOMB_MD5, TOMB_SHA1, TOMB_SHA256, TOMB_SHA512, TOMB_DIGEST_ALG_MAX };

enum {
	TOMB_MD5_SIZE = 16, /* bytes */
	TOMB_SHA1_SIZE = 20,
	TOMB_SHA256_SIZE = 32,
	TOMB_SHA512_SIZE = 64,
	TOMB_DIGEST_SIZE_MAX = 64,
	TOMB_DIGEST_HEX_MAX = 2 * TOMB_DIGEST_SIZE_MAX + 1, /* with the NUL */
};

#define TOMB_DIGEST_BIT(alg) (1U << (alg))
#define TOMB_DIGEST_ALL (TOMB_DIGEST_BIT(TOMB_DIGEST_ALG_MAX) - 1U)

const char *tomb_digest_name(enum tomb_digest_alg alg); /* "md5", "sha1", "sha256", "sha512" */
size_t tomb_digest_size(enum tomb_digest_alg alg);      /* bytes */

/* Reads a name in any case, hyphens ignored ("SHA-256" is sha256).  UNSUPPORTED for other names. */
enum tomb_code tomb_digest_alg_parse(
	struct tomb_str name, enum tomb_digest_alg *out, struct tomb_err *err) TOMB_MUST_USE;

/* One-shot.  They borrow data; empty data is fine. */
void tomb_sha256(struct tomb_str data, uint8_t out[static TOMB_SHA256_SIZE]);
void tomb_md5(struct tomb_str data, uint8_t out[static TOMB_MD5_SIZE]);
void tomb_hmac_sha1(struct tomb_str key, struct tomb_str data, uint8_t out[static TOMB_SHA1_SIZE]);
void tomb_hmac_sha256(struct tomb_str key, struct tomb_str data, uint8_t out[static TOMB_SHA256_SIZE]);

/* One stream, one algorithm. */
struct tomb_digest;

/* NOMEM, or UNSUPPORTED if libcrypto is configured without alg (MD5 under FIPS). */
enum tomb_code tomb_digest_new(struct tomb_digest **out, enum tomb_digest_alg alg, struct tomb_err *err) TOMB_MUST_USE;
void tomb_digest_update(struct tomb_digest *d, struct tomb_str data);

/* Writes the digest of everything since the start and its size in bytes; then d is as new, for another stream. */
void tomb_digest_final(struct tomb_digest *d, uint8_t out[static TOMB_DIGEST_SIZE_MAX], size_t *n);
void tomb_digest_free(struct tomb_digest *d); /* NULL is fine */
static inline void tomb_digest_freep(struct tomb_digest **d)
{
	tomb_digest_free(*d);
}
#define TOMB_DIGEST_AUTO TOMB_CLEANUP(tomb_digest_freep) struct tomb_digest

/* One stream, several algorithms at once: the bytes are read once. */
struct tomb_digests;

struct tomb_digest_values {
	unsigned algs; /* TOMB_DIGEST_BIT() of what was computed; the other rows are zero */
	uint64_t size; /* bytes seen */
	uint8_t value[TOMB_DIGEST_ALG_MAX][TOMB_DIGEST_SIZE_MAX];
};

/* wanted: TOMB_DIGEST_BIT()s, at least one, or TOMB_DIGEST_ALL.  Errors as tomb_digest_new(). */
enum tomb_code tomb_digests_new(struct tomb_digests **out, unsigned wanted, struct tomb_err *err) TOMB_MUST_USE;
void tomb_digests_update(struct tomb_digests *d, struct tomb_str data);

/* As tomb_digest_final(): writes every value, then d is as new. */
void tomb_digests_final(struct tomb_digests *d, struct tomb_digest_values *out);
void tomb_digests_free(struct tomb_digests *d); /* NULL is fine */
static inline void tomb_digests_freep(struct tomb_digests **d)
{
	tomb_digests_free(*d);
}
#define TOMB_DIGESTS_AUTO TOMB_CLEANUP(tomb_digests_freep) struct tomb_digests

#endif

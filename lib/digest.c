#include "tombstone/digest.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <strings.h>

static const struct {
	const char *name;
	size_t size;
	const EVP_MD *(*md)(void);
} algs[] = {
	[TOMB_MD5] = {"md5", TOMB_MD5_SIZE, EVP_md5},
	[TOMB_SHA1] = {"sha1", TOMB_SHA1_SIZE, EVP_sha1},
	[TOMB_SHA256] = {"sha256", TOMB_SHA256_SIZE, EVP_sha256},
	[TOMB_SHA512] = {"sha512", TOMB_SHA512_SIZE, EVP_sha512},
};

_Static_assert(TOMB_COUNTOF(algs) == TOMB_DIGEST_ALG_MAX, "a row for each algorithm");

struct tomb_digest {
	EVP_MD_CTX *ctx;
	enum tomb_digest_alg alg;
};

struct tomb_digests {
	struct tomb_digest *each[TOMB_DIGEST_ALG_MAX]; /* NULL where not asked for */
	uint64_t size;
};

const char *tomb_digest_name(enum tomb_digest_alg alg)
{
	return algs[alg].name;
}

size_t tomb_digest_size(enum tomb_digest_alg alg)
{
	return algs[alg].size;
}

enum tomb_code tomb_digest_alg_parse(struct tomb_str name, enum tomb_digest_alg *out, struct tomb_err *err)
{
	char plain[8] = ""; /* the longest name, "sha256", fits; what does not fit is no name */
	size_t n = 0;

	for (size_t i = 0; i < name.n && n < sizeof plain - 1; i++) {
		if (name.p[i] != '-')
			plain[n++] = name.p[i];
	}
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		if (strlen(algs[alg].name) == n && strncasecmp(algs[alg].name, plain, n) == 0) {
			*out = (enum tomb_digest_alg)alg;
			return TOMB_OK;
		}
	}
	return TOMB_FAIL(err, TOMB_UNSUPPORTED, "digest algorithm \"%.*s\": use md5, sha1, sha256 or sha512",
		TOMB_STR_ARG(name));
}

static void digest_once(enum tomb_digest_alg alg, struct tomb_str data, uint8_t *out)
{
	unsigned n = 0;
	int done = EVP_Digest(data.n ? data.p : "", data.n, out, &n, algs[alg].md(), NULL);

	assert(done == 1 && n == algs[alg].size);
}

void tomb_sha256(struct tomb_str data, uint8_t out[static TOMB_SHA256_SIZE])
{
	digest_once(TOMB_SHA256, data, out);
}

void tomb_md5(struct tomb_str data, uint8_t out[static TOMB_MD5_SIZE])
{
	digest_once(TOMB_MD5, data, out);
}

static void hmac(const EVP_MD *md, struct tomb_str key, struct tomb_str data, uint8_t *out, unsigned size)
{
	unsigned n = 0;
	const unsigned char *bytes = (const unsigned char *)(data.n ? data.p : "");
	const unsigned char *done = NULL;

	assert(key.n <= INT_MAX);
	done = HMAC(md, key.n ? key.p : "", (int)key.n, bytes, data.n, out, &n);
	assert(done && n == size);
}

void tomb_hmac_sha1(struct tomb_str key, struct tomb_str data, uint8_t out[static TOMB_SHA1_SIZE])
{
	hmac(EVP_sha1(), key, data, out, TOMB_SHA1_SIZE);
}

void tomb_hmac_sha256(struct tomb_str key, struct tomb_str data, uint8_t out[static TOMB_SHA256_SIZE])
{
	hmac(EVP_sha256(), key, data, out, TOMB_SHA256_SIZE);
}

static enum tomb_code start(struct tomb_digest *d, enum tomb_digest_alg alg, struct tomb_err *err)
{
	d->alg = alg;
	d->ctx = EVP_MD_CTX_new();
	if (!d->ctx)
		return TOMB_FAIL(err, TOMB_NOMEM, "starting a digest");
	if (EVP_DigestInit_ex(d->ctx, algs[alg].md(), NULL) != 1)
		return TOMB_FAIL(err, TOMB_UNSUPPORTED, "libcrypto does not offer %s", algs[alg].name);
	return TOMB_OK;
}

enum tomb_code tomb_digest_new(struct tomb_digest **out, enum tomb_digest_alg alg, struct tomb_err *err)
{
	TOMB_DIGEST_AUTO *d = calloc(1, sizeof *d);

	if (!d)
		return TOMB_FAIL(err, TOMB_NOMEM, "starting a digest");
	TOMB_TRY(start(d, alg, err));
	*out = TOMB_TAKE(d);
	return TOMB_OK;
}

void tomb_digest_update(struct tomb_digest *d, struct tomb_str data)
{
	int done = EVP_DigestUpdate(d->ctx, data.p, data.n);

	assert(done == 1);
}

void tomb_digest_final(struct tomb_digest *d, uint8_t out[static TOMB_DIGEST_SIZE_MAX], size_t *n)
{
	unsigned size = 0;
	int done = EVP_DigestFinal_ex(d->ctx, out, &size) == 1 && EVP_DigestInit_ex(d->ctx, NULL, NULL) == 1;

	assert(done && size == algs[d->alg].size);
	*n = size;
}

void tomb_digest_free(struct tomb_digest *d)
{
	if (!d)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

enum tomb_code tomb_digests_new(struct tomb_digests **out, unsigned wanted, struct tomb_err *err)
{
	TOMB_DIGESTS_AUTO *d = calloc(1, sizeof *d);

	assert(wanted != 0 && (wanted & ~TOMB_DIGEST_ALL) == 0);
	if (!d)
		return TOMB_FAIL(err, TOMB_NOMEM, "starting digests");
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		if (wanted & TOMB_DIGEST_BIT(alg))
			TOMB_TRY(tomb_digest_new(&d->each[alg], (enum tomb_digest_alg)alg, err));
	}
	*out = TOMB_TAKE(d);
	return TOMB_OK;
}

void tomb_digests_update(struct tomb_digests *d, struct tomb_str data)
{
	d->size += data.n;
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		if (d->each[alg])
			tomb_digest_update(d->each[alg], data);
	}
}

void tomb_digests_final(struct tomb_digests *d, struct tomb_digest_values *out)
{
	*out = (struct tomb_digest_values){.size = d->size};
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		size_t n = 0;

		if (!d->each[alg])
			continue;
		tomb_digest_final(d->each[alg], out->value[alg], &n);
		out->algs |= TOMB_DIGEST_BIT(alg);
	}
	d->size = 0;
}

void tomb_digests_free(struct tomb_digests *d)
{
	if (!d)
		return;
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++)
		tomb_digest_free(d->each[alg]);
	free(d);
}

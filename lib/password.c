#include "tombstone/password.h"

#include "tombstone/utf8.h"

#include <assert.h>
#include <sodium.h>
#include <sys/mman.h>

_Static_assert(TOMB_PASSWORD_HASH == crypto_pwhash_argon2id_STRBYTES, "password.h");

/* "Interactive" is two passes over 64 MiB: over a millionfold the cost of a plain hash to whoever stole the table, a
 * tenth of a second to whoever signs in, and with 8 request threads no more than 512 MiB at once. */
#define PASSES crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE
#define MEMORY_BYTES crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE

enum tomb_code tomb_password_check(struct tomb_str password, struct tomb_err *err)
{
	if (password.n < TOMB_PASSWORD_MIN || password.n > TOMB_PASSWORD_MAX)
		return TOMB_FAIL(
			err, TOMB_INVAL, "a password has %d to %d bytes", TOMB_PASSWORD_MIN, TOMB_PASSWORD_MAX);
	if (!tomb_utf8_valid(password) || memchr(password.p, '\0', password.n))
		return TOMB_FAIL(err, TOMB_INVAL, "a password is UTF-8 text without NUL");
	return TOMB_OK;
}

static enum tomb_code out_of_memory(struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_NOMEM, "hashing a password takes %zu MiB", (size_t)MEMORY_BYTES >> 20);
}

/* libsodium 1.0.18 says "mismatch" also when it found no memory: ask for the same amount to tell one from the other. */
static bool memory_is_there(void)
{
	void *p = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return false;
	(void)munmap(p, MEMORY_BYTES);
	return true;
}

static enum tomb_code wrong(struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_UNAUTHENTICATED, "unknown name or wrong password");
}

static enum tomb_code hash(struct tomb_str password, char out[static TOMB_PASSWORD_HASH], struct tomb_err *err)
{
	char made[TOMB_PASSWORD_HASH];
	int ready = sodium_init(); /* any number of times, from any thread */

	assert(ready >= 0);
	if (crypto_pwhash_argon2id_str(made, password.p, password.n, PASSES, MEMORY_BYTES) != 0)
		return out_of_memory(err);
	memcpy(out, made, sizeof made);
	return TOMB_OK;
}

enum tomb_code tomb_password_hash(struct tomb_str password, char out[static TOMB_PASSWORD_HASH], struct tomb_err *err)
{
	TOMB_TRY(tomb_password_check(password, err));
	return hash(password, out, err);
}

enum tomb_code tomb_password_verify_nobody(struct tomb_str password, struct tomb_err *err)
{
	char unused[TOMB_PASSWORD_HASH];

	/* What no account can have needs no time: it says nothing about who exists. */
	if (tomb_password_check(password, err) == TOMB_OK)
		TOMB_TRY(hash(password, unused, err));
	return wrong(err);
}

enum tomb_code tomb_password_verify(
	struct tomb_str password, struct tomb_str stored, bool *rehash, struct tomb_err *err)
{
	char text[TOMB_PASSWORD_HASH] = {0};
	int cheaper = 0;
	int ready = sodium_init();

	assert(ready >= 0);
	if (stored.n >= sizeof text)
		return tomb_password_verify_nobody(password, err);
	memcpy(text, stored.p, stored.n);
	cheaper = crypto_pwhash_argon2id_str_needs_rehash(text, PASSES, MEMORY_BYTES);
	if (cheaper < 0 || tomb_password_check(password, err) != TOMB_OK)
		return tomb_password_verify_nobody(password, err);
	if (crypto_pwhash_argon2id_str_verify(text, password.p, password.n) != 0)
		return memory_is_there() ? wrong(err) : out_of_memory(err);
	*rehash = cheaper > 0;
	return TOMB_OK;
}

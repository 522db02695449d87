#include "tombstone/totp.h"

#include "tombstone/digest.h"
#include "tombstone/secret.h"

#include <assert.h>

enum { DIGITS = TOMB_TOTP_CODE - 1, LIMIT = 1000000 /* ten to the power of DIGITS */ };

int64_t tomb_totp_step(int64_t now_s)
{
	return now_s / TOMB_TOTP_STEP_S;
}

/* RFC 4226, section 5.3: four bytes of the MAC, from where its last four bits say. */
static uint32_t truncate_mac(const uint8_t mac[static TOMB_SHA1_SIZE])
{
	const uint8_t *p = mac + (mac[TOMB_SHA1_SIZE - 1] & 15);

	return ((uint32_t)p[0] & 0x7f) << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

char *tomb_totp_code(const uint8_t secret[static TOMB_TOTP_SECRET], int64_t step, char out[static TOMB_TOTP_CODE])
{
	uint8_t mac[TOMB_SHA1_SIZE];
	uint8_t counter[8];
	uint32_t code = 0;

	for (size_t i = 0; i < sizeof counter; i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	tomb_hmac_sha1((struct tomb_str){(const char *)secret, TOMB_TOTP_SECRET},
		(struct tomb_str){(const char *)counter, sizeof counter}, mac);
	code = truncate_mac(mac) % LIMIT;
	for (size_t i = DIGITS; i > 0; i--) {
		out[i - 1] = (char)('0' + code % 10);
		code /= 10;
	}
	out[DIGITS] = '\0';
	return out;
}

/* Without spaces; false if what is left is not as long as a code. */
static bool squeeze(struct tomb_str given, char out[static DIGITS])
{
	size_t n = 0;

	for (size_t i = 0; i < given.n; i++) {
		if (given.p[i] == ' ')
			continue;
		if (n == DIGITS)
			return false;
		out[n++] = given.p[i];
	}
	return n == DIGITS;
}

bool tomb_totp_matches(
	const uint8_t secret[static TOMB_TOTP_SECRET], int64_t now_s, struct tomb_str given, int64_t *step)
{
	int64_t now = tomb_totp_step(now_s);
	char right[TOMB_TOTP_CODE];
	char digits[DIGITS];
	bool matches = false;

	if (!squeeze(given, digits))
		return false;
	for (int64_t at = now - TOMB_TOTP_SKEW; at <= now + TOMB_TOTP_SKEW; at++) {
		(void)tomb_totp_code(secret, at, right);
		if (tomb_secret_eq((struct tomb_str){right, DIGITS}, (struct tomb_str){digits, DIGITS})) {
			matches = true;
			*step = at;
		}
	}
	return matches;
}

char *tomb_totp_base32(const uint8_t *p, size_t n, char *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	char *to = out;

	assert(n % 5 == 0);
	for (size_t i = 0; i < n; i += 5) {
		uint64_t bits = 0;

		for (size_t k = 0; k < 5; k++)
			bits = bits << 8 | p[i + k];
		for (int shift = 35; shift >= 0; shift -= 5)
			*to++ = alphabet[bits >> shift & 31];
	}
	*to = '\0';
	return out;
}

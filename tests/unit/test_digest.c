/* Digests. */
#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct vector {
	enum tomb_digest_alg alg;
	const char *data;
	const char *hex;
};

/* RFC 1321 (A.5) and FIPS 180-4's examples. */
static const struct vector vectors[] = {
	{TOMB_MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
	{TOMB_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
	{TOMB_MD5, "message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
	{TOMB_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	{TOMB_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	{TOMB_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{TOMB_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{TOMB_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{TOMB_SHA512, "abc",
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void assert_hex(const uint8_t *p, size_t n, const char *hex)
{
	char text[TOMB_DIGEST_HEX_MAX];

	assert_string_equal(tomb_hex_encode(p, n, text), hex);
}

static void the_published_vectors_come_out_of_a_stream(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(vectors); i++) {
		const struct vector *v = &vectors[i];
		TOMB_DIGEST_AUTO *d = NULL;
		struct tomb_err err;
		uint8_t out[TOMB_DIGEST_SIZE_MAX];
		size_t n = 0;

		assert_int_equal(tomb_digest_new(&d, v->alg, &err), TOMB_OK);
		for (const char *p = v->data; *p; p++)
			tomb_digest_update(d, (struct tomb_str){p, 1});
		tomb_digest_final(d, out, &n);
		assert_int_equal(n, tomb_digest_size(v->alg));
		assert_hex(out, n, v->hex);
	}
}

static void one_shot_functions_agree_with_the_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(vectors); i++) {
		struct tomb_str data = tomb_str_from(vectors[i].data);
		uint8_t out[TOMB_DIGEST_SIZE_MAX];

		if (vectors[i].alg == TOMB_SHA256) {
			tomb_sha256(data, out);
			assert_hex(out, TOMB_SHA256_SIZE, vectors[i].hex);
		}
		if (vectors[i].alg == TOMB_MD5) {
			tomb_md5(data, out);
			assert_hex(out, TOMB_MD5_SIZE, vectors[i].hex);
		}
	}
}

static void an_absent_string_is_the_empty_one(void **state)
{
	uint8_t out[TOMB_SHA256_SIZE];

	(void)state;
	tomb_sha256((struct tomb_str){NULL, 0}, out);
	assert_hex(out, sizeof out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	tomb_hmac_sha256((struct tomb_str){NULL, 0}, (struct tomb_str){NULL, 0}, out);
	assert_hex(out, sizeof out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* RFC 4231, test cases 1, 2 and 6 (a key longer than a block). */
static void hmac_agrees_with_rfc_4231(void **state)
{
	uint8_t out[TOMB_SHA256_SIZE];
	char key[131];

	(void)state;
	memset(key, 0x0b, 20);
	tomb_hmac_sha256((struct tomb_str){key, 20}, TOMB_STR("Hi There"), out);
	assert_hex(out, sizeof out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	tomb_hmac_sha256(TOMB_STR("Jefe"), TOMB_STR("what do ya want for nothing?"), out);
	assert_hex(out, sizeof out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	tomb_hmac_sha256((struct tomb_str){key, sizeof key},
		TOMB_STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
	assert_hex(out, sizeof out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void a_finished_digest_starts_over(void **state)
{
	TOMB_DIGEST_AUTO *d = NULL;
	struct tomb_err err;
	uint8_t first[TOMB_DIGEST_SIZE_MAX];
	uint8_t second[TOMB_DIGEST_SIZE_MAX];
	size_t n = 0;

	(void)state;
	assert_int_equal(tomb_digest_new(&d, TOMB_SHA1, &err), TOMB_OK);
	tomb_digest_update(d, TOMB_STR("abc"));
	tomb_digest_final(d, first, &n);
	tomb_digest_update(d, TOMB_STR("abc"));
	tomb_digest_final(d, second, &n);
	assert_memory_equal(first, second, n);
}

static void all_algorithms_see_one_stream(void **state)
{
	TOMB_DIGESTS_AUTO *d = NULL;
	struct tomb_err err;
	struct tomb_digest_values values;

	(void)state;
	assert_int_equal(tomb_digests_new(&d, TOMB_DIGEST_ALL, &err), TOMB_OK);
	for (int round = 0; round < 2; round++) {
		tomb_digests_update(d, TOMB_STR("a"));
		tomb_digests_update(d, TOMB_STR("bc"));
		tomb_digests_final(d, &values);
		assert_int_equal(values.size, 3);
		assert_int_equal(values.algs, TOMB_DIGEST_ALL);
		for (size_t i = 0; i < TOMB_COUNTOF(vectors); i++) {
			const struct vector *v = &vectors[i];

			if (strcmp(v->data, "abc") == 0)
				assert_hex(values.value[v->alg], tomb_digest_size(v->alg), v->hex);
		}
	}
}

static void only_the_algorithms_asked_for_are_computed(void **state)
{
	static const uint8_t zero[TOMB_DIGEST_SIZE_MAX];
	TOMB_DIGESTS_AUTO *d = NULL;
	struct tomb_err err;
	struct tomb_digest_values values;

	(void)state;
	assert_int_equal(tomb_digests_new(&d, TOMB_DIGEST_BIT(TOMB_MD5), &err), TOMB_OK);
	tomb_digests_final(d, &values);
	assert_int_equal(values.algs, TOMB_DIGEST_BIT(TOMB_MD5));
	assert_hex(values.value[TOMB_MD5], TOMB_MD5_SIZE, "d41d8cd98f00b204e9800998ecf8427e");
	assert_memory_equal(values.value[TOMB_SHA256], zero, sizeof zero);
}

static void a_name_is_read_in_any_spelling(void **state)
{
	(void)state;
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		struct tomb_err err;
		enum tomb_digest_alg got = TOMB_DIGEST_ALG_MAX;
		struct tomb_str name = tomb_str_from(tomb_digest_name((enum tomb_digest_alg)alg));

		assert_int_equal(tomb_digest_alg_parse(name, &got, &err), TOMB_OK);
		assert_int_equal(got, alg);
	}
	for (int i = 0; i < 2; i++) {
		struct tomb_err err;
		enum tomb_digest_alg got = TOMB_DIGEST_ALG_MAX;

		assert_int_equal(
			tomb_digest_alg_parse(i ? TOMB_STR("SHA256") : TOMB_STR("sha-256"), &got, &err), TOMB_OK);
		assert_int_equal(got, TOMB_SHA256);
	}
}

static void an_unknown_name_is_not_supported(void **state)
{
	static const char *const wrong[] = {
		"", "-", "sha", "sha3-256", "crc32", "sha2567", "sha256 ", "md", "sha256sha256"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_err err;
		enum tomb_digest_alg got = TOMB_DIGEST_ALG_MAX;

		assert_int_equal(tomb_digest_alg_parse(tomb_str_from(wrong[i]), &got, &err), TOMB_UNSUPPORTED);
		assert_int_equal(got, TOMB_DIGEST_ALG_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_vectors_come_out_of_a_stream),
		cmocka_unit_test(one_shot_functions_agree_with_the_vectors),
		cmocka_unit_test(an_absent_string_is_the_empty_one),
		cmocka_unit_test(hmac_agrees_with_rfc_4231),
		cmocka_unit_test(a_finished_digest_starts_over),
		cmocka_unit_test(all_algorithms_see_one_stream),
		cmocka_unit_test(only_the_algorithms_asked_for_are_computed),
		cmocka_unit_test(a_name_is_read_in_any_spelling),
		cmocka_unit_test(an_unknown_name_is_not_supported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

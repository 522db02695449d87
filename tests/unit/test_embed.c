/* Files that the build put into the program are the files: every byte, and their digest. */
#include "sample.embed.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct tomb_embedded *sample(const char *name)
{
	for (size_t i = 0; i < embed_samples_count; i++)
		if (strcmp(embed_samples[i].name, name) == 0)
			return &embed_samples[i];
	fail_msg("%s is not embedded", name);
	return NULL;
}

static void every_byte_is_there_and_a_nul_follows(void **state)
{
	const struct tomb_embedded *e = sample("every_byte.bin");
	FILE *f = fopen(EMBEDDED_FROM "/every_byte.bin", "rb");
	char bytes[1024];
	size_t n = 0;

	(void)state;
	assert_non_null(f);
	n = fread(bytes, 1, sizeof bytes, f);
	(void)fclose(f);
	assert_int_equal(e->data.n, n);
	assert_true(n > 256);
	assert_memory_equal(e->data.p, bytes, n);
	assert_int_equal(e->data.p[n], '\0');
}

static void an_empty_file_is_embedded_too(void **state)
{
	const struct tomb_embedded *e = sample("empty.txt");

	(void)state;
	assert_int_equal(e->data.n, 0);
	assert_non_null(e->data.p);
}

static void the_digest_is_that_of_the_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < embed_samples_count; i++) {
		uint8_t digest[TOMB_SHA256_SIZE];
		char hex[2 * TOMB_SHA256_SIZE + 1];

		tomb_sha256(embed_samples[i].data, digest);
		assert_string_equal(embed_samples[i].sha256, tomb_hex_encode(digest, sizeof digest, hex));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_is_there_and_a_nul_follows),
		cmocka_unit_test(an_empty_file_is_embedded_too),
		cmocka_unit_test(the_digest_is_that_of_the_bytes),
	};

	return cmocka_run_group_tests_name("embed", tests, NULL, NULL);
}

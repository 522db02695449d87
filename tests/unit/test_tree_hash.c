/* Glacier's tree hash.  The digests were computed by botocore (calculate_tree_hash). */
#include "../../storage/glacier/tree_hash.h"
#include "tombstone/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	size_t n;
	const char *hash;
} cases[] = {
	{0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
	{(1 << 20) - 1, "0c3bc32ba21946311adeb4326ebfd0cae0de5f076de9985f3ade39941e5e60c1"},
	{1 << 20, "5aa55bd3a527ec43a82915967594f83fc5db661c22414456f255420874144d89"},
	{(1 << 20) + 1, "152cb6f2dd1cbce8c1ba77544da93d1c0c6353c99c405520eb6e0f6604a60239"},
	{3 << 20, "a5df9c4facd399aa3f8cf69e4b784978bb693a615380920837ddbec26dd30ca4"},
	{(5 << 20) + 7, "7eab6f44e40aed10ed32dd28dc89c009a9605bb32144791200cdd1a47780da07"},
	{6 << 20, "f4323e4de7ef7d3aac1c5b08fff1bd4e8b8e399df39cf1f358a071e10111c6de"},
	{(7 << 20) + 1, "2681390930265c3697fa81d456d0d61fa7842b82a598514aae2eef558133ed34"},
};

static void the_hash_is_the_same_however_the_bytes_come(void **state)
{
	static const size_t pieces[] = {777, 1 << 20, 8 << 20};
	char *bytes = malloc(8 << 20);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 8 << 20; i++)
		bytes[i] = (char)(i * 7 + (i >> 13));
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++)
		for (size_t j = 0; j < TOMB_COUNTOF(pieces); j++) {
			struct tree_hash tree;
			struct tomb_err err;
			uint8_t digest[TOMB_SHA256_SIZE];
			char hex[2 * TOMB_SHA256_SIZE + 1];

			assert_int_equal(tree_hash_init(&tree, &err), TOMB_OK);
			for (size_t at = 0; at < cases[i].n; at += pieces[j]) {
				size_t left = cases[i].n - at;

				tree_hash_update(
					&tree, (struct tomb_str){bytes + at, left < pieces[j] ? left : pieces[j]});
			}
			tree_hash_final(&tree, digest);
			tree_hash_fini(&tree);
			assert_string_equal(tomb_hex_encode(digest, sizeof digest, hex), cases[i].hash);
		}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_the_same_however_the_bytes_come),
	};

	return cmocka_run_group_tests_name("tree_hash", tests, NULL, NULL);
}

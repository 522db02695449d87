/* How requests for vaults are signed: paths are made normal and encoded a second time.  Signatures of botocore 1.43
 * (botocore.auth.SigV4Auth), which signs these requests for Amazon's own command line. */
#include "../../storage/aws/sigv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_vaults_path_is_signed_as_botocore_signs_it(void **state)
{
	static const struct {
		const char *path;
		const char *canonical;
		const char *signature;
	} cases[] = {
		{"/-/vaults/old/archives/NkbByEejwEggmBz2fTHg_-7", "/-/vaults/old/archives/NkbByEejwEggmBz2fTHg_-7",
			"089af00502245b55971ddfa34964cf056729bc3f0377b46807be1faf89a1810c"},
		{"/-/vaults/my.vault/archives/a%20b%7Ec%2Fd", "/-/vaults/my.vault/archives/a%2520b%257Ec%252Fd",
			"2953296d28a936db94a89c34c4230b1cc2cc6a63a058685c4e61c239839f1c2c"},
		{"/111122223333/vaults//x/./y/../old/archives/id/", "/111122223333/vaults/x/old/archives/id/",
			"84d82614d80c5b3c12e9ddc38256466b9fb2c10f0f2bbd59a1982bd7710a41c4"},
		{"/-/vaults/old/jobs/J/output", "/-/vaults/old/jobs/J/output",
			"623be84ed42b1002bbe01a50aba80ccc658b5bd2f133cd2cd2c8ff2a72a6b77f"},
		{"/", "/", "e1fd8ffec574305eb9f030552cb94d9769dbd70d32781b3e5150e4a77416d02b"},
		{"/a/%C3%A9", "/a/%25C3%25A9", "e6a1cbad321c8e90c90d3438392c1ea9757da918cebec3539ea11573bbe4c55b"},
	};
	static const struct sigv4_field headers[] = {
		{{"host", 4}, {"glacier.us-east-1.amazonaws.com", 31}},
		{{"x-amz-date", 10}, {"20150830T123600Z", 16}},
		{{"x-amz-glacier-version", 21}, {"2012-06-01", 10}},
	};
	static const struct sigv4_credentials credentials = {
		{"AKIDEXAMPLE", 11}, {"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 40}, NULL};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		const struct sigv4_request request = {
			.method = TOMB_STR("DELETE"),
			.path = tomb_str_from(cases[i].path),
			.path_rule = SIGV4_PATH_NORMAL,
			.headers = headers,
			.nheaders = TOMB_COUNTOF(headers),
			.payload_hash = TOMB_STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
			.region = TOMB_STR("us-east-1"),
			.service = TOMB_STR("glacier"),
			.time_us = INT64_C(1440938160000000),
		};
		struct sigv4_signature signature;
		struct tomb_err err;
		size_t n = strlen(cases[i].canonical);

		assert_int_equal(sigv4_sign(&request, &credentials, &arena, &signature, &err), TOMB_OK);
		assert_memory_equal(signature.canonical_request.p, "DELETE\n", 7);
		assert_memory_equal(signature.canonical_request.p + 7, cases[i].canonical, n);
		assert_int_equal(signature.canonical_request.p[7 + n], '\n');
		assert_string_equal(signature.signature.p, cases[i].signature);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vaults_path_is_signed_as_botocore_signs_it),
	};

	return cmocka_run_group_tests_name("glacier_signature", tests, NULL, NULL);
}

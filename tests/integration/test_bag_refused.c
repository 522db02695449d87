/* Bags that are refused, one rule each, by a message that names the rule and the file. */
#include "bag_box.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define X_SHA256 "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" /* of "x" */

static int setup(void **state)
{
	*state = bag_box_new();
	return 0;
}

static int teardown(void **state)
{
	bag_box_free(*state);
	return 0;
}

/* The folder and a tar of it must be refused alike. */
static void refused(struct bag_box *box, enum tomb_code code, const char *text)
{
	bag_box_refused(bag_box_path(box, "bag"), code, text);
	bag_box_refused(bag_box_tar(box, "pax", NULL), code, text);
}

static void refused_with(
	struct bag_box *box, const char *path, const char *content, enum tomb_code code, const char *text)
{
	bag_box_write(box, path, tomb_str_from(content));
	refused(box, code, text);
}

/* A line more in the payload manifest of the valid bag. */
static void refused_listing(struct bag_box *box, const char *line, enum tomb_code code, const char *text)
{
	bag_box_append(box, "manifest-sha256.txt", line);
	bag_box_append(box, "manifest-sha256.txt", "\n");
	bag_box_remove(box, "tagmanifest-sha256.txt");
	refused(box, code, text);
}

/* ---- the path ---- */

static void a_path_that_is_not_there_is_not_found(void **state)
{
	bag_box_refused(bag_box_path(*state, "nowhere"), TOMB_NOTFOUND, "no such file or folder");
	bag_box_refused(bag_box_path(*state, "bag/bagit.txt/x"), TOMB_NOTFOUND, "no such file or folder");
}

static void a_device_is_no_bag(void **state)
{
	(void)state;
	bag_box_refused("/dev/null", TOMB_INVAL, "neither a folder nor a regular file");
}

/* ---- bagit.txt ---- */

static void a_bag_without_bagit_txt_is_refused(void **state)
{
	bag_box_remove(*state, "bagit.txt");
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	refused(*state, TOMB_INVAL, "bagit.txt is missing");
}

static void another_version_is_refused(void **state)
{
	bag_box_version(*state, "0.96");
	refused(*state, TOMB_UNSUPPORTED, "BagIt version \"0.96\" is neither 1.0 nor 0.97");
	bag_box_version(*state, "1.0 ");
	refused(*state, TOMB_UNSUPPORTED, "version \"1.0 \"");
}

static void another_encoding_is_refused(void **state)
{
	refused_with(*state, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n", TOMB_UNSUPPORTED,
		"bagit.txt, line 2: tag file encoding \"UTF-16\" is not UTF-8");
}

static void a_byte_order_mark_is_refused(void **state)
{
	refused_with(*state, "bagit.txt",
		"\xef\xbb\xbf"
		"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
		TOMB_INVAL, "bagit.txt, line 1: the file begins with a byte-order mark");
}

static void a_declaration_that_is_not_two_lines_is_refused(void **state)
{
	refused_with(*state, "bagit.txt", "", TOMB_INVAL, "two lines and no other");
	refused_with(*state, "bagit.txt", "BagIt-Version: 1.0\n", TOMB_INVAL, "two lines and no other");
	refused_with(*state, "bagit.txt", "BagIt-Version: 1.0\n\nTag-File-Character-Encoding: UTF-8\n", TOMB_INVAL,
		"two lines and no other");
	refused_with(*state, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nMore: 1\n",
		TOMB_INVAL, "two lines and no other");
	refused_with(*state, "bagit.txt", "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n", TOMB_INVAL,
		"line 1: \"BagIt-Version: \" is missing");
	refused_with(*state, "bagit.txt", "BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n", TOMB_INVAL,
		"line 1: \"BagIt-Version: \" is missing");
}

static void a_declaration_too_long_is_refused(void **state)
{
	char text[2000];

	memset(text, 'x', sizeof text);
	bag_box_write(*state, "bagit.txt", (struct tomb_str){text, sizeof text});
	refused(*state, TOMB_TOOBIG, "bagit.txt: more than 1024 bytes");
}

/* ---- what must be there ---- */

static void a_bag_without_data_is_refused(void **state)
{
	bag_box_run(*state, (const char *const[]){"rm", "-r", "bag/data", NULL});
	bag_box_write(*state, "manifest-sha256.txt", TOMB_STR(""));
	refused(*state, TOMB_INVAL, "the folder data/ is missing");
}

static void a_bag_without_a_payload_manifest_is_refused(void **state)
{
	bag_box_remove(*state, "manifest-sha256.txt");
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	refused(*state, TOMB_INVAL, "a payload manifest, such as manifest-sha256.txt, is missing");
}

static void a_payload_file_that_no_manifest_lists_is_refused(void **state)
{
	refused_with(*state, "data/extra.txt", "x", TOMB_INVAL,
		"manifest-sha256.txt does not list a payload file: data/extra.txt");
}

static void a_payload_file_that_one_manifest_leaves_out_is_refused(void **state)
{
	bag_box_manifest(*state, "manifest-sha512.txt", TOMB_SHA512, (const char *const[]){"data/a.txt", NULL});
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	refused(*state, TOMB_INVAL, "manifest-sha512.txt does not list a payload file: data/sub/b.txt");
}

static void a_listed_file_that_is_not_there_is_refused(void **state)
{
	bag_box_remove(*state, "data/sub/b.txt");
	refused(*state, TOMB_INVAL,
		"manifest-sha256.txt, line 2: lists a file that the bag does not have: data/sub/b.txt");
}

static void a_listed_tag_file_that_is_not_there_is_refused(void **state)
{
	bag_box_remove(*state, "aptrust-info.txt");
	refused(*state, TOMB_INVAL, "tagmanifest-sha256.txt, line 3: lists a file that the bag does not have");
}

static void a_tag_manifest_that_leaves_out_a_manifest_is_refused(void **state)
{
	bag_box_manifest(*state, "tagmanifest-sha256.txt", TOMB_SHA256, (const char *const[]){"bagit.txt", NULL});
	refused(*state, TOMB_INVAL, "tagmanifest-sha256.txt does not list a manifest: manifest-sha256.txt");
}

static void content_that_is_elsewhere_is_refused(void **state)
{
	refused_with(*state, "fetch.txt", "https://example.org/a 6 data/a.txt\n", TOMB_UNSUPPORTED,
		"fetch.txt says that content is elsewhere");
}

/* ---- digests ---- */

static void payload_with_another_digest_is_refused(void **state)
{
	refused_with(*state, "data/a.txt", "alphA\n", TOMB_CORRUPT,
		"the content does not match its sha256 digest in the manifest: data/a.txt");
}

static void a_tag_file_with_another_digest_is_refused(void **state)
{
	refused_with(*state, "aptrust-info.txt", "Title: Changed\n", TOMB_CORRUPT,
		"the content does not match its sha256 digest in the manifest: aptrust-info.txt");
}

static void a_manifest_with_another_digest_is_refused(void **state)
{
	bag_box_append(*state, "manifest-sha256.txt", "\n");
	refused(*state, TOMB_CORRUPT, "digest in the manifest: manifest-sha256.txt");
}

static void bagit_txt_with_another_digest_is_refused(void **state)
{
	refused_with(*state, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: utf-8\n", TOMB_CORRUPT,
		"digest in the manifest: bagit.txt");
}

static void manifests_that_disagree_are_refused(void **state)
{
	bag_box_write(*state, "manifest-md5.txt",
		TOMB_STR("00000000000000000000000000000000 data/a.txt\nf0cf2a92516045024a0c99147b28f05b "
			 "data/sub/b.txt\n"));
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	refused(*state, TOMB_CORRUPT, "the content does not match its md5 digest in the manifest: data/a.txt");
}

static void digests_of_an_unknown_algorithm_are_refused(void **state)
{
	refused_with(*state, "manifest-sha224.txt", "", TOMB_UNSUPPORTED,
		"must be md5, sha1, sha256 or sha512, so spelled: manifest-sha224.txt");
	bag_box_remove(*state, "manifest-sha224.txt");
	refused_with(*state, "tagmanifest-SHA512.txt", "", TOMB_UNSUPPORTED, "so spelled: tagmanifest-SHA512.txt");
	bag_box_remove(*state, "tagmanifest-SHA512.txt");
	refused_with(*state, "manifest-.txt", "", TOMB_UNSUPPORTED, "so spelled: manifest-.txt");
}

static void an_empty_digest_is_refused(void **state)
{
	refused_listing(*state, "  data/a.txt", TOMB_INVAL,
		"manifest-sha256.txt, line 3: a sha256 digest of 64 hexadecimal digits must begin the line");
}

static void a_digest_of_another_length_is_refused(void **state)
{
	refused_listing(*state, "9f9f90dbe3e5ee1218c86b8839db1995  data/a.txt", TOMB_INVAL,
		"a sha256 digest of 64 hexadecimal digits");
}

static void a_digest_that_is_not_hexadecimal_is_refused(void **state)
{
	refused_listing(*state, "z" X_SHA256 "  data/a.txt", TOMB_INVAL, "a sha256 digest of 64 hexadecimal digits");
}

static void a_line_that_md5sum_escaped_is_refused(void **state)
{
	refused_listing(*state, "\\" X_SHA256 "  data/a\\\\b.txt", TOMB_INVAL, "md5sum has escaped this line");
}

static void a_digest_without_a_path_is_refused(void **state)
{
	refused_listing(*state, X_SHA256, TOMB_INVAL, "a file name is empty");
	refused_with(*state, "manifest-sha256.txt", X_SHA256 "  *\n", TOMB_INVAL, "a file name is empty");
}

static void a_file_listed_twice_is_refused(void **state)
{
	refused_listing(*state, "b6a98d9ce9a2d9149288fa3df42d377c3e42737afdcdaf714e33c0a100b51060  data/a.txt",
		TOMB_INVAL, "line 3: lists a file for the second time: data/a.txt");
}

static void payload_outside_data_is_refused(void **state)
{
	bag_box_write(*state, "other/x.txt", TOMB_STR("x"));
	refused_listing(*state, X_SHA256 "  other/x.txt", TOMB_INVAL,
		"a payload manifest must not list a file outside data/: other/x.txt");
}

static void payload_in_a_tag_manifest_is_refused(void **state)
{
	bag_box_append(*state, "tagmanifest-sha256.txt", X_SHA256 "  data/a.txt\n");
	refused(*state, TOMB_INVAL, "tagmanifest-sha256.txt, line 5: a tag manifest must not list payload: data/a.txt");
}

static void a_tag_manifest_in_a_tag_manifest_is_refused(void **state)
{
	bag_box_append(*state, "tagmanifest-sha256.txt", X_SHA256 "  tagmanifest-md5.txt\n");
	refused(*state, TOMB_INVAL, "a tag manifest must not list tag manifests: tagmanifest-md5.txt");
}

/* ---- names in manifests ---- */

static void paths_that_lead_out_of_the_bag_are_refused(void **state)
{
	static const char *const paths[] = {"/etc/passwd", "~root/x", "C:\\x", "c:/x", "\\\\?\\C:\\x", "\\x"};

	bag_box_remove(*state, "tagmanifest-sha256.txt");
	for (size_t i = 0; i < TOMB_COUNTOF(paths); i++) {
		bag_box_write(*state, "manifest-sha256.txt", TOMB_STR(X_SHA256 "  "));
		bag_box_append(*state, "manifest-sha256.txt", paths[i]);
		refused(*state, TOMB_INVAL, "a path leads out of the bag: ");
	}
}

static void paths_with_dots_are_refused(void **state)
{
	static const char *const paths[] = {"data/../x", "../x", "data/..", "data/./x", "./data/x", "data//x",
		"data/x/", "data\\..\\x", "data/a\\..\\..\\x", "data/%0A/.."};

	bag_box_remove(*state, "tagmanifest-sha256.txt");
	for (size_t i = 0; i < TOMB_COUNTOF(paths); i++) {
		bag_box_write(*state, "manifest-sha256.txt", TOMB_STR(X_SHA256 "  "));
		bag_box_append(*state, "manifest-sha256.txt", paths[i]);
		refused(*state, TOMB_INVAL, "a path has an empty component, \".\" or \"..\": ");
	}
}

static void a_listed_path_that_is_not_utf_8_is_refused(void **state)
{
	refused_listing(*state, X_SHA256 "  data/\xff\xfe.txt", TOMB_INVAL,
		"line 3: a file name is not UTF-8: data/%FF%FE.txt");
}

static void a_listed_path_that_is_too_long_is_refused(void **state)
{
	char line[1200] = X_SHA256 "  data/";

	memset(line + strlen(line), 'n', TOMB_BAG_PATH_MAX + 1 - strlen("data/"));
	refused_listing(*state, line, TOMB_TOOBIG, "a path of 1025 bytes is longer than 1024");
}

static void a_line_that_is_too_long_is_refused(void **state)
{
	static char line[9000];

	memset(line, 'a', sizeof line - 1);
	refused_listing(*state, line, TOMB_TOOBIG, "manifest-sha256.txt, line 3: longer than 8192 bytes");
}

/* ---- names of files ---- */

static void a_file_name_that_is_not_utf_8_is_refused(void **state)
{
	bag_box_write(*state, "data/\xff\xfe.txt", TOMB_STR("x"));
	bag_box_refused(bag_box_path(*state, "bag"), TOMB_INVAL, "a file name is not UTF-8: data/%FF%FE.txt");
	bag_box_refused(bag_box_tar(*state, "gnu", NULL), TOMB_INVAL, "a file name is not UTF-8: data/%FF%FE.txt");
}

static void a_file_name_that_is_too_long_is_refused(void **state)
{
	char path[TOMB_BAG_PATH_MAX + 2] = "data/";

	for (size_t at = strlen(path); at <= TOMB_BAG_PATH_MAX; at++)
		path[at] = at % 100 == 0 ? '/' : 'n';
	bag_box_write(*state, path, TOMB_STR("x"));
	refused(*state, TOMB_TOOBIG, "a path of 1025 bytes is longer than 1024");
}

static void names_that_differ_by_normalisation_only_are_refused(void **state)
{
	bag_box_write(*state, "data/\xc3\xba.txt", TOMB_STR("x"));
	bag_box_write(*state, "data/u\xcc\x81.txt", TOMB_STR("x"));
	refused(*state, TOMB_INVAL, "two files have the same name, or differ by Unicode normalisation only: data/");
}

static void a_file_larger_than_the_limit_is_refused(void **state)
{
	bag_box_write(*state, "data/huge", TOMB_STR(""));
	if (truncate(bag_box_path(*state, "bag/data/huge"), TOMB_BAG_FILE_SIZE_MAX + 1) != 0 && errno == EFBIG)
		skip();
	bag_box_refused(bag_box_path(*state, "bag"), TOMB_TOOBIG, "a file is larger than 5 TiB: data/huge");
}

/* ---- things that are no files ---- */

static void a_symbolic_link_is_refused(void **state)
{
	assert_int_equal(symlink("a.txt", bag_box_path(*state, "bag/data/link")), 0);
	refused(*state, TOMB_INVAL, "a symbolic link is not ingested: data/link");
}

static void a_symbolic_link_to_a_folder_is_refused(void **state)
{
	assert_int_equal(symlink("/etc", bag_box_path(*state, "bag/data/link")), 0);
	refused(*state, TOMB_INVAL, "a symbolic link is not ingested: data/link");
}

static void a_pipe_is_refused(void **state)
{
	assert_int_equal(mkfifo(bag_box_path(*state, "bag/data/pipe"), 0600), 0);
	refused(*state, TOMB_INVAL, "a device, pipe or socket is not ingested: data/pipe");
}

/* ---- bag-info.txt ---- */

static void a_payload_oxum_that_is_wrong_is_refused(void **state)
{
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	refused_with(*state, "bag-info.txt", "Payload-Oxum: 12.2\n", TOMB_CORRUPT,
		"Payload-Oxum in bag-info.txt is 12.2, but the payload is 11.2");
	refused_with(*state, "bag-info.txt", "payload-oxum: 11.3\n", TOMB_CORRUPT, "but the payload is 11.2");
}

static void a_payload_oxum_that_is_malformed_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "11", "11.", ".2", "11.2.0", "11,2", "-11.2", "11 .2", "99999999999999999999.2"};

	bag_box_remove(*state, "tagmanifest-sha256.txt");
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		bag_box_write(*state, "bag-info.txt", TOMB_STR("Payload-Oxum: "));
		bag_box_append(*state, "bag-info.txt", wrong[i]);
		bag_box_refused(bag_box_path(*state, "bag"), TOMB_INVAL, "Payload-Oxum must be BYTES.FILES");
	}
}

static void a_payload_oxum_that_is_repeated_is_refused(void **state)
{
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	refused_with(*state, "bag-info.txt", "Payload-Oxum: 11.2\nPayload-Oxum: 11.2\n", TOMB_INVAL,
		"Payload-Oxum must not be repeated");
}

static void labels_that_are_malformed_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} wrong[] = {
		{"Contact-Name\n", "bag-info.txt, line 1: a label and a colon are missing: Contact-Name"},
		{"A: 1\n: 2\n", "bag-info.txt, line 2: a label is empty"},
		{"A: 1\n\nB : 2\n", "bag-info.txt, line 3: a label must not begin or end with white space: B "},
		{"  A: 1\n", "bag-info.txt, line 1: a value is continued that was never begun"},
		{"A: \xff\n", "bag-info.txt, line 1: the text is not UTF-8"},
		{"\xef\xbb\xbf"
		 "A: 1\n",
			"bag-info.txt, line 1: the file begins with a byte-order mark"},
	};

	bag_box_remove(*state, "tagmanifest-sha256.txt");
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++)
		refused_with(*state, "bag-info.txt", wrong[i].text, TOMB_INVAL, wrong[i].says);
	refused_with(*state, "aptrust-info.txt", "Title\n", TOMB_INVAL, "line 1");
}

static void a_nul_in_a_value_is_refused(void **state)
{
	bag_box_write(*state, "bag-info.txt", TOMB_STR("A: 1\0002\n"));
	refused(*state, TOMB_INVAL, "bag-info.txt, line 1: the text is not UTF-8");
}

static void a_bag_info_that_is_too_big_is_refused(void **state)
{
	static char text[TOMB_BAG_INFO_MAX + 1];

	memset(text, '\n', sizeof text);
	bag_box_write(*state, "bag-info.txt", (struct tomb_str){text, sizeof text});
	refused(*state, TOMB_TOOBIG, "bag-info.txt: more than 1048576 bytes");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_path_that_is_not_there_is_not_found),
		TEST(a_device_is_no_bag),
		TEST(a_bag_without_bagit_txt_is_refused),
		TEST(another_version_is_refused),
		TEST(another_encoding_is_refused),
		TEST(a_byte_order_mark_is_refused),
		TEST(a_declaration_that_is_not_two_lines_is_refused),
		TEST(a_declaration_too_long_is_refused),
		TEST(a_bag_without_data_is_refused),
		TEST(a_bag_without_a_payload_manifest_is_refused),
		TEST(a_payload_file_that_no_manifest_lists_is_refused),
		TEST(a_payload_file_that_one_manifest_leaves_out_is_refused),
		TEST(a_listed_file_that_is_not_there_is_refused),
		TEST(a_listed_tag_file_that_is_not_there_is_refused),
		TEST(a_tag_manifest_that_leaves_out_a_manifest_is_refused),
		TEST(content_that_is_elsewhere_is_refused),
		TEST(payload_with_another_digest_is_refused),
		TEST(a_tag_file_with_another_digest_is_refused),
		TEST(a_manifest_with_another_digest_is_refused),
		TEST(bagit_txt_with_another_digest_is_refused),
		TEST(manifests_that_disagree_are_refused),
		TEST(digests_of_an_unknown_algorithm_are_refused),
		TEST(an_empty_digest_is_refused),
		TEST(a_digest_of_another_length_is_refused),
		TEST(a_digest_that_is_not_hexadecimal_is_refused),
		TEST(a_line_that_md5sum_escaped_is_refused),
		TEST(a_digest_without_a_path_is_refused),
		TEST(a_file_listed_twice_is_refused),
		TEST(payload_outside_data_is_refused),
		TEST(payload_in_a_tag_manifest_is_refused),
		TEST(a_tag_manifest_in_a_tag_manifest_is_refused),
		TEST(paths_that_lead_out_of_the_bag_are_refused),
		TEST(paths_with_dots_are_refused),
		TEST(a_listed_path_that_is_not_utf_8_is_refused),
		TEST(a_listed_path_that_is_too_long_is_refused),
		TEST(a_line_that_is_too_long_is_refused),
		TEST(a_file_name_that_is_not_utf_8_is_refused),
		TEST(a_file_name_that_is_too_long_is_refused),
		TEST(names_that_differ_by_normalisation_only_are_refused),
		TEST(a_file_larger_than_the_limit_is_refused),
		TEST(a_symbolic_link_is_refused),
		TEST(a_symbolic_link_to_a_folder_is_refused),
		TEST(a_pipe_is_refused),
		TEST(a_payload_oxum_that_is_wrong_is_refused),
		TEST(a_payload_oxum_that_is_malformed_is_refused),
		TEST(a_payload_oxum_that_is_repeated_is_refused),
		TEST(labels_that_are_malformed_are_refused),
		TEST(a_nul_in_a_value_is_refused),
		TEST(a_bag_info_that_is_too_big_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Bags that are taken: what they say, and every byte of them. */
#include "bag_box.h"
#include "tombstone/hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

/* KiB by which memory may grow for 10,000 files and one of 64 MiB.  A sanitizer keeps what is freed. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
enum { GROWTH_MAX = 1024 * 1024 };
#else
enum { GROWTH_MAX = 16 * 1024 };
#endif

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

/* What a visit saw. */
struct seen {
	size_t files;
	size_t by_kind[TOMB_BAG_KIND_MAX];
	uint64_t bytes;
	size_t block; /* bytes to ask for at a time */
	const char *want;
	char content[64];
	struct tomb_digest_values digests; /* of want */
	char path[2048];
	int64_t modified_us;
};

static enum tomb_code look(
	void *arg, const struct tomb_bag_entry *e, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	static char buf[64 * 1024];
	struct seen *s = arg;
	bool wanted = s->want && tomb_str_eq(e->path, tomb_str_from(s->want));
	int64_t size = 0;
	size_t n = 0;

	s->files++;
	s->by_kind[e->kind]++;
	do {
		TOMB_TRY(tomb_bag_read(reader, buf, s->block ? s->block : sizeof buf, &n, err));
		if (wanted && (size_t)size + n < sizeof s->content)
			memcpy(s->content + size, buf, n);
		size += (int64_t)n;
	} while (n > 0);
	assert_int_equal(size, e->size_bytes);
	s->bytes += (uint64_t)size;
	if (wanted) {
		(void)snprintf(s->path, sizeof s->path, "%.*s", TOMB_STR_ARG(e->path));
		s->modified_us = e->modified_us;
		s->digests.algs = e->algs;
		for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
			if (e->digest[alg])
				memcpy(s->digests.value[alg], e->digest[alg],
					tomb_digest_size((enum tomb_digest_alg)alg));
		}
	}
	return TOMB_OK;
}

static void visit(struct tomb_bag *bag, struct seen *s)
{
	struct tomb_err err = {.text = ""};

	if (tomb_bag_each(bag, look, s, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	assert_int_equal(s->files, tomb_bag_info(bag)->files);
	assert_int_equal(s->bytes, tomb_bag_info(bag)->bytes);
}

static void assert_str(struct tomb_str got, const char *want)
{
	assert_non_null(got.p);
	assert_string_equal(got.p, want);
	assert_int_equal(got.n, strlen(want));
}

static void assert_standard(const char *path)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(path);
	const struct tomb_bag_info *info = tomb_bag_info(bag);
	struct seen s = {.want = "data/sub/b.txt"};
	char hex[TOMB_DIGEST_HEX_MAX];
	size_t kept = 9;
	size_t n = 9;

	assert_str(info->name, "bag");
	assert_true(info->is_1_0);
	assert_int_equal(info->payload_algs, TOMB_DIGEST_BIT(TOMB_SHA256));
	assert_int_equal(info->files, 7);
	assert_int_equal(info->payload_files, 2);
	assert_int_equal(info->payload_bytes, 11);
	(void)tomb_bag_warnings(bag, &kept, &n);
	assert_int_equal(n, 0);
	visit(bag, &s);
	assert_int_equal(s.by_kind[TOMB_BAG_PAYLOAD], 2);
	assert_int_equal(s.by_kind[TOMB_BAG_TAG], 2);
	assert_int_equal(s.by_kind[TOMB_BAG_MANIFEST], 2);
	assert_int_equal(s.by_kind[TOMB_BAG_BAGIT], 1);
	assert_string_equal(s.content, "beta\n");
	assert_int_equal(s.digests.algs, TOMB_DIGEST_BIT(TOMB_MD5) | TOMB_DIGEST_BIT(TOMB_SHA256));
	assert_string_equal(tomb_hex_encode(s.digests.value[TOMB_MD5], 16, hex), "f0cf2a92516045024a0c99147b28f05b");
	assert_string_equal(tomb_hex_encode(s.digests.value[TOMB_SHA256], 32, hex),
		"f2c82decdd7181cf98945929a62598db7e6b477e11f6e0eb0ae97020eff151ad");
}

static void a_folder_is_read(void **state)
{
	assert_standard(bag_box_path(*state, "bag"));
}

static void a_tar_of_every_format_is_read(void **state)
{
	static const char *const formats[] = {"ustar", "pax", "gnu", "oldgnu", "v7"};

	for (size_t i = 0; i < TOMB_COUNTOF(formats); i++)
		assert_standard(bag_box_tar(*state, formats[i], NULL));
}

static void a_tar_with_dot_slash_in_front_is_read(void **state)
{
	bag_box_run(*state, (const char *const[]){"tar", "-cf", "dot.tar", "./bag", NULL});
	assert_standard(bag_box_path(*state, "dot.tar"));
}

static void a_tar_may_have_its_manifests_anywhere(void **state)
{
	bag_box_run(*state, (const char *const[]){"tar", "-cf", "last.tar", "bag/data", "bag/manifest-sha256.txt",
				    "bag/tagmanifest-sha256.txt", "bag/aptrust-info.txt", "bag/bag-info.txt",
				    "bag/bagit.txt", NULL});
	assert_standard(bag_box_path(*state, "last.tar"));
	bag_box_run(*state, (const char *const[]){"tar", "-cf", "first.tar", "bag/tagmanifest-sha256.txt",
				    "bag/manifest-sha256.txt", "bag/bagit.txt", "bag/aptrust-info.txt",
				    "bag/bag-info.txt", "bag/data", NULL});
	assert_standard(bag_box_path(*state, "first.tar"));
}

static void labels_are_found_whatever_their_case(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));
	const struct tomb_str info = TOMB_STR("bag-info.txt");
	const struct tomb_bag_label *label = NULL;
	size_t n = 0;

	assert_str(tomb_bag_tag(bag, info, TOMB_STR("source-organization")), "Example University");
	assert_str(tomb_bag_tag(bag, TOMB_STR("aptrust-info.txt"), TOMB_STR("Title")), "Letters");
	assert_str(tomb_bag_tag(bag, info, TOMB_STR("External-Description")), "Letters to and from the observatory");
	assert_null(tomb_bag_tag(bag, info, TOMB_STR("Title")).p);
	assert_null(tomb_bag_tag(bag, TOMB_STR("other.txt"), TOMB_STR("Title")).p);
	label = tomb_bag_labels(bag, info, &n);
	assert_int_equal(n, 6);
	assert_str(label[3].value, "A. Author");
	assert_str(label[4].value, "B. Author");
}

static void every_algorithm_of_every_manifest_is_computed(void **state)
{
	static const char *const paths[] = {"data/a.txt", "data/sub/b.txt", NULL};
	struct seen s = {.want = "data/a.txt"};
	char hex[TOMB_DIGEST_HEX_MAX];

	bag_box_manifest(*state, "manifest-md5.txt", TOMB_MD5, paths);
	bag_box_manifest(*state, "manifest-sha1.txt", TOMB_SHA1, paths);
	bag_box_manifest(*state, "manifest-sha512.txt", TOMB_SHA512, paths);
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	{
		TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));

		visit(bag, &s);
		assert_int_equal(tomb_bag_info(bag)->payload_algs, TOMB_DIGEST_ALL);
		assert_int_equal(tomb_bag_info(bag)->tag_algs, 0);
	}
	assert_int_equal(s.digests.algs, TOMB_DIGEST_ALL);
	assert_string_equal(
		tomb_hex_encode(s.digests.value[TOMB_SHA1], 20, hex), "d046cd9b7ffb7661e449683313d41f6fc33e3130");
}

static void upper_case_digests_tabs_and_crlf_are_taken(void **state)
{
	bag_box_write(*state, "manifest-md5.txt",
		TOMB_STR("9F9F90DBE3E5EE1218C86B8839DB1995\tdata/a.txt\r\n"
			 "f0cf2a92516045024a0c99147b28f05b \t  data/sub/b.txt\r\n\r\n"));
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	tomb_bag_close(bag_box_verified(bag_box_path(*state, "bag")));
}

static void the_star_of_md5sum_is_ignored_with_a_warning(void **state)
{
	TOMB_BAG_AUTO *bag = NULL;
	const struct tomb_str *warning = NULL;
	size_t kept = 0;
	size_t n = 0;

	bag_box_write(*state, "manifest-md5.txt",
		TOMB_STR("9f9f90dbe3e5ee1218c86b8839db1995 *data/a.txt\nf0cf2a92516045024a0c99147b28f05b "
			 "*data/sub/b.txt\n"));
	bag_box_remove(*state, "tagmanifest-sha256.txt");
	bag = bag_box_verified(bag_box_path(*state, "bag"));
	warning = tomb_bag_warnings(bag, &kept, &n);
	assert_true(kept >= 1);
	assert_non_null(strstr(warning[0].p, "manifest-md5.txt: paths begin with md5sum's \"*\""));
}

static void names_with_line_ends_and_percent_signs_are_decoded(void **state)
{
	struct seen s = {.want = "data/100%\r\n.txt"};

	bag_box_write(*state, "data/100%\r\n.txt", TOMB_STR("x"));
	bag_box_append(*state, "manifest-sha256.txt",
		"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  data/100%25%0D%0a.txt\n");
	bag_box_write(*state, "bag-info.txt", TOMB_STR(""));
	bag_box_seal(*state);
	{
		TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));

		visit(bag, &s);
	}
	assert_string_equal(s.content, "x");
}

static void a_percent_sign_that_is_not_encoded_is_taken_with_a_warning(void **state)
{
	TOMB_BAG_AUTO *bag = NULL;
	size_t kept = 0;
	size_t n = 0;

	bag_box_write(*state, "data/50%off.txt", TOMB_STR("x"));
	bag_box_append(*state, "manifest-sha256.txt",
		"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  data/50%off.txt\n");
	bag_box_write(*state, "bag-info.txt", TOMB_STR(""));
	bag_box_seal(*state);
	bag = bag_box_verified(bag_box_path(*state, "bag"));
	assert_non_null(strstr(tomb_bag_warnings(bag, &kept, &n)[0].p, "is not written as %25"));
	assert_int_equal(n, 1);
}

static void version_0_97_leaves_percent_25_as_it_is(void **state)
{
	struct seen s = {.want = "data/100%25.txt"};

	bag_box_write(*state, "data/100%25.txt", TOMB_STR("x"));
	bag_box_append(*state, "manifest-sha256.txt",
		"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  data/100%25.txt\n");
	bag_box_write(*state, "bag-info.txt", TOMB_STR("Contact-Name  :   A. Author  \n"));
	bag_box_version(*state, "0.97");
	{
		TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));

		visit(bag, &s);
		assert_false(tomb_bag_info(bag)->is_1_0);
		assert_str(tomb_bag_tag(bag, TOMB_STR("bag-info.txt"), TOMB_STR("Contact-Name")), "A. Author");
	}
	assert_string_equal(s.content, "x");
}

static void version_0_97_may_spread_payload_over_manifests(void **state)
{
	bag_box_manifest(*state, "manifest-sha256.txt", TOMB_SHA256, (const char *const[]){"data/a.txt", NULL});
	bag_box_manifest(*state, "manifest-md5.txt", TOMB_MD5, (const char *const[]){"data/sub/b.txt", NULL});
	bag_box_version(*state, "0.97");
	tomb_bag_close(bag_box_verified(bag_box_path(*state, "bag")));
}

/* A name that a Mac decomposed after the manifest was written. */
static void names_are_found_in_another_normalisation(void **state)
{
	struct seen s = {.want = "data/N\xc3\xba\xc3\xb1"
				 "ez.txt"};

	bag_box_write(*state,
		"data/Nu\xcc\x81n\xcc\x83"
		"ez.txt",
		TOMB_STR("x"));
	bag_box_append(*state, "manifest-sha256.txt",
		"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  data/N\xc3\xba\xc3\xb1"
		"ez.txt\n");
	bag_box_write(*state, "bag-info.txt", TOMB_STR(""));
	bag_box_seal(*state);
	for (int i = 0; i < 2; i++) {
		TOMB_BAG_AUTO *bag = bag_box_verified(
			i ? bag_box_tar(*state, "pax", NULL) : bag_box_path(*state, "bag"));

		visit(bag, &s);
		assert_string_equal(s.path, s.want);
		s = (struct seen){.want = s.want};
	}
}

static void long_names_come_through_every_format_that_has_them(void **state)
{
	char path[1100] = "data";

	for (size_t n = strlen(path); n < TOMB_BAG_PATH_MAX; n = strlen(path))
		(void)snprintf(path + n, TOMB_BAG_PATH_MAX + 1 - n, "/%s",
			"\xc3\xbc\xe2\x82\xac-0123456789012345678901234567890123456789");
	bag_box_write(*state, path, TOMB_STR("x"));
	bag_box_append(
		*state, "manifest-sha256.txt", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881 ");
	bag_box_append(*state, "manifest-sha256.txt", path);
	bag_box_write(*state, "bag-info.txt", TOMB_STR(""));
	bag_box_seal(*state);
	for (int i = 0; i < 2; i++) {
		TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_tar(*state, i ? "pax" : "gnu", NULL));
		struct seen s = {.want = path};

		visit(bag, &s);
		assert_string_equal(s.path, path);
	}
}

static void the_time_of_a_file_is_handed_out(void **state)
{
	bag_box_run(*state, (const char *const[]){"touch", "-d", "2001-09-09T01:46:40.5Z", "bag/data/a.txt", NULL});
	for (int i = 0; i < 2; i++) {
		TOMB_BAG_AUTO *bag = bag_box_verified(
			i ? bag_box_tar(*state, "pax", NULL) : bag_box_path(*state, "bag"));
		struct seen s = {.want = "data/a.txt"};

		visit(bag, &s);
		assert_int_equal(s.modified_us, INT64_C(1000000000500000));
	}
}

static void an_empty_payload_is_a_bag(void **state)
{
	bag_box_remove(*state, "data/a.txt");
	bag_box_remove(*state, "data/sub/b.txt");
	bag_box_write(*state, "manifest-sha256.txt", TOMB_STR(""));
	bag_box_write(*state, "bag-info.txt", TOMB_STR("Payload-Oxum: 0.0\n"));
	bag_box_seal(*state);
	tomb_bag_close(bag_box_verified(bag_box_path(*state, "bag")));
	tomb_bag_close(bag_box_verified(bag_box_tar(*state, "gnu", NULL)));
}

static void a_tag_file_in_no_manifest_is_taken_with_a_warning(void **state)
{
	TOMB_BAG_AUTO *bag = NULL;
	struct seen s = {.want = "notes/extra.txt"};
	size_t kept = 0;
	size_t n = 0;

	bag_box_write(*state, "notes/extra.txt", TOMB_STR("extra"));
	bag = bag_box_verified(bag_box_path(*state, "bag"));
	visit(bag, &s);
	assert_string_equal(s.content, "extra");
	(void)tomb_bag_warnings(bag, &kept, &n);
	assert_int_equal(n, 1);
}

static void warnings_past_the_limit_are_counted_only(void **state)
{
	TOMB_BAG_AUTO *bag = NULL;
	size_t kept = 0;
	size_t n = 0;
	char name[32];

	for (int i = 0; i < TOMB_BAG_WARNINGS_MAX + 20; i++) {
		(void)snprintf(name, sizeof name, "extra/%d", i);
		bag_box_write(*state, name, TOMB_STR(""));
	}
	bag = bag_box_verified(bag_box_path(*state, "bag"));
	(void)tomb_bag_warnings(bag, &kept, &n);
	assert_int_equal(kept, TOMB_BAG_WARNINGS_MAX);
	assert_int_equal(n, TOMB_BAG_WARNINGS_MAX + 20);
}

static void a_bag_may_be_visited_again_and_byte_by_byte(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_tar(*state, "pax", NULL));

	for (int i = 0; i < 3; i++) {
		struct seen s = {.want = "data/a.txt", .block = 1};

		visit(bag, &s);
		assert_string_equal(s.content, "alpha\n");
	}
}

static enum tomb_code peek(
	void *arg, const struct tomb_bag_entry *e, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	size_t *files = arg;
	char c = 0;
	size_t n = 0;

	++*files;
	return *files % 2 && e->size_bytes > 1 ? tomb_bag_read(reader, &c, 1, &n, err) : TOMB_OK;
}

static void a_visitor_may_stop_reading_early(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));
	struct tomb_err err;
	size_t files = 0;
	struct seen s = {.want = NULL};

	assert_int_equal(tomb_bag_each(bag, peek, &files, &err), TOMB_OK);
	assert_int_equal(files, 7);
	visit(bag, &s);
}

static enum tomb_code give_up(
	void *arg, const struct tomb_bag_entry *e, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	(void)arg;
	(void)e;
	(void)reader;
	return TOMB_FAIL(err, TOMB_BUSY, "enough");
}

static enum tomb_code give_up_verifying(void *arg, const struct tomb_bag_progress *now, struct tomb_err *err)
{
	(void)arg;
	(void)now;
	return TOMB_FAIL(err, TOMB_BUSY, "enough");
}

static void an_error_of_a_callback_is_handed_up(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));
	struct tomb_err err = {.text = ""};

	assert_int_equal(tomb_bag_each(bag, give_up, NULL, &err), TOMB_BUSY);
	assert_string_equal(err.text, "enough");
	assert_int_equal(tomb_bag_verify(bag, give_up_verifying, NULL, &err), TOMB_BUSY);
	assert_int_equal(tomb_bag_verify(bag, NULL, NULL, &err), TOMB_OK);
}

static enum tomb_code note_progress(void *arg, const struct tomb_bag_progress *now, struct tomb_err *err)
{
	struct tomb_bag_progress *last = arg;

	(void)err;
	assert_true(now->files_done >= last->files_done && now->bytes_done >= last->bytes_done);
	*last = *now;
	return TOMB_OK;
}

/* 10,000 files of 1 to 10,000 bytes, and one of 64 MiB. */
static void write_large_bag(struct bag_box *box)
{
	static char bytes[64 * 1024];
	const char **paths = calloc(10002, sizeof *paths);

	assert_non_null(paths);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	for (size_t i = 0; i < 10000; i++) {
		char path[64];

		(void)snprintf(path, sizeof path, "data/%02zu/%zu.bin", i % 50, i);
		paths[i] = tomb_arena_str(&box->arena, tomb_str_from(path)).p;
		bag_box_write(box, path, (struct tomb_str){bytes, i});
	}
	paths[10000] = "data/large.bin";
	bag_box_write(box, paths[10000], TOMB_STR(""));
	{
		FILE *f = fopen(bag_box_path(box, "bag/data/large.bin"), "we");

		assert_non_null(f);
		for (int i = 0; i < 1024; i++)
			assert_int_equal(fwrite(bytes, 1, sizeof bytes, f), sizeof bytes);
		assert_int_equal(fclose(f), 0);
	}
	bag_box_remove(box, "data/a.txt");
	bag_box_remove(box, "data/sub/b.txt");
	bag_box_manifest(box, "manifest-sha256.txt", TOMB_SHA256, paths);
	bag_box_write(box, "bag-info.txt", TOMB_STR("Payload-Oxum: 117103864.10001\n"));
	bag_box_seal(box);
	free(paths);
}

static long peak_kib(void)
{
	struct rusage use;

	assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
	return use.ru_maxrss;
}

static void large_bags_are_streamed_in_little_memory(void **state)
{
	long before = 0;

	write_large_bag(*state);
	(void)bag_box_tar(*state, "pax", NULL);
	before = peak_kib();
	for (int i = 0; i < 2; i++) {
		TOMB_BAG_AUTO *bag = NULL;
		struct tomb_err err = {.text = ""};
		struct tomb_bag_progress last = {.files = 0};
		struct seen s = {.want = NULL};

		assert_int_equal(tomb_bag_open(bag_box_path(*state, i ? "bag.tar" : "bag"), &bag, &err), TOMB_OK);
		assert_int_equal(tomb_bag_verify(bag, note_progress, &last, &err), TOMB_OK);
		assert_int_equal(last.files_done, 10006);
		assert_int_equal(last.files, 10006);
		assert_int_equal(last.bytes_done, last.bytes);
		visit(bag, &s);
	}
	assert_true(peak_kib() - before < GROWTH_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_folder_is_read),
		TEST(a_tar_of_every_format_is_read),
		TEST(a_tar_with_dot_slash_in_front_is_read),
		TEST(a_tar_may_have_its_manifests_anywhere),
		TEST(labels_are_found_whatever_their_case),
		TEST(every_algorithm_of_every_manifest_is_computed),
		TEST(upper_case_digests_tabs_and_crlf_are_taken),
		TEST(the_star_of_md5sum_is_ignored_with_a_warning),
		TEST(names_with_line_ends_and_percent_signs_are_decoded),
		TEST(a_percent_sign_that_is_not_encoded_is_taken_with_a_warning),
		TEST(version_0_97_leaves_percent_25_as_it_is),
		TEST(version_0_97_may_spread_payload_over_manifests),
		TEST(names_are_found_in_another_normalisation),
		TEST(long_names_come_through_every_format_that_has_them),
		TEST(the_time_of_a_file_is_handed_out),
		TEST(an_empty_payload_is_a_bag),
		TEST(a_tag_file_in_no_manifest_is_taken_with_a_warning),
		TEST(warnings_past_the_limit_are_counted_only),
		TEST(a_bag_may_be_visited_again_and_byte_by_byte),
		TEST(a_visitor_may_stop_reading_early),
		TEST(an_error_of_a_callback_is_handed_up),
		TEST(large_bags_are_streamed_in_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

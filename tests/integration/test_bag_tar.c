/* Tar files that hold something else than one good bag. */
#include "bag_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

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

#define RUN(...) bag_box_run(*state, (const char *const[]){__VA_ARGS__, NULL})

static void refused(struct bag_box *box, enum tomb_code code, const char *text)
{
	bag_box_refused(bag_box_path(box, "bag.tar"), code, text);
}

static void a_second_folder_is_refused(void **state)
{
	RUN("cp", "-r", "bag", "other");
	RUN("tar", "-cf", "bag.tar", "bag", "other");
	refused(*state, TOMB_INVAL, "a tar must hold one folder; this one has bag/ and other/");
}

static void a_file_beside_the_folder_is_refused(void **state)
{
	RUN("cp", "bag/data/a.txt", "stray.txt");
	RUN("tar", "-cf", "bag.tar", "bag", "stray.txt");
	refused(*state, TOMB_INVAL, "a tar must hold one folder, which is the bag, and nothing beside it: stray.txt");
}

static void a_bag_without_its_folder_is_refused(void **state)
{
	RUN("tar", "-cf", "bag.tar", "-C", "bag", ".");
	refused(*state, TOMB_INVAL, "a tar must hold one folder");
}

static void an_absolute_path_is_refused(void **state)
{
	RUN("tar", "-cPf", "bag.tar", "--transform", "s,^bag/data/a.txt,/etc/x,", "bag");
	refused(*state, TOMB_INVAL, "a path leads out of the bag: /etc/x");
	RUN("tar", "-cPf", "bag.tar", "--transform", "s,^bag/data/a.txt,bag//etc/x,", "bag");
	refused(*state, TOMB_INVAL, "a path leads out of the bag: /etc/x");
}

static void a_path_with_dots_is_refused(void **state)
{
	RUN("tar", "-cPf", "bag.tar", "--transform", "s,^bag/data/a.txt,../x,", "bag");
	refused(*state, TOMB_INVAL, "a path leads out of the bag: ../x");
	RUN("tar", "-cPf", "bag.tar", "--transform", "s,^bag/data/a.txt,bag/data/../../x,", "bag");
	refused(*state, TOMB_INVAL, "\".\" or \"..\": data/../../x");
	RUN("tar", "-cPf", "bag.tar", "--transform", "s,^bag/data/a.txt,bag/data//x,", "bag");
	refused(*state, TOMB_INVAL, "a path has an empty component");
}

static void a_member_that_comes_twice_is_refused(void **state)
{
	(void)bag_box_tar(*state, "gnu", NULL);
	RUN("tar", "-rf", "bag.tar", "bag/data/a.txt");
	refused(*state, TOMB_INVAL, "two files have the same name");
}

static void a_hard_link_is_refused(void **state)
{
	RUN("ln", "bag/data/a.txt", "bag/data/again.txt");
	(void)bag_box_tar(*state, "gnu", NULL);
	refused(*state, TOMB_INVAL, "a hard link is not ingested: data/a");
}

static void a_symbolic_link_as_the_folder_is_refused(void **state)
{
	RUN("mv", "bag", "real");
	RUN("ln", "-s", "real", "bag");
	(void)bag_box_tar(*state, "gnu", NULL);
	refused(*state, TOMB_INVAL, "a tar must hold one folder");
}

static void a_sparse_file_is_refused(void **state)
{
	bag_box_write(*state, "data/sparse", TOMB_STR(""));
	assert_int_equal(truncate(bag_box_path(*state, "bag/data/sparse"), 10L * 1024 * 1024), 0);
	(void)bag_box_tar(*state, "gnu", "--sparse");
	refused(*state, TOMB_INVAL, "a sparse file is not ingested: data/sparse");
	(void)bag_box_tar(*state, "pax", "--sparse");
	refused(*state, TOMB_INVAL, "a sparse file is not ingested: data/sparse");
}

static void a_compressed_tar_is_refused(void **state)
{
	(void)bag_box_tar(*state, "gnu", "--gzip");
	refused(*state, TOMB_CORRUPT, "no plain tar (compressed ones are not read)");
}

static void an_empty_file_is_refused(void **state)
{
	RUN("touch", "bag.tar");
	refused(*state, TOMB_CORRUPT, "bag.tar is damaged, or no plain tar");
}

static void a_file_that_is_no_tar_is_refused(void **state)
{
	RUN("cp", "/bin/sh", "bag.tar");
	refused(*state, TOMB_CORRUPT, "bag.tar is damaged, or no plain tar");
}

static void a_tar_without_members_is_refused(void **state)
{
	RUN("tar", "-cf", "bag.tar", "-T", "/dev/null");
	refused(*state, TOMB_INVAL, "bagit.txt is missing");
}

/* Cut at every block: never taken, since the last member is payload. */
static void a_tar_that_is_cut_off_is_refused(void **state)
{
	const char *tar = NULL;
	struct stat st;
	off_t last = 0;

	RUN("tar", "-cf", "bag.tar", "-b1", "bag/bagit.txt", "bag/bag-info.txt", "bag/aptrust-info.txt",
		"bag/manifest-sha256.txt", "bag/tagmanifest-sha256.txt", "bag/data/a.txt", "bag/data/sub/b.txt");
	tar = bag_box_path(*state, "bag.tar");
	assert_int_equal(stat(tar, &st), 0);
	last = st.st_size - 2L * 512 - 512 + 4; /* the end mark, the last block, and "beta" of it */
	for (off_t at = last; at > 0; at = at > 300 ? at - 300 : 0) {
		TOMB_BAG_AUTO *bag = NULL;
		struct tomb_err err = {.text = ""};

		assert_int_equal(truncate(tar, at), 0);
		if (tomb_bag_open(tar, &bag, &err) == TOMB_OK)
			assert_int_not_equal(tomb_bag_verify(bag, NULL, NULL, &err), TOMB_OK);
		assert_int_not_equal(err.text[0], '\0');
	}
}

static void a_damaged_header_is_refused(void **state)
{
	const char *tar = bag_box_tar(*state, "ustar", NULL);
	struct stat st;
	size_t tried = 0;

	assert_int_equal(stat(tar, &st), 0);
	for (long at = 0; at + 512 <= st.st_size; at += 512) {
		FILE *f = fopen(tar, "r+e");
		char magic[6] = "";

		assert_non_null(f);
		assert_int_equal(fseek(f, at + 257, SEEK_SET), 0);
		assert_int_equal(fread(magic, 1, 5, f), 5);
		if (memcmp(magic, "ustar", 5) == 0) {
			tried++;
			assert_int_equal(fseek(f, at + 1, SEEK_SET), 0);
			assert_int_equal(fputc('#', f), '#'); /* in the name, so that the checksum is wrong */
			assert_int_equal(fclose(f), 0);
			refused(*state, TOMB_CORRUPT, "bag.tar is damaged");
			(void)bag_box_tar(*state, "ustar", NULL);
		} else {
			assert_int_equal(fclose(f), 0);
		}
	}
	assert_true(tried >= 7);
}

static void a_size_that_the_tar_cannot_hold_is_refused(void **state)
{
	RUN("tar", "-cf", "bag.tar", "--format=pax", "--pax-option=size:=1099511627776", "bag");
	refused(*state, TOMB_CORRUPT, "bag.tar is cut off: it is too short for this member");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_second_folder_is_refused),
		TEST(a_file_beside_the_folder_is_refused),
		TEST(a_bag_without_its_folder_is_refused),
		TEST(an_absolute_path_is_refused),
		TEST(a_path_with_dots_is_refused),
		TEST(a_member_that_comes_twice_is_refused),
		TEST(a_hard_link_is_refused),
		TEST(a_symbolic_link_as_the_folder_is_refused),
		TEST(a_sparse_file_is_refused),
		TEST(a_compressed_tar_is_refused),
		TEST(an_empty_file_is_refused),
		TEST(a_file_that_is_no_tar_is_refused),
		TEST(a_tar_without_members_is_refused),
		TEST(a_tar_that_is_cut_off_is_refused),
		TEST(a_damaged_header_is_refused),
		TEST(a_size_that_the_tar_cannot_hold_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

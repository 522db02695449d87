/* Bags that change under the reader: between listing, verifying and handing out, nothing slips in. */
#include "bag_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

/* Reads everything as a store would: exactly size_bytes, not asking for the end. */
static enum tomb_code store(
	void *arg, const struct tomb_bag_entry *e, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	int *stored = arg; /* entries of which every byte was handed out */
	char c = 0;
	size_t n = 0;

	for (int64_t done = 0; done < e->size_bytes; done++) {
		TOMB_TRY(tomb_bag_read(reader, &c, 1, &n, err));
		assert_int_equal(n, 1);
	}
	*stored += tomb_str_eq(e->path, TOMB_STR("data/a.txt"));
	return TOMB_OK;
}

/* The spoiled file must not be handed out whole. */
static void assert_each_fails(struct tomb_bag *bag, enum tomb_code code, const char *text)
{
	struct tomb_err err = {.text = ""};
	int stored = 0;

	assert_int_equal(tomb_bag_each(bag, store, &stored, &err), code);
	assert_int_equal(stored, 0);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static void an_unchanged_bag_is_handed_out(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));
	struct tomb_err err;
	int stored = 0;

	assert_int_equal(tomb_bag_each(bag, store, &stored, &err), TOMB_OK);
	assert_int_equal(stored, 1);
}

static void other_bytes_after_verifying_are_never_handed_out_whole(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));

	bag_box_write(*state, "data/a.txt", TOMB_STR("alphA\n"));
	assert_each_fails(bag, TOMB_CORRUPT, "a file changed while the bag was read: data/a.txt");
}

static void other_bytes_in_a_tar_are_never_handed_out_whole(void **state)
{
	const char *tar = bag_box_tar(*state, "ustar", NULL);
	TOMB_BAG_AUTO *bag = bag_box_verified(tar);
	FILE *f = fopen(tar, "r+e");
	char block[512];
	bool found = false;

	assert_non_null(f);
	while (!found && fread(block, 1, sizeof block, f) == sizeof block)
		found = memcmp(block, "alpha\n", 6) == 0;
	assert_true(found);
	assert_int_equal(fseek(f, -512, SEEK_CUR), 0);
	assert_int_equal(fputc('A', f), 'A');
	assert_int_equal(fclose(f), 0);
	assert_each_fails(bag, TOMB_CORRUPT, "a file changed while the bag was read: data/a.txt");
}

static void a_file_that_grew_or_shrank_is_refused(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));

	bag_box_write(*state, "data/a.txt", TOMB_STR("alpha\nalpha\n"));
	assert_each_fails(bag, TOMB_CORRUPT, "a file changed while the bag was read: data/a.txt");
	bag_box_write(*state, "data/a.txt", TOMB_STR("a"));
	assert_each_fails(bag, TOMB_CORRUPT, "a file changed while the bag was read: data/a.txt");
	bag_box_write(*state, "data/a.txt", TOMB_STR("alpha\n"));
	tomb_bag_close(bag_box_verified(bag_box_path(*state, "bag")));
}

static void a_file_that_was_added_is_refused(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));

	bag_box_write(*state, "data/a.new", TOMB_STR("x"));
	assert_each_fails(bag, TOMB_CORRUPT, "a file was added while the bag was read: data/a.new");
}

static void a_file_that_went_away_is_refused(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));

	bag_box_remove(*state, "data/a.txt");
	assert_each_fails(bag, TOMB_CORRUPT, "1 files went away while the bag was read");
}

static void a_file_that_became_a_link_is_refused(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));

	bag_box_run(*state, (const char *const[]){"mv", "bag/data/a.txt", "elsewhere", NULL});
	assert_int_equal(symlink("../../elsewhere", bag_box_path(*state, "bag/data/a.txt")), 0);
	assert_each_fails(bag, TOMB_CORRUPT, "data/a.txt");
}

struct swap {
	struct bag_box *box;
	bool done;
};

/* Once the walk has met the file: the folder above it becomes a link to another one, with the same file in it. */
static enum tomb_code swap_folder(
	void *arg, const struct tomb_bag_entry *e, struct tomb_bag_reader *reader, struct tomb_err *err)
{
	struct swap *s = arg;
	char buf[16];
	size_t n = 0;

	if (!tomb_str_eq(e->path, TOMB_STR("data/sub/b.txt")))
		return TOMB_OK;
	bag_box_run(s->box, (const char *const[]){"mv", "bag/data/sub", "elsewhere", NULL});
	assert_int_equal(symlink("../../elsewhere", bag_box_path(s->box, "bag/data/sub")), 0);
	s->done = true;
	return tomb_bag_read(reader, buf, sizeof buf, &n, err);
}

static void a_folder_that_became_a_link_is_not_followed(void **state)
{
	TOMB_BAG_AUTO *bag = bag_box_verified(bag_box_path(*state, "bag"));
	struct tomb_err err = {.text = ""};
	struct swap s = {.box = *state};

	assert_int_equal(tomb_bag_each(bag, swap_folder, &s, &err), TOMB_IO);
	assert_true(s.done);
	assert_non_null(strstr(err.text, "data/sub/b.txt"));
}

static void a_manifest_that_changed_after_opening_is_refused(void **state)
{
	TOMB_BAG_AUTO *bag = NULL;
	struct tomb_err err = {.text = ""};
	char manifest[512] = "";
	FILE *f = NULL;

	bag_box_remove(*state, "tagmanifest-sha256.txt");
	assert_int_equal(tomb_bag_open(bag_box_path(*state, "bag"), &bag, &err), TOMB_OK);
	f = fopen(bag_box_path(*state, "bag/manifest-sha256.txt"), "re");
	assert_non_null(f);
	assert_true(fread(manifest, 1, sizeof manifest - 1, f) > 0);
	assert_int_equal(fclose(f), 0);
	manifest[0] = manifest[0] == '0' ? '1' : '0';
	bag_box_write(*state, "manifest-sha256.txt", tomb_str_from(manifest));
	assert_int_equal(tomb_bag_verify(bag, NULL, NULL, &err), TOMB_CORRUPT);
	assert_non_null(strstr(err.text, "a file changed while the bag was read: manifest-sha256.txt"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_unchanged_bag_is_handed_out),
		TEST(other_bytes_after_verifying_are_never_handed_out_whole),
		TEST(other_bytes_in_a_tar_are_never_handed_out_whole),
		TEST(a_file_that_grew_or_shrank_is_refused),
		TEST(a_file_that_was_added_is_refused),
		TEST(a_file_that_went_away_is_refused),
		TEST(a_file_that_became_a_link_is_refused),
		TEST(a_folder_that_became_a_link_is_not_followed),
		TEST(a_manifest_that_changed_after_opening_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

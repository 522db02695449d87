/* Bags that are made here. */
#include "bag_box.h"
#include "tombstone/bag_create.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define RUN(...) bag_box_run(*state, (const char *const[]){__VA_ARGS__, NULL})

static const int64_t now_us = INT64_C(1700000000000000); /* 2023-11-14 */

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

/* The content is the folder "bag" of the box: what is in it does not matter, its data/ least of all. */
static struct tomb_bag_plan plan_of(struct bag_box *box)
{
	return (struct tomb_bag_plan){
		.folder = bag_box_path(box, "bag/data"), .out = bag_box_path(box, "made"), .now_us = now_us};
}

static struct tomb_bag_made made(const struct tomb_bag_plan *plan)
{
	struct tomb_bag_made out = {.files = -1};
	struct tomb_err err = {.text = ""};

	if (tomb_bag_create(plan, &out, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	return out;
}

/* Names in the box's folder that begin with "made". */
static size_t leftovers(struct bag_box *box)
{
	DIR *dir = opendir(box->root);
	size_t n = 0;

	assert_non_null(dir);
	for (const struct dirent *e = readdir(dir); e; e = readdir(dir))
		n += strncmp(e->d_name, "made", 4) == 0;
	assert_int_equal(closedir(dir), 0);
	return n;
}

static void refused(struct bag_box *box, const struct tomb_bag_plan *plan, enum tomb_code code, const char *text)
{
	struct tomb_bag_made out = {.files = -1};
	struct tomb_err err = {.text = ""};
	size_t before = leftovers(box);

	assert_int_equal(tomb_bag_create(plan, &out, &err), code);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
	assert_int_equal(out.files, -1);
	assert_int_equal(leftovers(box), before);
}

static void a_bag_that_was_made_is_valid(void **state)
{
	struct tomb_bag_label info[] = {{TOMB_STR("Source-Organization"), TOMB_STR("Example University")}};
	struct tomb_bag_label aptrust[] = {
		{TOMB_STR("Title"), TOMB_STR("Letters: a selection")}, {TOMB_STR("Access"), TOMB_STR("Institution")}};
	struct tomb_bag_plan plan = plan_of(*state);
	struct tomb_bag_made out = {.files = 0};
	TOMB_BAG_AUTO *bag = NULL;
	size_t kept = 0;
	size_t n = 0;

	plan.info = info;
	plan.ninfo = 1;
	plan.aptrust = aptrust;
	plan.naptrust = 2;
	out = made(&plan);
	assert_int_equal(out.files, 2);
	assert_int_equal(out.bytes, 11);
	assert_int_equal(out.skipped, 0);
	bag = bag_box_verified(plan.out);
	assert_true(tomb_bag_info(bag)->is_1_0);
	assert_int_equal(tomb_bag_info(bag)->files, 7);
	assert_string_equal(tomb_bag_info(bag)->name.p, "made");
	assert_string_equal(
		tomb_bag_tag(bag, TOMB_STR("aptrust-info.txt"), TOMB_STR("title")).p, "Letters: a selection");
	assert_string_equal(tomb_bag_tag(bag, TOMB_STR("bag-info.txt"), TOMB_STR("Payload-Oxum")).p, "11.2");
	assert_string_equal(tomb_bag_tag(bag, TOMB_STR("bag-info.txt"), TOMB_STR("Bagging-Date")).p, "2023-11-14");
	(void)tomb_bag_warnings(bag, &kept, &n);
	assert_int_equal(n, 0);
	assert_int_equal(leftovers(*state), 1);
}

static void files_are_linked_on_one_file_system(void **state)
{
	struct tomb_bag_plan plan = plan_of(*state);
	struct stat from;
	struct stat to;

	assert_int_equal(made(&plan).linked, 2);
	assert_int_equal(stat(bag_box_path(*state, "bag/data/a.txt"), &from), 0);
	assert_int_equal(stat(bag_box_path(*state, "made/data/a.txt"), &to), 0);
	assert_int_equal(from.st_ino, to.st_ino);
}

/* /dev/shm is a file system of its own wherever tests run; if not, there is nothing to test. */
static void files_are_copied_with_their_time_to_another_file_system(void **state)
{
	char out[] = "/dev/shm/bag-create-XXXXXX";
	struct tomb_bag_plan plan = plan_of(*state);
	struct stat from;
	struct stat to;
	char path[64];

	if (!mkdtemp(out))
		skip();
	assert_int_equal(stat(bag_box_path(*state, "bag/data/a.txt"), &from), 0);
	assert_int_equal(stat(out, &to), 0);
	(void)snprintf(path, sizeof path, "%s/made", out);
	plan.out = path;
	if (from.st_dev != to.st_dev)
		assert_int_equal(made(&plan).linked, 0);
	else
		(void)made(&plan);
	tomb_bag_close(bag_box_verified(path));
	(void)snprintf(path, sizeof path, "%s/made/data/a.txt", out);
	assert_int_equal(stat(path, &to), 0);
	assert_int_equal(from.st_mtim.tv_sec, to.st_mtim.tv_sec);
	RUN("rm", "-r", out);
}

static void names_that_need_encoding_come_back(void **state)
{
	struct tomb_bag_plan plan = plan_of(*state);

	bag_box_write(*state, "data/100%25 \r\n \xc3\xbc.txt", TOMB_STR("x"));
	bag_box_write(*state, "data/*starred", TOMB_STR("x"));
	assert_int_equal(made(&plan).files, 4);
	tomb_bag_close(bag_box_verified(plan.out));
}

static void what_is_no_file_is_skipped_and_counted(void **state)
{
	struct tomb_bag_plan plan = plan_of(*state);

	assert_int_equal(symlink("/etc/passwd", bag_box_path(*state, "bag/data/link")), 0);
	assert_int_equal(mkfifo(bag_box_path(*state, "bag/data/pipe"), 0600), 0);
	assert_int_equal(made(&plan).skipped, 2);
	tomb_bag_close(bag_box_verified(plan.out));
}

static void an_empty_folder_makes_an_empty_bag(void **state)
{
	struct tomb_bag_plan plan = plan_of(*state);

	RUN("mkdir", "empty");
	plan.folder = bag_box_path(*state, "empty");
	assert_int_equal(made(&plan).files, 0);
	tomb_bag_close(bag_box_verified(plan.out));
}

static void a_place_that_is_taken_is_left_alone(void **state)
{
	struct tomb_bag_plan plan = plan_of(*state);

	RUN("mkdir", "made");
	refused(*state, &plan, TOMB_CONFLICT, "already exists: ");
	RUN("rmdir", "made");
	RUN("ln", "-s", "nowhere", "made");
	refused(*state, &plan, TOMB_CONFLICT, "already exists: ");
}

static void a_folder_that_is_not_there_is_not_found(void **state)
{
	struct tomb_bag_plan plan = plan_of(*state);

	plan.folder = bag_box_path(*state, "nowhere");
	refused(*state, &plan, TOMB_NOTFOUND, "no such folder");
	plan.folder = bag_box_path(*state, "bag/data/a.txt");
	refused(*state, &plan, TOMB_NOTFOUND, "no such folder");
}

static void a_bag_inside_its_own_content_is_refused(void **state)
{
	struct tomb_bag_plan plan = plan_of(*state);

	plan.out = bag_box_path(*state, "bag/data/sub/made");
	refused(*state, &plan, TOMB_INVAL, "the bag must not be made inside of its content");
}

static void names_that_no_bag_can_hold_are_refused(void **state)
{
	struct tomb_bag_plan plan = plan_of(*state);

	bag_box_write(*state, "data/\xff", TOMB_STR("x"));
	refused(*state, &plan, TOMB_INVAL, "a file name is not UTF-8: data/%FF");
	bag_box_remove(*state, "data/\xff");
	bag_box_write(*state, "data/\xc3\xba", TOMB_STR("x"));
	bag_box_write(*state, "data/u\xcc\x81", TOMB_STR("x"));
	refused(*state, &plan, TOMB_INVAL, "two files differ by Unicode normalisation only");
}

static void labels_that_would_not_come_back_are_refused(void **state)
{
	static const struct {
		struct tomb_bag_label label;
		const char *says;
	} wrong[] = {
		{{{"", 0}, {"x", 1}}, "a label must be text"},
		{{{"A:B", 3}, {"x", 1}}, "a label must be text without a colon"},
		{{{" A", 2}, {"x", 1}}, "a label must be text"},
		{{{"A ", 2}, {"x", 1}}, "a label must be text"},
		{{{"A\nB", 3}, {"x", 1}}, "a label must be text"},
		{{{"A", 1}, {"x\ny", 3}}, "a value must be one line of UTF-8: A"},
		{{{"A", 1}, {"\xff", 1}}, "a value must be one line of UTF-8: A"},
		{{{"payload-oxum", 12}, {"1.1", 3}}, "Payload-Oxum is counted, not given"},
	};
	struct tomb_bag_plan plan = plan_of(*state);

	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		plan.info = &wrong[i].label;
		plan.ninfo = 1;
		refused(*state, &plan, TOMB_INVAL, wrong[i].says);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bag_that_was_made_is_valid),
		TEST(files_are_linked_on_one_file_system),
		TEST(files_are_copied_with_their_time_to_another_file_system),
		TEST(names_that_need_encoding_come_back),
		TEST(what_is_no_file_is_skipped_and_counted),
		TEST(an_empty_folder_makes_an_empty_bag),
		TEST(a_place_that_is_taken_is_left_alone),
		TEST(a_folder_that_is_not_there_is_not_found),
		TEST(a_bag_inside_its_own_content_is_refused),
		TEST(names_that_no_bag_can_hold_are_refused),
		TEST(labels_that_would_not_come_back_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

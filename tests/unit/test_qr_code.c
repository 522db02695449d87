/* What a QR code of a page is made of; whether others can read it is asked in test_page_totp.c. */
#include "../../registry/service/qr_code.h"
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LARGEST = 2331 };

/* Rectangles of one row and another, and nothing beyond the sides. */
static int count_squares(struct tomb_str path, int side)
{
	const char *at = path.p;
	int squares = 0;

	while (at < path.p + path.n) {
		char *end = NULL;
		long x = strtol(at + 1, &end, 10);
		long y = strtol(end, &end, 10);
		long n = strtol(end + 1, &end, 10);

		assert_int_equal(*at, 'M');
		assert_in_range(y, 0, side - 1);
		assert_in_range(x + n, 1, side);
		squares += (int)n;
		at = strchr(end, 'z') + 1;
	}
	return squares;
}

static void the_smallest_code_has_its_three_corners_and_stays_within_its_sides(void **state)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TOMB_QR_CODE_PATH);
	struct tomb_err err;
	struct tomb_str path;
	int side = 0;

	(void)state;
	assert_int_equal(tomb_qr_code_path(TOMB_STR("x"), &out, &side, &err), TOMB_OK);
	tomb_buf_put(&out, (struct tomb_str){"", 1}); /* a C string from here */
	assert_int_equal(tomb_buf_done(&out, &path, &err), TOMB_OK);
	path.n--;
	assert_int_equal(side, 21);
	assert_int_equal(strncmp(path.p, "M0 0h7v1h-7z", 12), 0);
	assert_non_null(strstr(path.p, "M14 0h7v1h-7z"));
	assert_non_null(strstr(path.p, "M0 20h7v1h-7z"));
	assert_in_range(count_squares(path, side), 21 * 21 / 3, 21 * 21 * 2 / 3);
}

static void the_largest_text_fits_and_a_larger_one_is_refused(void **state)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TOMB_QR_CODE_PATH);
	char text[LARGEST + 1];
	struct tomb_err why;
	struct tomb_str path;
	int side = 0;

	(void)state;
	memset(text, 'x', sizeof text);
	TOMB_EXPECT(
		TOMB_INVAL, "1 to 2331", tomb_qr_code_path((struct tomb_str){text, LARGEST + 1}, &out, &side, &err));
	TOMB_EXPECT(TOMB_INVAL, "1 to 2331", tomb_qr_code_path(TOMB_STR(""), &out, &side, &err));
	assert_int_equal(side, 0);
	assert_int_equal(tomb_qr_code_path((struct tomb_str){text, LARGEST}, &out, &side, &why), TOMB_OK);
	assert_int_equal(side, 177);
	assert_int_equal(tomb_buf_done(&out, &path, &why), TOMB_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_code_has_its_three_corners_and_stays_within_its_sides),
		cmocka_unit_test(the_largest_text_fits_and_a_larger_one_is_refused),
	};
	return cmocka_run_group_tests_name("QR codes", tests, NULL, NULL);
}

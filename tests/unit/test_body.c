/* Request bodies: short ones in memory, long ones in a file without a name. */
#include "../../registry/service/body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { BLOCK = 1000 };

/* Puts n bytes in blocks; the i-th is i % 251. */
static enum tomb_code fill(struct tomb_body *body, size_t n)
{
	char block[BLOCK];

	for (size_t i = 0; i < n;) {
		size_t k = 0;
		struct tomb_err err;

		for (; k < BLOCK && i < n; k++, i++)
			block[k] = (char)(i % 251);
		if (tomb_body_put(body, (struct tomb_str){block, k}, &err) != TOMB_OK)
			return err.code;
	}
	return TOMB_OK;
}

static void a_body_comes_back_as_it_was_put(void **state)
{
	static const size_t sizes[] = {
		0, 1, TOMB_BODY_MEMORY - 1, TOMB_BODY_MEMORY, TOMB_BODY_MEMORY + 1, (size_t)3 * TOMB_BODY_MEMORY};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(sizes); i++) {
		struct tomb_body body = tomb_body_init("/tmp", sizes[i]);
		struct tomb_str all = {0};
		struct tomb_err err;

		assert_int_equal(fill(&body, sizes[i]), TOMB_OK);
		assert_int_equal(tomb_body_put(&body, TOMB_STR("x"), &err), TOMB_TOOBIG);
		assert_true((body.fd >= 0) == (sizes[i] > TOMB_BODY_MEMORY));
		assert_int_equal(tomb_body_done(&body, &all, &err), TOMB_OK);
		assert_int_equal(all.n, sizes[i]);
		for (size_t k = 0; k < all.n; k++)
			if (all.p[k] != (char)(k % 251))
				fail_msg("%zu of %zu", k, all.n);
		tomb_body_fini(&body);
		tomb_body_fini(&body);
	}
}

static void no_file_stays_behind(void **state)
{
	char dir[] = "/tmp/tomb-body-XXXXXX";
	struct tomb_body body = {0};

	(void)state;
	assert_non_null(mkdtemp(dir));
	body = tomb_body_init(dir, (size_t)2 * TOMB_BODY_MEMORY);
	assert_int_equal(fill(&body, (size_t)2 * TOMB_BODY_MEMORY), TOMB_OK);
	assert_true(body.fd >= 0);
	assert_int_equal(rmdir(dir), 0); /* it is empty while the body lives */
	tomb_body_fini(&body);
	body = tomb_body_init(dir, (size_t)2 * TOMB_BODY_MEMORY);
	assert_int_equal(fill(&body, (size_t)2 * TOMB_BODY_MEMORY), TOMB_IO); /* no such directory */
	tomb_body_fini(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_comes_back_as_it_was_put),
		cmocka_unit_test(no_file_stays_behind),
	};

	return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}

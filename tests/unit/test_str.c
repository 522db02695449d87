/* Buffers that grow. */
#include "tombstone/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { LONGEST = 300 }; /* several times the first room of a buffer */

static const char *letters(size_t n)
{
	static char text[LONGEST + 1];

	for (size_t i = 0; i < n; i++)
		text[i] = (char)('a' + i % 26);
	text[n] = '\0';
	return text;
}

static void assert_holds(const struct tomb_buf *b, const char *expected)
{
	assert_int_equal(b->broken, TOMB_OK);
	assert_int_equal(b->n, strlen(expected));
	assert_string_equal(b->n ? b->p : "", expected);
}

static void formatted_text_of_any_length_fits_behind_text_of_any_length(void **state)
{
	(void)state;
	for (size_t before = 0; before < LONGEST; before += 7)
		for (size_t more = 0; before + more < LONGEST; more++) {
			TOMB_BUF_AUTO b = tomb_buf_init(1 << 12);
			char expected[LONGEST + 16];

			tomb_buf_put(&b, tomb_str_from(letters(before)));
			tomb_buf_putf(&b, "%s|%d", letters(more), 7);
			(void)snprintf(expected, sizeof expected, "%s", letters(before));
			(void)snprintf(expected + before, sizeof expected - before, "%s|7", letters(more));
			assert_holds(&b, expected);
		}
}

static void what_does_not_fit_leaves_what_is_there_and_marks_the_buffer(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < 2 * LONGEST; limit += 3)
		for (size_t before = 1; before <= limit && before < LONGEST; before += 5) {
			TOMB_BUF_AUTO b = tomb_buf_init(limit);
			size_t more = limit - before + 1;

			tomb_buf_put(&b, tomb_str_from(letters(before)));
			tomb_buf_putf(&b, "%*d", (int)more, 7);
			assert_int_equal(b.broken, TOMB_TOOBIG);
			assert_int_equal(b.n, before);
			assert_string_equal(b.p, letters(before));
			tomb_buf_putf(&b, "%d", 7);
			assert_string_equal(b.p, letters(before));
		}
}

static void what_fits_exactly_is_taken(void **state)
{
	(void)state;
	for (size_t limit = 1; limit < LONGEST; limit++) {
		TOMB_BUF_AUTO b = tomb_buf_init(limit);

		tomb_buf_putf(&b, "%s", letters(limit / 2));
		tomb_buf_putf(&b, "%s", letters(limit - limit / 2));
		assert_int_equal(b.broken, TOMB_OK);
		assert_int_equal(b.n, limit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formatted_text_of_any_length_fits_behind_text_of_any_length),
		cmocka_unit_test(what_does_not_fit_leaves_what_is_there_and_marks_the_buffer),
		cmocka_unit_test(what_fits_exactly_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

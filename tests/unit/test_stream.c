/* Answers that go on: what the writer and the server may rely on. */
#include "../../registry/service/stream.h"
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct fake {
	int parked, woken;
	bool is_gone;
};

static void park(void *ctx)
{
	((struct fake *)ctx)->parked++;
}

static void wake(void *ctx)
{
	((struct fake *)ctx)->woken++;
}

static bool is_gone(void *ctx)
{
	return ((struct fake *)ctx)->is_gone;
}

static const struct tomb_stream_server server = {park, wake, is_gone};

static struct tomb_stream *stream_of(struct fake *fake)
{
	struct tomb_stream *s = NULL;

	TOMB_EXPECT(TOMB_OK, "", tomb_stream_new(&s, &err));
	tomb_stream_attach(s, &server, fake);
	return s;
}

static void what_is_put_is_taken_once_and_wakes_who_waits(void **state)
{
	struct fake fake = {0};
	struct tomb_stream *s = stream_of(&fake);
	bool is_over = true;
	char to[8];

	(void)state;
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 0);
	assert_false(is_over);
	assert_int_equal(fake.parked, 1);
	assert_true(tomb_stream_put(s, TOMB_STR("0123456789")));
	assert_int_equal(fake.woken, 1);
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 8);
	assert_memory_equal(to, "01234567", 8);
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 2);
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 0);
	assert_int_equal(fake.parked, 2);
	tomb_stream_unref(s);
}

static void a_slow_reader_costs_one_piece_and_no_more(void **state)
{
	struct fake fake = {0};
	struct tomb_stream *s = stream_of(&fake);
	bool is_over = false;
	char to[8];

	(void)state;
	assert_true(tomb_stream_put(s, TOMB_STR("old")));
	assert_false(tomb_stream_put(s, TOMB_STR("newer")));
	assert_int_equal(tomb_stream_take(s, to, 2, &is_over), 2);
	assert_false(tomb_stream_put(s, TOMB_STR("newer")));
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 1);
	assert_true(tomb_stream_put(s, TOMB_STR("newest")));
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 6);
	assert_memory_equal(to, "newest", 6);
	assert_int_equal(fake.woken, 0); /* it was never parked */
	tomb_stream_unref(s);
}

static void after_the_end_comes_what_waits_and_then_nothing(void **state)
{
	struct fake fake = {0};
	struct tomb_stream *s = stream_of(&fake);
	bool is_over = false;
	char to[8];

	(void)state;
	assert_true(tomb_stream_put(s, TOMB_STR("last")));
	tomb_stream_end(s);
	assert_false(tomb_stream_put(s, TOMB_STR("more")));
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 4);
	assert_false(is_over);
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 0);
	assert_true(is_over);
	assert_int_equal(fake.parked, 0);
	tomb_stream_unref(s);
}

static void whoever_hangs_up_while_nothing_happens_is_found_out(void **state)
{
	struct fake fake = {0};
	struct tomb_stream *s = stream_of(&fake);
	bool is_over = false;
	char to[8];

	(void)state;
	fake.is_gone = true;
	assert_false(tomb_stream_is_left(s)); /* it is the server's as long as it sends */
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 0);
	assert_true(tomb_stream_is_left(s));
	assert_int_equal(fake.woken, 1);
	assert_int_equal(tomb_stream_take(s, to, sizeof to, &is_over), 0);
	assert_true(is_over);
	tomb_stream_unref(s);
}

static void a_stream_outlives_the_server_that_let_go_of_it(void **state)
{
	struct fake fake = {0};
	struct tomb_stream *s = stream_of(&fake);
	struct tomb_stream *writers = tomb_stream_ref(s);
	bool is_over = false;
	char to[8];

	(void)state;
	(void)tomb_stream_take(s, to, sizeof to, &is_over);
	tomb_stream_leave(s);
	tomb_stream_unref(s);
	assert_true(tomb_stream_is_left(writers));
	(void)tomb_stream_put(writers, TOMB_STR("to nobody"));
	tomb_stream_end(writers);
	assert_int_equal(fake.woken, 0);
	tomb_stream_unref(writers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_taken_once_and_wakes_who_waits),
		cmocka_unit_test(a_slow_reader_costs_one_piece_and_no_more),
		cmocka_unit_test(after_the_end_comes_what_waits_and_then_nothing),
		cmocka_unit_test(whoever_hangs_up_while_nothing_happens_is_found_out),
		cmocka_unit_test(a_stream_outlives_the_server_that_let_go_of_it),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}

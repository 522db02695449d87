/* Waits that end when the process is told to. */
#include "stop_signal.h"
#include "tombstone/clock.h"

#include <signal.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t now_ms(void)
{
	return tomb_clock_monotonic_us(tomb_clock_real()) / TOMB_US_PER_MS;
}

static int setup(void **state)
{
	(void)state;
	tomb_stop_signal_block();
	return 0;
}

static void a_pause_lasts_as_long_as_asked(void **state)
{
	int64_t before = now_ms();

	(void)state;
	assert_true(tomb_stop_signal_pause(NULL, 30));
	assert_true(now_ms() - before >= 30);
	assert_true(tomb_stop_signal_pause(NULL, 0));
}

static void a_child_that_ends_does_not_end_a_pause(void **state)
{
	int64_t before = now_ms();

	(void)state;
	assert_int_equal(kill(getpid(), SIGCHLD), 0);
	assert_true(tomb_stop_signal_pause(NULL, 30));
	assert_true(now_ms() - before >= 30);
}

/* The last: it is remembered for ever. */
static void being_told_to_end_ends_it_at_once_and_all_that_follow(void **state)
{
	int64_t before = now_ms();

	(void)state;
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_false(tomb_stop_signal_pause(NULL, 60000));
	assert_false(tomb_stop_signal_pause(NULL, 60000));
	assert_true(tomb_stop_signal_seen());
	assert_true(now_ms() - before < 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_lasts_as_long_as_asked),
		cmocka_unit_test(a_child_that_ends_does_not_end_a_pause),
		cmocka_unit_test(being_told_to_end_ends_it_at_once_and_all_that_follow),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

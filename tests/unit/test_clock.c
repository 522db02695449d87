/* Clocks. */
#include "tombstone/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_real_clock_does_not_go_back(void **state)
{
	const struct tomb_clock *clock = tomb_clock_real();
	int64_t before = tomb_clock_monotonic_us(clock);

	(void)state;
	assert_true(tomb_clock_monotonic_us(clock) >= before);
}

static void the_real_wall_clock_is_in_this_century(void **state)
{
	(void)state;
	assert_in_range(tomb_clock_wall_us(tomb_clock_real()), INT64_C(1700000000000000), INT64_C(4102444800000000));
}

static void a_manual_clock_moves_only_when_told_to(void **state)
{
	struct tomb_clock_manual manual = tomb_clock_manual(1000);

	(void)state;
	assert_int_equal(tomb_clock_wall_us(&manual.clock), 1000);
	assert_int_equal(tomb_clock_monotonic_us(&manual.clock), 0);
	tomb_clock_manual_advance(&manual, 25);
	assert_int_equal(tomb_clock_wall_us(&manual.clock), 1025);
	assert_int_equal(tomb_clock_monotonic_us(&manual.clock), 25);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_real_clock_does_not_go_back),
		cmocka_unit_test(the_real_wall_clock_is_in_this_century),
		cmocka_unit_test(a_manual_clock_moves_only_when_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

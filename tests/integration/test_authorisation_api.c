/* Every route of the JSON interfaces as each role, with the own and with another institution's things: the answer is
 * what the table of permissions says.  Routes that are added later are asked as well. */
#include "rights_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* First what only reads: what changes things may take them away. */
static void check(struct rights_box *box, bool reads)
{
	struct tomb_routes routes = tomb_registry_routes();
	size_t asked = 0;

	for (size_t i = 0; i < routes.n; i++)
		if (rights_is_api(&routes.p[i]) && (routes.p[i].method == TOMB_GET) == reads) {
			rights_check(box, &routes.p[i]);
			asked++;
		}
	assert_true(asked > 5);
}

static void reading_is_for_who_may_read(void **state)
{
	check(*state, true);
}

static void changing_is_for_who_may_change(void **state)
{
	check(*state, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reading_is_for_who_may_read, rights_set_up, rights_tear_down),
		cmocka_unit_test_setup_teardown(changing_is_for_who_may_change, rights_set_up, rights_tear_down),
	};
	return cmocka_run_group_tests_name("the JSON interfaces, asked by everybody", tests, NULL, NULL);
}

/*
 * The disk of the database is full, to the last byte: nothing is half done, nobody is told that something was, and once
 * there is room everything goes on.  On a file system in memory; skipped where that cannot be mounted.
 */
#include "moment.h"
#include "outage.h"
#include "pg_cluster.h"
#include "pg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SKIPPED = 77, MEGABYTES = 160, WAIT_MS = 240 * 1000 };

/* Until the registry cannot write any more: sign-ins write. */
static void write_until_it_is_noticed(struct outage *o)
{
	int64_t object = o->objects[OUTAGE_PARTS * OUTAGE_PART - 1];
	int64_t until = moment_ms() + WAIT_MS;
	char form[64];
	RAW_ANSWER_AUTO a = {0};

	two_people_form(object, form);
	while (visitor_post(&o->people.alice, form, &a, "/objects/init_delete/%d", (int)object) != 503) {
		program_must_live(&o->stage->registry);
		if (moment_ms() > until)
			fail_msg("a full disk is not noticed: %d", a.status);
		moment_pass();
	}
	assert_true(raw_header(&a, "Retry-After")[0] >= '1');
}

static void a_full_disk_stops_everything_and_breaks_nothing(void **state)
{
	struct outage o;

	outage_begin(&o, state);
	outage_delete(&o, 0);
	outage_delete(&o, 1);
	stage_wait(o.stage, 1, "select (count(*) > 0)::int from batch where fence > 0");
	tomb_cluster_order(TOMB_CLUSTER_FILL);
	write_until_it_is_noticed(&o);
	tomb_cluster_order(TOMB_CLUSTER_FREE);
	tomb_fixture_pg_reconnect();
	outage_expect_page(&o, &o.people.alice);
	outage_delete(&o, 2);
	outage_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_full_disk_stops_everything_and_breaks_nothing, stage_set_up, stage_tear_down),
	};

	if (!tomb_cluster_be_small(MEGABYTES)) {
		print_message("no small disk can be mounted here\n");
		return SKIPPED;
	}
	tomb_fixture_pg_private();
	return cmocka_run_group_tests_name("the disk is full", tests, NULL, NULL);
}

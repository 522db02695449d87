/*
 * The database server is lost for good while deletions are under way, and its copy takes over.  Every commit had to be
 * there before it counted, so nothing that anybody was told is forgotten: not an approval, not a deleted file.
 */
#include "outage.h"
#include "pg_cluster.h"
#include "pg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { LANES = 2 };

/* Every commit from here on waits until the copy has it on its disk. */
static void make_commits_wait_for_the_copy(void)
{
	tomb_fixture_pg_exec("alter system set synchronous_standby_names = 'two'");
	tomb_fixture_pg_exec("select pg_reload_conf()");
}

static int set_up(void **state)
{
	tomb_fixture_pg_copy();
	return stage_set_up(state);
}

static void a_copy_that_takes_over_knows_everything(void **state)
{
	struct outage o;
	struct visitor script;

	outage_begin(&o, state);
	stage_give_key(o.stage, &o.stage->world.alice, &script);
	make_commits_wait_for_the_copy();
	stage_wait(o.stage, 1, "select count(*) from pg_stat_replication where sync_state = 'sync'");
	outage_delete(&o, 0);
	outage_delete(&o, 1);
	stage_wait(o.stage, 1, "select (count(*) > 0)::int from batch where fence > 0");
	tomb_cluster_order(TOMB_CLUSTER_STOP_AT_ONCE);
	outage_expect_503(&o, &o.people.alice, &script);
	tomb_cluster_order(TOMB_CLUSTER_PROMOTE);
	tomb_fixture_pg_reconnect();
	outage_expect_page(&o, &o.people.alice);
	/* All approvals that were answered are there. */
	assert_int_equal(tomb_world_number("select count(*) from deletion"), 2 * OUTAGE_PART);
	outage_delete(&o, 2);
	outage_end(&o);
	outage_wait_said(&o.stage->worker, "db-up", "", LANES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_copy_that_takes_over_knows_everything, set_up, stage_tear_down),
	};

	tomb_fixture_pg_private();
	return cmocka_run_group_tests_name("PostgreSQL fails over", tests, NULL, NULL);
}

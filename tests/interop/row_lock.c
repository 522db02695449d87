/* Object Lock: told with its date, never got round. */
#include "act.h"
#include "row.h"

#include "tombstone/clock.h"
#include "tombstone/time.h"

#include <stdio.h>

enum { DAY_S = 86400 };

static int64_t tomorrow_us(void)
{
	return (tomb_clock_wall_us(tomb_clock_real()) / TOMB_US_PER_S + DAY_S) * TOMB_US_PER_S;
}

static struct tomb_target have_locked(struct bench *b, const char *mode, int64_t until_us)
{
	struct tomb_str key = bench_key(b, "locked");
	struct tomb_placed placed = {.etag = TOMB_STR("")};
	char until[TOMB_TIME_TEXT];
	char body[256];
	int status = 0;

	if (b->lacks_locks[0])
		bench_lacks(b, "%s", b->lacks_locks);
	placed = act_have(b, "locked", key);
	if (strcmp(mode, "HOLD") == 0)
		status = bench_raw(b, "locked", "PUT", key, "legal-hold", "",
			"<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>ON</Status></LegalHold>");
	else if (mode[0]) {
		(void)snprintf(body, sizeof body,
			"<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>%s</Mode>"
			"<RetainUntilDate>%s</RetainUntilDate></Retention>",
			mode, tomb_time_format(until_us, TOMB_TIME_S, until));
		status = bench_raw(b, "locked", "PUT", key, "retention", "", body);
	}
	if (mode[0] && status != 200)
		bench_lacks(b, "lock %s: PUT answers %d", mode, status);
	return (struct tomb_target){.key = key, .version_id = placed.version_id};
}

static void told(struct bench *b, const struct row *row)
{
	int64_t until_us = tomorrow_us();
	struct tomb_target target = have_locked(b, row->arg, until_us);
	struct tomb_stat st = act_seen(b, "locked", target.key);

	if (strcmp(row->arg, "HOLD") == 0) {
		bench_want(b, st.legal_hold, "stat: no legal hold");
		return;
	}
	bench_want(b, st.lock == (strcmp(row->arg, "COMPLIANCE") == 0 ? TOMB_LOCK_COMPLIANCE : TOMB_LOCK_GOVERNANCE),
		"stat: another lock");
	bench_want(b, st.locked_until_us == until_us, "stat: another date");
}

static void held(struct bench *b, const struct row *row)
{
	int64_t until_us = tomorrow_us();
	struct tomb_target target = have_locked(b, row->arg, until_us);
	struct tomb_result result = act_delete(b, "locked", target);

	act_want_outcome(b, "delete", result.outcome, TOMB_OUTCOME_LOCKED);
	bench_want(b, result.locked_until_us == (strcmp(row->arg, "HOLD") == 0 ? 0 : until_us), "delete: another date");
	act_want_there(b, "locked", target.key);
	bench_must(b, act_verify(b, "locked", target.key) != TOMB_ABSENT_VERIFIED, "verify: verified absent");
}

static void in_a_batch(struct bench *b, const struct row *row)
{
	struct tomb_target targets[] = {have_locked(b, "", 0), have_locked(b, "COMPLIANCE", tomorrow_us()),
		have_locked(b, "GOVERNANCE", tomorrow_us()), have_locked(b, "HOLD", 0)};
	struct tomb_result results[4];

	(void)row;
	act_delete_many(b, "locked", targets, 4, results);
	act_want_outcome(b, "batch, free", results[0].outcome, TOMB_OUTCOME_GONE);
	act_want_gone(b, "locked", targets[0].key);
	for (size_t i = 1; i < 4; i++) {
		act_want_outcome(b, "batch, locked", results[i].outcome, TOMB_OUTCOME_LOCKED);
		act_want_there(b, "locked", targets[i].key);
	}
}

static void lifted(struct bench *b, const struct row *row)
{
	struct tomb_target target = have_locked(b, "HOLD", 0);

	(void)row;
	act_want_outcome(b, "delete", act_delete(b, "locked", target).outcome, TOMB_OUTCOME_LOCKED);
	if (bench_raw(b, "locked", "PUT", target.key, "legal-hold", "",
		    "<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>OFF</Status></LegalHold>") !=
		200)
		bench_broken("lifting a legal hold");
	act_want_outcome(b, "delete", act_delete(b, "locked", target).outcome, TOMB_OUTCOME_GONE);
	act_want_gone(b, "locked", target.key);
}

static void hidden(struct bench *b, const struct row *row)
{
	struct tomb_target target = have_locked(b, "COMPLIANCE", tomorrow_us());
	int status = bench_raw(b, "locked", "DELETE", target.key, "", "", "");

	(void)row;
	bench_want(b, status == 204 || status == 200, "a marker over a lock: HTTP %d", status);
	act_want_there(b, "locked", target.key);
	bench_must(b, act_verify(b, "locked", target.key) != TOMB_ABSENT_VERIFIED, "verify: verified absent");
	act_want_outcome(b, "delete", act_delete(b, "locked", target).outcome, TOMB_OUTCOME_LOCKED);
}

static const struct row rows[] = {
	{.name = "lock-stat-compliance",
		.expects = "compliance mode and its date are told",
		.run = told,
		.arg = "COMPLIANCE"},
	{.name = "lock-stat-governance",
		.expects = "governance mode and its date are told",
		.run = told,
		.arg = "GOVERNANCE"},
	{.name = "lock-stat-hold", .expects = "a legal hold is told", .run = told, .arg = "HOLD"},
	{.name = "lock-compliance",
		.expects = "locked, with the date; the bytes stay",
		.run = held,
		.arg = "COMPLIANCE"},
	{.name = "lock-governance",
		.expects = "locked, with the date; the bytes stay",
		.run = held,
		.arg = "GOVERNANCE"},
	{.name = "lock-hold", .expects = "locked, without a date; the bytes stay", .run = held, .arg = "HOLD"},
	{.name = "lock-batch", .expects = "in a batch: the free one goes, three stay locked", .run = in_a_batch},
	{.name = "lock-lifted", .expects = "when the hold is lifted it goes", .run = lifted},
	{.name = "lock-hidden", .expects = "a marker over a lock hides and deletes nothing", .run = hidden},
};

const struct row_group row_lock = {"locks", rows, TOMB_COUNTOF(rows)};

#include "tombstone/user_duty.h"

#include "authority.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES_MAX = 64 * 1024 }; /* a row */

static const enum tomb_permission givers[] = {
#define TOMB_DUTY(id, name, one, label, words, giver) [TOMB_DUTY_##id] = TOMB_MAY_##giver,
#include "tombstone/duty.def"
#undef TOMB_DUTY
};
_Static_assert(TOMB_COUNTOF(givers) == TOMB_DUTY_MAX, "duties");

bool tomb_user_duty_may_give(const struct tomb_actor *actor, enum tomb_duty duty, int64_t institution_id)
{
	return tomb_permission_covers(actor, givers[duty], institution_id);
}

static enum tomb_code audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	const struct sql_people_user_lock_row *user, int64_t id, enum tomb_duty duty, struct tomb_err *err)
{
	char subject[64];
	char detail[400];

	(void)snprintf(subject, sizeof subject, "user %" PRId64, id);
	(void)snprintf(
		detail, sizeof detail, "%.*s, %.*s", TOMB_STR_ARG(user->email), TOMB_STR_ARG(tomb_duty_name(duty)));
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){.verb = verb,
			.institution_id = user->institution_id,
			.subject = tomb_str_from(subject),
			.detail = tomb_str_from(detail)},
		err);
}

/* One that the person lacks (is_given), or has. */
static enum tomb_code change(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct sql_people_user_lock_row *user, int64_t id, enum tomb_duty duty, bool is_given,
	struct tomb_err *err)
{
	struct tomb_str name = tomb_duty_name(duty);
	char what[80];

	(void)snprintf(what, sizeof what, "give or take the duty %.*s", TOMB_STR_ARG(name));
	TOMB_TRY(tomb_authority_at(pg, actor, givers[duty], user->institution_id, what, err));
	if (is_given)
		TOMB_TRY(sql_people_duty_give(
			pg, &(struct sql_people_duty_give_args){id, name, actor->email}, NULL, err));
	else
		TOMB_TRY(sql_people_duty_take(pg, &(struct sql_people_duty_take_args){id, name}, NULL, err));
	return audit(pg, actor, is_given ? "give duty" : "take duty", user, id, duty, err);
}

static enum tomb_code lock(struct tomb_pg *pg, int64_t id, struct tomb_arena *arena,
	struct sql_people_user_lock_row **out, unsigned *has, struct tomb_err *err)
{
	struct sql_people_user_lock_row *user = NULL;
	struct sql_people_duty_list_row *now = NULL;
	size_t n = 0;

	TOMB_TRY(sql_people_user_lock(pg, &(struct sql_people_user_lock_args){id}, arena, &user, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no account %" PRId64, id);
	if (!user->is_active)
		return TOMB_FAIL(err, TOMB_CONFLICT, "the account of %.*s is not active", TOMB_STR_ARG(user->email));
	TOMB_TRY(sql_people_duty_list(pg, &(struct sql_people_duty_list_args){id}, arena, &now, err));
	TOMB_TRY(tomb_duty_parse_all(now->duties, has, err));
	*out = user;
	return TOMB_OK;
}

enum tomb_code tomb_user_duty_change(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t user_id, unsigned give,
	unsigned take, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	TOMB_TX_AUTO tx = tomb_tx_init(pg);
	struct sql_people_user_lock_row *user = NULL;
	unsigned has = 0;

	if (give & take)
		return TOMB_FAIL(err, TOMB_INVAL, "a duty cannot be given and taken at once");
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_READ_COMMITTED, err));
	TOMB_TRY(lock(pg, user_id, &arena, &user, &has, err));
	/* also where nothing changes: who may not, does not learn what is so */
	TOMB_TRY(tomb_authority_at(pg, actor, TOMB_MAY_USER_DUTY, user->institution_id,
		"give or take duties in another institution", err));
	for (int d = 0; d < TOMB_DUTY_MAX; d++) {
		unsigned bit = TOMB_DUTY_BIT(d);

		if (((give & ~has) | (take & has)) & bit)
			TOMB_TRY(change(pg, actor, user, user_id, (enum tomb_duty)d, (give & bit) != 0, err));
	}
	return tomb_tx_commit(&tx, err);
}

enum tomb_code tomb_user_duty_people(struct tomb_pg *pg, const struct tomb_actor *actor, enum tomb_duty duty,
	int64_t institution_id, struct tomb_arena *arena, struct tomb_user_named **out, size_t *n, struct tomb_err *err)
{
	struct sql_people_duty_people_args args = {institution_id, tomb_duty_name(duty), TOMB_USER_DUTY_PEOPLE_MAX};
	struct sql_people_duty_people_row *rows = NULL;
	struct tomb_user_named *people = NULL;
	size_t nrows = 0;

	if (!tomb_permission_covers(actor, TOMB_MAY_RECORD_DELETE, institution_id))
		return tomb_permission_refuse(TOMB_MAY_RECORD_DELETE, err);
	TOMB_TRY(sql_people_duty_people(pg, &args, arena, &rows, &nrows, err));
	people = TOMB_NEW(arena, struct tomb_user_named, nrows);
	if (!people)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu people", nrows);
	for (size_t i = 0; i < nrows; i++)
		people[i] = (struct tomb_user_named){rows[i].id, rows[i].name, rows[i].email};
	*out = people;
	*n = nrows;
	return TOMB_OK;
}

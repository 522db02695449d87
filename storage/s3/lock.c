/* Retention locks: what a bucket has, what a key has, and whether a refused delete means one.  Nothing here lifts any.
 */
#include "s3/s3.h"

#include "result.h"
#include "tombstone/clock.h"
#include "tombstone/time.h"

enum { ANSWER_ARENA_MAX = 1 << 20 };

static enum tomb_code ask(struct s3 *s3, struct tomb_str key, struct tomb_str what, struct tomb_arena *arena,
	struct tomb_http_answer *a, struct tomb_err *err)
{
	struct sigv4_field query = {what, TOMB_STR("")};
	struct s3_request r = {.method = "GET", .key = key, .query = &query, .nquery = 1};

	return s3_send(s3, &r, arena, a, err);
}

/* An answer that may be another one later. */
static bool is_passing(const struct s3_failure *f)
{
	return f->code == TOMB_STORE_THROTTLED || f->code == TOMB_NET;
}

enum tomb_code s3_lock_ask(struct s3 *s3, struct tomb_arena *arena, struct s3_lock *out, struct tomb_err *err)
{
	struct s3_lock found = {.denied = false};
	struct tomb_http_answer a;
	struct s3_failure failure;
	struct tomb_err ignored;

	TOMB_TRY(ask(s3, TOMB_STR(""), TOMB_STR("object-lock"), arena, &a, err));
	if (a.status == 200) {
		/* A server that has no locks may say something else. */
		if (s3_answer_lock_rule(a.body, &found.rule, &ignored) != TOMB_OK)
			found.rule = (struct s3_lock_rule){.enabled = false};
	} else {
		s3_failure_read(&a, arena, &failure);
		if (is_passing(&failure))
			return s3_failure_set(&failure, "asking for object lock", err);
		found.denied = failure.code == TOMB_STORE_DENIED;
	}
	*out = found;
	return TOMB_OK;
}

bool s3_is_wasabi(const struct s3 *s3)
{
	static const struct tomb_str domain = {".wasabisys.com", 14};
	struct tomb_str host = s3->backend->endpoint;
	const char *port = NULL;

	if (s3->backend->provider.n)
		return tomb_str_eq(s3->backend->provider, TOMB_STR("wasabi"));
	port = memrchr(host.p, ':', host.n);
	if (port && port[1] != '/') /* not the scheme's */
		host.n = (size_t)(port - host.p);
	return host.n > domain.n && memcmp(host.p + host.n - domain.n, domain.p, domain.n) == 0;
}

enum tomb_code s3_compliance_probe(struct s3 *s3, struct tomb_arena *arena, bool *out, struct tomb_err *err)
{
	struct s3_compliance found = {.enabled = false};
	struct tomb_http_answer a;
	struct s3_failure failure;
	struct tomb_err ignored;

	TOMB_TRY(ask(s3, TOMB_STR(""), TOMB_STR("compliance"), arena, &a, err));
	if (a.status == 200) {
		if (s3_answer_compliance(a.body, "BucketComplianceConfiguration", &found, &ignored) != TOMB_OK)
			found.enabled = false;
	} else {
		s3_failure_read(&a, arena, &failure);
		if (is_passing(&failure))
			return s3_failure_set(&failure, "asking for compliance mode", err);
	}
	*out = found.enabled;
	return TOMB_OK;
}

enum tomb_code s3_compliance_stat(
	struct s3 *s3, struct tomb_str key, struct tomb_arena *arena, struct tomb_stat *st, struct tomb_err *err)
{
	struct s3_compliance found;
	struct tomb_http_answer a;
	struct s3_failure failure;

	TOMB_TRY(ask(s3, key, TOMB_STR("compliance"), arena, &a, err));
	if (a.status != 200) {
		s3_failure_read(&a, arena, &failure);
		return s3_failure_set(&failure, "asking for a copy's compliance", err);
	}
	if (s3_answer_compliance(a.body, "ObjectComplianceConfiguration", &found, err) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_STORE, "a copy's compliance cannot be read");
	st->legal_hold |= found.held;
	if (found.until_us > st->locked_until_us) {
		st->lock = TOMB_LOCK_COMPLIANCE;
		st->locked_until_us = found.until_us;
	}
	return TOMB_OK;
}

/* What keeps it; also for a key without versions, where only compliance mode can. */
static bool look(struct s3 *s3, const struct tomb_target *target, struct tomb_arena *arena, struct tomb_stat *st)
{
	struct tomb_err ignored;

	if (s3_head(s3, target->key, target->version_id, arena, st, &ignored) != TOMB_OK || !st->present)
		return false;
	/* Without an answer the headers are what is known. */
	if (s3_is_wasabi(s3) && s3_compliance_stat(s3, target->key, arena, st, &ignored) != TOMB_OK &&
		!target->version_id.n)
		return false;
	return true;
}

/* What stores say of a lock: most of them 403, MinIO that the request is not valid. */
static bool may_be_a_lock(const struct tomb_result *r)
{
	return (r->outcome == TOMB_OUTCOME_DENIED && tomb_str_eq(r->code, TOMB_STR("AccessDenied"))) ||
	       (r->outcome == TOMB_OUTCOME_FAILED && tomb_str_eq(r->code, TOMB_STR("InvalidRequest")));
}

/* The version's own headers know better. */
void s3_diagnose(struct s3 *s3, const struct tomb_target *target, struct tomb_arena *arena, struct tomb_result *out)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(ANSWER_ARENA_MAX);
	char until[TOMB_TIME_TEXT] = "somebody lifts it";
	struct tomb_stat st;

	if (!may_be_a_lock(out) || !(target->version_id.n || s3_is_wasabi(s3)))
		return;
	if (!look(s3, target, &scratch, &st) || !tomb_stat_is_locked(&st, tomb_clock_wall_us(tomb_clock_real())))
		return;
	if (st.locked_until_us && !st.legal_hold)
		tomb_time_format(st.locked_until_us, TOMB_TIME_S, until);
	result_relabel(out, arena, TOMB_OUTCOME_LOCKED, "%s until %s",
		st.legal_hold                     ? "legal hold"
		: st.lock == TOMB_LOCK_COMPLIANCE ? "compliance lock"
						  : "governance lock",
		until);
	out->locked_until_us = st.locked_until_us;
}

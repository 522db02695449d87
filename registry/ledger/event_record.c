#include "tombstone/event_record.h"

#include "authority.h"
#include "record_internal.h"
#include "sql.gen.h"
#include "tombstone/audit.h"
#include "tombstone/clock.h"
#include "tombstone/premis_event.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	ARENA_BYTES_MAX = 32 * 1024 * 1024, /* the columns of the events of a thousand files */
	CLOCK_SLACK_US = 15 * 60 * 1000000, /* somebody else's clock */
	TEXT_MAX = 10000                    /* bytes of one text of an event; a page shows it whole */
};

/* What a pipeline may report; what only the ledger can know is not among it. */
static const enum tomb_premis_event_type reportable[] = {TOMB_PREMIS_ACCESS, TOMB_PREMIS_CREATION,
	TOMB_PREMIS_MESSAGE_DIGEST, TOMB_PREMIS_FIXITY_CHECK, TOMB_PREMIS_IDENTIFIER, TOMB_PREMIS_INGESTION,
	TOMB_PREMIS_REPLICATION, TOMB_PREMIS_VALIDATION};

static bool is_failure(struct tomb_str outcome)
{
	return tomb_str_eq(outcome, TOMB_STR("Failure")) || tomb_str_eq(outcome, TOMB_STR("Failed"));
}

static enum tomb_code check_texts(const struct tomb_event_given *e, struct tomb_err *err)
{
	const struct tomb_str texts[] = {
		e->detail, e->outcome_detail, e->outcome_information, e->object_used, e->agent};

	for (size_t i = 0; i < TOMB_COUNTOF(texts); i++)
		if (texts[i].n > TEXT_MAX)
			return TOMB_FAIL(err, TOMB_INVAL, "a text of an event has at most %d bytes", TEXT_MAX);
	if (e->agent.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "agent: an event says who or what acted");
	return TOMB_OK;
}

enum tomb_code tomb_record_event_check(const struct tomb_event_given *e, struct tomb_err *err)
{
	enum tomb_premis_event_type type = TOMB_PREMIS_EVENT_MAX;
	struct tomb_uuid ignored;
	bool found = false;

	TOMB_TRY(tomb_premis_event_parse(e->type, &type, err));
	if (type == TOMB_PREMIS_DELETION || type == TOMB_PREMIS_DELETION_VERIFICATION)
		return TOMB_FAIL(
			err, TOMB_FORBIDDEN, "event_type: the event of a deletion is written by the deletion itself");
	for (size_t i = 0; i < TOMB_COUNTOF(reportable); i++)
		found = found || reportable[i] == type;
	if (!found)
		return TOMB_FAIL(err, TOMB_INVAL, "event_type: \"%.*s\" cannot be reported", TOMB_STR_ARG(e->type));
	if (!is_failure(e->outcome) && !tomb_str_eq(e->outcome, TOMB_STR("Success")))
		return TOMB_FAIL(err, TOMB_INVAL, "outcome is \"Success\" or \"Failure\"");
	if (e->identifier.n > 0)
		TOMB_TRY(tomb_uuid_parse(e->identifier, &ignored, err));
	if (e->at_us > tomb_clock_wall_us(tomb_clock_real()) + CLOCK_SLACK_US)
		return TOMB_FAIL(err, TOMB_INVAL, "date_time is yet to come");
	return check_texts(e, err);
}

struct tomb_event_given tomb_record_event(
	const struct tomb_actor *actor, struct tomb_str type, struct tomb_str detail, struct tomb_str outcome_detail)
{
	return (struct tomb_event_given){
		.type = type,
		.detail = detail,
		.outcome = TOMB_STR("Success"),
		.outcome_detail = outcome_detail,
		.outcome_information = TOMB_STR("On the word of the agent; the registry has not read the bytes."),
		.object_used = TOMB_STR("Tombstone admin API"),
		.agent = actor->email,
	};
}

struct columns {
	int64_t *objects, *files, *times;
	struct tomb_str *text[8]; /* type, identifier, and the six texts of an event */
};

static enum tomb_code make_columns(struct tomb_arena *arena, size_t n, struct columns *c, struct tomb_err *err)
{
	bool is_whole = true;

	c->objects = TOMB_NEW(arena, int64_t, n);
	c->files = TOMB_NEW(arena, int64_t, n);
	c->times = TOMB_NEW(arena, int64_t, n);
	for (size_t i = 0; i < TOMB_COUNTOF(c->text); i++) {
		c->text[i] = TOMB_NEW(arena, struct tomb_str, n);
		is_whole = is_whole && c->text[i];
	}
	if (!is_whole || !c->objects || !c->files || !c->times)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu events", n);
	return TOMB_OK;
}

static void fill_row(const struct tomb_event_line *line, size_t i, struct columns *c)
{
	const struct tomb_event_given *e = &line->event;
	const struct tomb_str none = {NULL, 0};

	c->objects[i] = line->object_id;
	c->files[i] = line->file_id;
	c->times[i] = e->at_us == 0 ? TOMB_PG_NEVER : e->at_us;
	c->text[0][i] = e->type;
	c->text[1][i] = e->identifier.n > 0 ? e->identifier : none;
	c->text[2][i] = e->detail;
	c->text[3][i] = is_failure(e->outcome) ? TOMB_STR("Failure") : e->outcome;
	c->text[4][i] = e->outcome_detail;
	c->text[5][i] = e->outcome_information;
	c->text[6][i] = e->object_used;
	c->text[7][i] = e->agent;
}

enum tomb_code tomb_record_events(
	struct tomb_pg *pg, const struct tomb_event_line *lines, size_t n, int64_t *first, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct sql_record_events_insert_row *made = NULL;
	struct columns c = {.objects = NULL};
	enum tomb_code code = TOMB_OK;
	size_t nmade = 0;

	if (n == 0)
		return TOMB_OK;
	TOMB_TRY(make_columns(&arena, n, &c, err));
	for (size_t i = 0; i < n; i++)
		fill_row(&lines[i], i, &c);
	code = sql_record_events_insert(pg,
		&(struct sql_record_events_insert_args){{c.objects, n}, {c.files, n}, {c.text[0], n}, {c.text[1], n},
			{c.times, n}, {c.text[2], n}, {c.text[3], n}, {c.text[4], n}, {c.text[5], n}, {c.text[6], n},
			{c.text[7], n}},
		&arena, &made, &nmade, err);
	if (code == TOMB_CONFLICT)
		return TOMB_FAIL(err, TOMB_CONFLICT, "there is a PREMIS event with one of these identifiers");
	TOMB_TRY(code);
	if (nmade != n)
		return TOMB_FAIL(err, TOMB_BUG, "%zu events recorded of %zu", nmade, n);
	if (first)
		*first = made->id;
	return TOMB_OK;
}

enum tomb_code tomb_record_audit(struct tomb_pg *pg, const struct tomb_actor *actor, const char *verb,
	int64_t institution_id, const char *noun, int64_t id, struct tomb_str detail, struct tomb_err *err)
{
	char subject[64];

	(void)snprintf(subject, sizeof subject, "%s %" PRId64, noun, id);
	return tomb_audit_write(pg, actor,
		&(struct tomb_audit_entry){.verb = verb,
			.institution_id = institution_id,
			.subject = tomb_str_from(subject),
			.detail = detail},
		err);
}

struct reported {
	const struct tomb_actor *actor;
	const struct tomb_event_subject *subject;
	const struct tomb_event_given *event;
	int64_t id;
};

/* A tomb_tx_fn. */
static enum tomb_code report(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct reported *r = ctx;
	struct sql_record_event_subject_args args = {r->subject->object_id, r->subject->file_id};
	struct sql_record_event_subject_row *found = NULL;
	size_t n = 0;
	int64_t id = 0;

	TOMB_TRY(tomb_authority_all(pg, r->actor, TOMB_MAY_EVENT_WRITE, "record PREMIS events", err));
	TOMB_TRY(tomb_record_event_check(r->event, err));
	TOMB_TRY(sql_record_event_subject(pg, &args, &arena, &found, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no object %" PRId64 " or no file %" PRId64 " of it",
			args.object_id, args.file_id);
	if (r->subject->institution_id != 0 && r->subject->institution_id != found->institution_id)
		return TOMB_FAIL(err, TOMB_INVAL, "resource or institution id mismatch");
	TOMB_TRY(tomb_record_events(
		pg, &(struct tomb_event_line){found->object_id, r->subject->file_id, *r->event}, 1, &id, err));
	TOMB_TRY(tomb_record_audit(
		pg, r->actor, "record event", found->institution_id, "event", id, r->event->type, err));
	r->id = id;
	return TOMB_OK;
}

enum tomb_code tomb_event_record_create(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_event_subject *subject, const struct tomb_event_given *event, int64_t *id,
	struct tomb_err *err)
{
	struct reported r = {.actor = actor, .subject = subject, .event = event};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, report, &r, err));
	*id = r.id;
	return TOMB_OK;
}

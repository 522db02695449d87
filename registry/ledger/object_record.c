#include "tombstone/object_record.h"

#include "authority.h"
#include "constraint.h"
#include "record_internal.h"
#include "sql.gen.h"
#include "tombstone/tx.h"

#include <inttypes.h>

enum {
	ARENA_BYTES_MAX = 256 * 1024, /* a row, with its texts */
	DESCRIPTION_MAX = 65536
};

#define IF_GIVEN(field, s) .field = (s), .field##_null = (s).p == NULL

struct change {
	const struct tomb_actor *actor;
	const struct tomb_object_given *given;
	int64_t institution_id; /* of a new one */
	int64_t id;
};

static enum tomb_code check_lines(const struct tomb_object_given *g, struct tomb_err *err)
{
	const struct {
		const char *name;
		struct tomb_str value;
	} lines[] = {
		{"identifier", g->identifier},
		{"bag_name", g->bag_name},
		{"title", g->title},
		{"alt_identifier", g->alt_identifier},
		{"bag_group_identifier", g->bag_group_identifier},
		{"bagit_profile_identifier", g->bagit_profile_identifier},
		{"source_organization", g->source_organization},
		{"internal_sender_identifier", g->internal_sender_identifier},
		{"etag", g->etag},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(lines); i++)
		if (lines[i].value.n > 0)
			TOMB_TRY(tomb_constraint_line(lines[i].value, lines[i].name, err));
	return TOMB_OK;
}

static enum tomb_code check_given(const struct tomb_object_given *g, struct tomb_err *err)
{
	bool is_access = tomb_str_eq(g->access, TOMB_STR("consortia")) ||
			 tomb_str_eq(g->access, TOMB_STR("institution")) ||
			 tomb_str_eq(g->access, TOMB_STR("restricted"));

	TOMB_TRY(check_lines(g, err));
	if (g->title.p && g->title.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "title: Title is required");
	if (g->access.p && !is_access)
		return TOMB_FAIL(err, TOMB_INVAL, "access: Invalid access value");
	if (g->state.p && !tomb_str_eq(g->state, TOMB_STR("A")) && !tomb_str_eq(g->state, TOMB_STR("D")))
		return TOMB_FAIL(err, TOMB_INVAL, "state is \"A\" or \"D\"");
	if (g->description.n > DESCRIPTION_MAX || g->internal_sender_description.n > DESCRIPTION_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "a description has at most %d bytes", DESCRIPTION_MAX);
	return TOMB_OK;
}

static enum tomb_code find_option(
	struct tomb_pg *pg, struct tomb_str name, struct tomb_arena *arena, int64_t *id, struct tomb_err *err)
{
	struct sql_record_option_row *row = NULL;
	size_t n = 0;

	TOMB_TRY(sql_record_option(pg, &(struct sql_record_option_args){name}, arena, &row, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "storage_option: Invalid storage option");
	*id = row->id;
	return TOMB_OK;
}

static enum tomb_code check_new(struct tomb_pg *pg, const struct change *c, struct tomb_arena *arena,
	struct tomb_str *bag_name, struct tomb_err *err)
{
	const struct tomb_object_given *g = c->given;
	struct sql_record_institution_row *home = NULL;
	size_t n = 0;

	TOMB_TRY(sql_record_institution(
		pg, &(struct sql_record_institution_args){c->institution_id}, arena, &home, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no active institution %" PRId64, c->institution_id);
	if (g->institution_id != 0 && g->institution_id != c->institution_id)
		return TOMB_FAIL(err, TOMB_INVAL, "resource or institution id mismatch");
	if (g->title.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "title: Title is required");
	if (g->storage_option.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "storage_option: Invalid storage option");
	if (tomb_str_eq(g->state, TOMB_STR("D")))
		return TOMB_FAIL(err, TOMB_INVAL, "state: what is recorded is active");
	n = home->identifier.n;
	if (g->identifier.n < n + 2 || memcmp(g->identifier.p, home->identifier.p, n) != 0 || g->identifier.p[n] != '/')
		return TOMB_FAIL(err, TOMB_INVAL, "identifier: Identifier is required, as \"%.*s/NAME\"",
			TOMB_STR_ARG(home->identifier));
	*bag_name = g->bag_name.n > 0 ? g->bag_name
				      : (struct tomb_str){g->identifier.p + n + 1, g->identifier.n - n - 1};
	return TOMB_OK;
}

static enum tomb_code insert(struct tomb_pg *pg, const struct change *c, struct tomb_str bag_name, int64_t option,
	struct tomb_arena *arena, int64_t *id, struct tomb_err *err)
{
	const struct tomb_object_given *g = c->given;
	const struct sql_record_object_insert_args args = {
		.institution_id = c->institution_id,
		.identifier = g->identifier,
		.bag_name = bag_name,
		.title = g->title,
		IF_GIVEN(description, g->description),
		IF_GIVEN(alt_identifier, g->alt_identifier),
		IF_GIVEN(access, g->access),
		IF_GIVEN(bag_group_identifier, g->bag_group_identifier),
		IF_GIVEN(bagit_profile_identifier, g->bagit_profile_identifier),
		IF_GIVEN(source_organization, g->source_organization),
		IF_GIVEN(internal_sender_identifier, g->internal_sender_identifier),
		IF_GIVEN(internal_sender_description, g->internal_sender_description),
		IF_GIVEN(etag, g->etag),
		.storage_option_id = option,
	};
	struct sql_record_object_insert_row *made = NULL;

	TOMB_TRY(tomb_constraint_explain(
		pg, sql_record_object_insert(pg, &args, arena, &made, err), g->identifier, err));
	*id = made->id;
	return TOMB_OK;
}

/* A tomb_tx_fn. */
static enum tomb_code create(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct change *c = ctx;
	const struct tomb_object_given *g = c->given;
	struct tomb_str bag_name;
	int64_t option = 0;
	int64_t id = 0;

	TOMB_TRY(tomb_authority_all(pg, c->actor, TOMB_MAY_OBJECT_WRITE, "create and change objects", err));
	TOMB_TRY(check_given(g, err));
	TOMB_TRY(check_new(pg, c, &arena, &bag_name, err));
	TOMB_TRY(find_option(pg, g->storage_option, &arena, &option, err));
	TOMB_TRY(insert(pg, c, bag_name, option, &arena, &id, err));
	const struct tomb_event_line events[] = {
		{id, 0, tomb_record_event(c->actor, TOMB_STR("creation"), TOMB_STR("Object recorded"), g->title)},
		{id, 0,
			tomb_record_event(c->actor, TOMB_STR("identifier assignment"),
				TOMB_STR("Recorded the identifier"), g->identifier)},
		{id, 0,
			tomb_record_event(c->actor, TOMB_STR("access assignment"), TOMB_STR("Set access rights"),
				g->access.n > 0 ? g->access : TOMB_STR("institution"))},
	};
	TOMB_TRY(tomb_record_events(pg, events, TOMB_COUNTOF(events), NULL, err));
	TOMB_TRY(tomb_record_audit(pg, c->actor, "record object", c->institution_id, "object", id, g->identifier, err));
	c->id = id;
	return TOMB_OK;
}

enum tomb_code tomb_object_record_create(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t institution_id,
	const struct tomb_object_given *given, int64_t *id, struct tomb_err *err)
{
	struct change c = {.actor = actor, .given = given, .institution_id = institution_id};

	TOMB_TRY(tomb_tx_run(pg, TOMB_READ_COMMITTED, create, &c, err));
	*id = c.id;
	return TOMB_OK;
}

/* *comes_back: the object is deleted, and is said to be active. */
static enum tomb_code check_change(const struct tomb_object_given *g, const struct sql_record_object_lock_row *now,
	bool *comes_back, struct tomb_err *err)
{
	bool is_deleted = tomb_str_eq(now->state, TOMB_STR("D"));

	if (g->institution_id != 0 && g->institution_id != now->institution_id)
		return TOMB_FAIL(err, TOMB_INVAL, "institution id cannot change");
	if (g->identifier.p && !tomb_str_eq(g->identifier, now->identifier))
		return TOMB_FAIL(err, TOMB_INVAL, "identifier cannot change");
	if (!is_deleted && g->storage_option.p && !tomb_str_eq(g->storage_option, now->storage_option))
		return TOMB_FAIL(err, TOMB_INVAL, "cannot change storage option on active object");
	if (!is_deleted && tomb_str_eq(g->state, TOMB_STR("D")))
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"state: an object is Deleted when its deletion has ended, and not by being said to be");
	if (is_deleted && !tomb_str_eq(g->state, TOMB_STR("A")))
		return TOMB_FAIL(err, TOMB_CONFLICT,
			"%.*s is deleted: its record changes only when it comes back, with state \"A\"",
			TOMB_STR_ARG(now->identifier));
	*comes_back = is_deleted;
	return TOMB_OK;
}

static enum tomb_code put_update(
	struct tomb_pg *pg, int64_t id, const struct tomb_object_given *g, int64_t option, struct tomb_err *err)
{
	const struct sql_record_object_update_args args = {
		.id = id,
		IF_GIVEN(bag_name, g->bag_name),
		IF_GIVEN(title, g->title),
		IF_GIVEN(description, g->description),
		IF_GIVEN(alt_identifier, g->alt_identifier),
		IF_GIVEN(access, g->access),
		IF_GIVEN(bag_group_identifier, g->bag_group_identifier),
		IF_GIVEN(bagit_profile_identifier, g->bagit_profile_identifier),
		IF_GIVEN(source_organization, g->source_organization),
		IF_GIVEN(internal_sender_identifier, g->internal_sender_identifier),
		IF_GIVEN(internal_sender_description, g->internal_sender_description),
		IF_GIVEN(etag, g->etag),
		.storage_option_id = option,
	};
	size_t changed = 0;

	return tomb_constraint_explain(pg, sql_record_object_update(pg, &args, &changed, err), g->etag, err);
}

static enum tomb_code report_change(struct tomb_pg *pg, const struct change *c,
	const struct sql_record_object_lock_row *was, bool comes_back, struct tomb_err *err)
{
	const struct tomb_object_given *g = c->given;
	struct tomb_event_line events[2];
	size_t n = 0;

	if (g->access.p && !tomb_str_eq(g->access, was->access))
		events[n++] = (struct tomb_event_line){c->id, 0,
			tomb_record_event(
				c->actor, TOMB_STR("access assignment"), TOMB_STR("Set access rights"), g->access)};
	if (comes_back)
		events[n++] = (struct tomb_event_line){c->id, 0,
			tomb_record_event(c->actor, TOMB_STR("ingestion"),
				TOMB_STR("Object recorded again after its deletion"),
				g->storage_option.p ? g->storage_option : was->storage_option)};
	TOMB_TRY(tomb_record_events(pg, events, n, NULL, err));
	return tomb_record_audit(pg, c->actor, comes_back ? "record object again" : "change object",
		was->institution_id, "object", c->id, was->identifier, err);
}

/* A tomb_tx_fn. */
static enum tomb_code update(struct tomb_pg *pg, void *ctx, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct change *c = ctx;
	const struct tomb_object_given *g = c->given;
	struct sql_record_object_lock_row *now = NULL;
	bool comes_back = false;
	int64_t option = 0;
	size_t n = 0;

	TOMB_TRY(tomb_authority_all(pg, c->actor, TOMB_MAY_OBJECT_WRITE, "create and change objects", err));
	TOMB_TRY(check_given(g, err));
	TOMB_TRY(sql_record_object_lock(pg, &(struct sql_record_object_lock_args){c->id}, &arena, &now, &n, err));
	if (n == 0)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no object %" PRId64, c->id);
	TOMB_TRY(check_change(g, now, &comes_back, err));
	option = now->storage_option_id;
	if (g->storage_option.p)
		TOMB_TRY(find_option(pg, g->storage_option, &arena, &option, err));
	TOMB_TRY(put_update(pg, c->id, g, option, err));
	return report_change(pg, c, now, comes_back, err);
}

enum tomb_code tomb_object_record_update(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	const struct tomb_object_given *given, struct tomb_err *err)
{
	struct change c = {.actor = actor, .given = given, .id = id};

	return tomb_tx_run(pg, TOMB_READ_COMMITTED, update, &c, err);
}

#include "record_box.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEXTS = 8, MARC_TITLE = 200 };

const char *record_box_text(struct tomb_uuid id)
{
	static char texts[TEXTS][TOMB_UUID_TEXT];
	static size_t next;

	next = (next + 1) % TEXTS;
	return tomb_uuid_text(id, texts[next]);
}

static struct tomb_uuid new_id(void)
{
	struct tomb_uuid id;

	TOMB_OK_OR_FAIL(tomb_uuid_random(&id, &err));
	return id;
}

static void insert(struct tomb_uuid id, const char *kind, const struct tomb_uuid *parent, const char *title)
{
	char quoted[TOMB_UUID_TEXT + 2] = "null";

	if (parent)
		(void)snprintf(quoted, sizeof quoted, "'%s'", record_box_text(*parent));
	tomb_world_exec("insert into record (id, institution_id, kind, parent_id, title, created_by) "
			"select '%s', i.id, '%s', %s, $title$%s$title$, 'test' from institution i "
			"where i.identifier = 'test.edu'",
		record_box_text(id), kind, quoted, title);
}

struct tomb_uuid record_box_new(const char *kind, const struct tomb_uuid *parent, const char *title)
{
	struct tomb_uuid id = new_id();

	insert(id, kind, parent, title);
	return id;
}

/* ISO 2709: fields 005 and 245 behind a leader and a directory. */
struct tomb_uuid record_box_marc(const char *kind, const struct tomb_uuid *parent, const char *title)
{
	struct tomb_uuid id = new_id();
	char marc[MARC_TITLE + 128];
	size_t n = strlen(title);
	size_t field = n + 5; /* indicators, delimiter, code, terminator */
	size_t base = 24 + 2 * 12 + 1;

	assert_true(n < MARC_TITLE);
	(void)snprintf(marc, sizeof marc,
		"%05zunam a22%05zu a 4500005001700000245%04zu00017\x1e"
		"20200102030405.0\x1e"
		"00\x1f"
		"a%s\x1e\x1d",
		base + 17 + field + 1, base, field, title);
	insert(id, kind, parent, title);
	tomb_world_exec(
		"update record set source = 'MARC', marc = convert_to($m$%s$m$, 'UTF8'), marc_form = 'iso2709', "
		"marc_leader_at = 0, marc_005_at = %zu where id = '%s'",
		marc, base, record_box_text(id));
	return id;
}

bool record_box_is_deleted(struct tomb_uuid id)
{
	return tomb_world_number(
		       "select count(*) from record where id = '%s' and state = 'deleted'", record_box_text(id)) == 1;
}

struct tomb_record_deletion_ask record_box_ask(const struct tomb_uuid *id, enum tomb_record_mode mode)
{
	return (struct tomb_record_deletion_ask){
		.ids = id,
		.nids = 1,
		.mode = mode,
		.origin = TOMB_RECORD_BY_UI,
		.expect_count = -1,
		.reason_code = TOMB_STR("remediation"),
		.reason = TOMB_STR(""),
		.confirmed = {.not_needed_for_reference = true,
			.metadata_replicated = true,
			.rights_not_needed = true,
			.contents_verified = true,
			.legacy_uri = TOMB_STR("")},
		.actor_label = TOMB_STR(""),
		.job = TOMB_STR(""),
	};
}

int64_t record_box_delete(struct tomb_world *w, struct tomb_uuid id, enum tomb_record_mode mode)
{
	const struct tomb_record_deletion_ask ask = record_box_ask(&id, mode);
	struct tomb_record_deleted done = {0};

	TOMB_OK_OR_FAIL(tomb_record_delete(w->registry, &w->alice, &ask, &done, &err));
	return done.deletion_id;
}

struct tomb_actor record_box_command(void)
{
	return (struct tomb_actor){.email = TOMB_STR("tombstone"), .name = TOMB_STR("tombstone"), .via = TOMB_VIA_CLI};
}

int64_t record_box_restore(struct tomb_world *w, struct tomb_uuid id)
{
	const struct tomb_record_restore_ask ask = {.ids = &id, .nids = 1};
	const struct tomb_actor command = record_box_command();
	struct tomb_record_restored done = {0};

	TOMB_OK_OR_FAIL(tomb_record_restore(w->registry, &command, &ask, &done, &err));
	return done.records;
}

void record_box_check(void)
{
	assert_int_equal(
		tomb_world_number("select count(*) from record where (state = 'deleted') <> (deleted_at is not null) "
				  "or state = 'deleted' and not (discovery_suppress and staff_suppress)"),
		0);
	assert_int_equal(tomb_world_number("select count(*) from record r where marc is not null and (get_byte(marc, "
					   "marc_leader_at + 5) = 100) <> (state = 'deleted')"),
		0);
	assert_int_equal(
		tomb_world_number(
			"select count(*) from record r where marc is not null and state = 'deleted' and convert_from("
			"substring(marc from marc_005_at + 1 for 16), 'SQL_ASCII') <> to_char(deleted_at at time zone "
			"'UTC', 'YYYYMMDDHH24MISS\".0\"')"),
		0);
	assert_int_equal(
		tomb_world_number("select count(*) from record r where (select count(*) from record_tombstone t where "
				  "t.record_id = r.id and t.restored_at is null) <> (r.state = 'deleted')::int"),
		0);
	assert_int_equal(
		tomb_world_number("select count(*) from record_deletion d where d.records <> (select count(*) from "
				  "record_tombstone t where t.deletion_id = d.deletion_id)"),
		0);
}

#include "record_raw.h"

#include "pg_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { SQL_MAX = 4096 };

struct tomb_uuid record_raw_add(
	int64_t institution, enum tomb_record_kind kind, const struct tomb_uuid *parent, const char *title)
{
	char up[TOMB_UUID_TEXT] = "";
	char text[TOMB_UUID_TEXT];
	struct tomb_uuid id;

	TOMB_OK_OR_FAIL(tomb_uuid_random(&id, &err));
	if (parent)
		(void)tomb_uuid_text(*parent, up);
	tomb_world_exec(
		"insert into record (id, institution_id, kind, parent_id, title, created_by) values ('%s', %" PRId64
		", '%s', nullif('%s', '')::uuid, '%s', 'a test')",
		tomb_uuid_text(id, text), institution, tomb_record_kind_info(kind)->name.p, up, title);
	return id;
}

void record_raw_set(struct tomb_uuid id, const char *assignments)
{
	char text[TOMB_UUID_TEXT];

	tomb_world_exec("update record set %s where id = '%s'", assignments, tomb_uuid_text(id, text));
}

void record_raw_delete(struct tomb_uuid id)
{
	char text[TOMB_UUID_TEXT];

	tomb_world_exec("delete from record where id = '%s'", tomb_uuid_text(id, text));
}

int64_t record_raw_number(struct tomb_uuid id)
{
	char text[TOMB_UUID_TEXT];

	return tomb_world_number("select number from record where id = '%s'", tomb_uuid_text(id, text));
}

const char *record_raw_value(struct tomb_uuid id, const char *expression)
{
	char text[TOMB_UUID_TEXT];
	char sql[SQL_MAX];

	assert_in_range(snprintf(sql, sizeof sql, "select (%s)::text from record r where r.id = '%s'", expression,
				tomb_uuid_text(id, text)),
		1, sizeof sql - 1);
	return tomb_fixture_pg_value(sql);
}

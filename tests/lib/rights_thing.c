/* What the parameters of routes stand for. */
#include "pg_fixture.h"
#include "rights_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FREE_OBJECT "select id from intellectual_object where identifier = 'test.edu/secret-free'"
#define FREE_FILE "select id from generic_file where identifier = 'test.edu/secret-free/data/1'"

#define RECORD(kind) "select id from record where kind = '" kind "' order by number limit 1"

/*
 * What stands for a parameter: the first rule whose words are in the pattern before it, and whose kind it is of.  A
 * route that names something new needs a line here: the statement gives a thing of test.edu (of Alice's; of nobody's).
 */
static const struct rule {
	const char *words;
	const char *kind;
	const char *statement;
	enum rights_owner owner;
} rules[] = {
	{"/inventory/", "{uuid}", RECORD("instance"), RIGHTS_INSTITUTION},
	{"/instance-storage/", "{uuid}", RECORD("instance"), RIGHTS_INSTITUTION},
	{"/holdings-storage/", "{uuid}", RECORD("holdings"), RIGHTS_INSTITUTION},
	{"/item-storage/", "{uuid}", RECORD("item"), RIGHTS_INSTITUTION},
	{"/authority-storage/", "{uuid}", RECORD("authority"), RIGHTS_INSTITUTION},
	{"/source-storage/", "{uuid}", RECORD("authority"), RIGHTS_INSTITUTION},
	{"/api/v1/records/", "{uuid}", RECORD("alma_title"), RIGHTS_INSTITUTION},
	{"/static/", "{text}", "select 'style.css'", RIGHTS_NOBODY},
	{"/create/", "{id}", "select id from institution where identifier = 'test.edu'", RIGHTS_INSTITUTION},
	{"/create_batch/", "{id}", "select id from institution where identifier = 'test.edu'", RIGHTS_INSTITUTION},
	{"/institutions/", "{id}", "select id from institution where identifier = 'test.edu'", RIGHTS_INSTITUTION},
	{"/institutions/", "{rest}", "select 'test.edu'", RIGHTS_INSTITUTION},
	{"/institutions/", "{text}", "select 'test.edu'", RIGHTS_INSTITUTION},
	{"/records/show/", "{uuid}", "select id from record where state = 'deleted'", RIGHTS_NOBODY},
	{"/records/lightbox/", "{uuid}", "select id from record where kind = 'mms_collection'", RIGHTS_INSTITUTION},
	{"/records/marc/", "{uuid}", "select id from record where kind = 'instance'", RIGHTS_INSTITUTION},
	{"/records/deletions/", "{id}", "select max(deletion_id) from record_deletion", RIGHTS_INSTITUTION},
	{"/records/", "{uuid}", "select id from record where kind = 'mms_item' and state = 'active'",
		RIGHTS_INSTITUTION},
	{"/objects/request_delete/", "{id}", FREE_OBJECT, RIGHTS_INSTITUTION},
	{"/objects/init_delete/", "{id}", FREE_OBJECT, RIGHTS_INSTITUTION},
	{"/files/request_delete/", "{id}", FREE_FILE, RIGHTS_INSTITUTION},
	{"/files/init_delete/", "{id}", FREE_FILE, RIGHTS_INSTITUTION},
	{"/objects/", "{id}", "select id from intellectual_object where identifier = 'test.edu/secret'",
		RIGHTS_INSTITUTION},
	{"/objects/", "{rest}", "select 'test.edu/secret'", RIGHTS_INSTITUTION},
	{"/files/", "{id}", "select id from generic_file where identifier = 'test.edu/secret/data/1'",
		RIGHTS_INSTITUTION},
	{"/files/", "{rest}", "select 'test.edu/secret/data/1'", RIGHTS_INSTITUTION},
	{"/events/", "{id}", "select min(id) from premis_event", RIGHTS_INSTITUTION},
	{"/events/", "{uuid}", "select identifier from premis_event order by id limit 1", RIGHTS_INSTITUTION},
	{"/checksums/", "{id}", "select min(id) from checksum", RIGHTS_INSTITUTION},
	{"/storage_records/", "{id}", "select min(id) from copy where status = 'stored'", RIGHTS_INSTITUTION},
	{"/deletions/", "{id}", "select max(id) from deletion_request", RIGHTS_INSTITUTION},
	{"/work_items/", "{id}", "select min(id) from work_item", RIGHTS_INSTITUTION},
	{"/work-items/", "{id}", "select min(id) from work_item", RIGHTS_INSTITUTION},
	{"/items/", "{id}", "select min(id) from work_item", RIGHTS_INSTITUTION},
	{"/alerts/show/{id}/", "{id}", "select id from user_account where email = 'alice@test.edu'", RIGHTS_ALICE},
	{"/alerts/", "{id}",
		"select min(id) from alert where user_id = (select id from user_account where email = "
		"'alice@test.edu')",
		RIGHTS_ALICE},
	{"keys/", "{id}",
		"select min(id) from api_key where user_id = (select id from user_account where email = "
		"'alice@test.edu')",
		RIGHTS_ALICE},
	{"/sessions/", "{id}",
		"insert into session (token_sha256, user_id, expires_at) select sha256('spare'), id, now() + interval "
		"'1 "
		"hour' from user_account where email = 'alice@test.edu' returning id",
		RIGHTS_ALICE},
	{"/require_totp/", "{id}", "select id from institution where identifier = 'test.edu'", RIGHTS_INSTITUTION},
	{"/users/", "{id}", "select id from user_account where email = 'dave@test.edu'", RIGHTS_INSTITUTION},
	{"/storage_options/", "{id}", "select min(id) from storage_option", RIGHTS_NOBODY},
	{"/storage-options/", "{id}", "select min(id) from storage_option", RIGHTS_NOBODY},
};
_Static_assert(TOMB_COUNTOF(rules) <= RIGHTS_RULES, "rules");

static size_t rule_of(const char *pattern, size_t at, const char *kind, size_t nkind)
{
	char before[RIGHTS_PATH];

	(void)snprintf(before, sizeof before, "%.*s", (int)at, pattern);
	for (size_t i = 0; i < TOMB_COUNTOF(rules); i++)
		if (strlen(rules[i].kind) == nkind && memcmp(rules[i].kind, kind, nkind) == 0 &&
			strstr(before, rules[i].words))
			return i;
	fail_msg("%s: what does %.*s stand for?  Add a line to rules[] in tests/lib/rights_thing.c: the words before "
		 "it, and a statement that gives one of test.edu",
		pattern, (int)nkind, kind);
	return 0;
}

const char *rights_value(struct rights_box *box, const char *pattern, const char *p, enum rights_owner *owner)
{
	size_t rule = rule_of(pattern, (size_t)(p - pattern), p, (size_t)(strchr(p, '}') - p) + 1);

	if (!box->values[rule])
		box->values[rule] = tomb_fixture_pg_value(rules[rule].statement);
	if (!box->values[rule])
		fail_msg("%s: the rule for %s gives nothing", pattern, rules[rule].words);
	*owner = rules[rule].owner;
	return box->values[rule];
}

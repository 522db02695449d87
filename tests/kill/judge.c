#include "judge.h"

#include "evidence.h"
#include "killer.h"
#include "moment.h"
#include "pg_fixture.h"

#include <dirent.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { STILL_MS = 180 * 1000, LOOK_MS = 200, REQUEUE_MAX = 200, SQL_MAX = 4096, SAMPLE = 6, COMMAND = 2048 };

/* A sentence, and what contradicts it: rows, of which some are shown. */
struct sentence {
	const char *text;
	const char *sql;
};

#define APPROVED "request_file l join deletion d using (request_id) join generic_file f on f.id = l.file_id"

static const struct sentence sentences[] = {
	{"Every work item has ended.", "select id, action, status, note from work_item where completed_at is null"},
	{"Every deletion has ended.", "select id, request_id from deletion where finished_at is null"},
	{"No batch is ready, leased or failed.",
		"select id, state, attempts, last_error from batch where state <> 'done'"},
	{"Every approved file is deleted, unless it is held or was stored again.",
		"select l.file_id, l.generation, l.outcome, l.reason, f.state, f.generation from " APPROVED
		" where l.outcome <> 'deleted' and not (l.outcome = 'refused' and (f.generation > l.generation "
		"or exists (select from hold h where h.file_id = f.id)))"},
	{"What was deleted is Deleted, unless it came back.",
		"select l.file_id, f.state from " APPROVED
		" where l.outcome = 'deleted' and f.generation = l.generation and f.state <> 'D'"},
	{"Nothing is Deleted that was not approved.",
		"select g.id, g.identifier from generic_file g where g.state = 'D' and not exists (select "
		"from " APPROVED " where l.file_id = g.id and l.generation = g.generation and l.outcome = 'deleted')"},
	{"Each deleted file has one event at its generation, and no other file has one.",
		"select coalesce(l.file_id, e.file_id), e.n from (select l.file_id, l.generation from " APPROVED
		" where l.outcome = 'deleted') l full join (select file_id, generation, count(*) as n from "
		"premis_event "
		"where event_type = 'deletion' and outcome = 'Success' and file_id is not null group by 1, 2) e "
		"using (file_id, generation) where e.n is distinct from 1 or l.file_id is null"},
	{"Each deleted object has one event in its cycle, and no object has two in one.",
		"select o.id, e.n from intellectual_object o left join (select object_id, generation, count(*) as n "
		"from premis_event where event_type = 'deletion' and outcome = 'Success' and file_id is null group by "
		"1, 2) e "
		"on e.object_id = o.id and e.generation = o.cycle where e.n > 1 or (o.state = 'D') <> (e.n is not "
		"null)"},
	{"Every copy of a deleted file is gone, and was looked for afterwards.",
		"select c.id, c.url, c.status, c.verification from copy c join " APPROVED
		" on l.file_id = c.file_id where l.outcome = 'deleted' and c.generation <= l.generation "
		"and (c.status <> 'gone' or c.verification <> 'verified absent')"},
	{"No copy is half way.", "select id, url, status from copy where status = 'removing'"},
	{"What is gone is in no store.",
		"select c.id, c.url from copy c join judge.found using (url) where c.status = 'gone'"},
	{"What is not gone is in its store.", "select c.id, c.url, c.status from copy c where c.status <> 'gone' and "
					      "not exists (select from judge.found n "
					      "where n.url = c.url)"},
	{"It has its bytes.",
		"select c.id, c.url from copy c join judge.found n using (url) left join checksum k on k.file_id = "
		"c.file_id "
		"and k.generation = c.generation and k.algorithm = 'sha256' where n.etag <> c.etag or n.sha256 <> "
		"coalesce(k.digest, encode(sha256(lpad(c.file_id::text, 64)::bytea), 'hex'))"},
	{"Nothing is in a store that the ledger was not told of before.",
		"select n.url from judge.found n where not exists (select from copy c where c.url = n.url) "
		"and not exists (select from promised_put p where p.url = n.url)"},
	{"Each key that the store deleted is a copy of an approved file, of the list's generation or before.",
		"select w.seq, w.at, w.url from judge.done w where w.what in ('delete', 'miss') and not exists (select "
		"from "
		"copy c join " APPROVED " on l.file_id = c.file_id where c.url = w.url and l.generation >= "
		"c.generation and (l.outcome = 'deleted' or c.status = 'gone' and (l.generation < f.generation or "
		"exists (select from hold h where h.file_id = f.id and h.reason = 'a court wants it, late'))))"},
	{"No key was deleted twice.",
		"select url, count(*) from judge.done where what = 'delete' group by url having count(*) > 1"},
	{"Nothing was touched that is held and was claimed by nobody before.",
		"select h.file_id, c.url, c.status from hold h join copy c on c.file_id = h.file_id where "
		"h.reason = 'a court wants it' and (c.status not in ('stored', 'superseded') "
		"or not exists (select from judge.found n where n.url = c.url))"},
	{"What is held and was refused says what it had lost before.",
		"select h.file_id, l.reason from hold h join " APPROVED " on l.file_id = h.file_id where l.outcome = "
		"'refused' and l.generation = f.generation and (l.reason like '%had been removed under an earlier "
		"claim') <> exists (select from copy c where c.file_id = h.file_id and c.generation = l.generation "
		"and c.status = 'gone')"},
	{"Nothing was taken off the list of a request that was not approved.",
		"select l.request_id, l.file_id, l.outcome from request_file l join deletion_request r on r.id = "
		"l.request_id "
		"where r.state <> 'approved' and l.outcome <> 'pending'"},
	{"What the second person refused was refused.",
		"select r.id, r.reason, x.verdict from deletion_request r left join decision x on x.request_id = r.id "
		"where r.state in ('open', 'expired') or (r.state = 'approved') <> (x.verdict is not distinct from "
		"'approve')"},
	{"Two different people consented to each deletion.",
		"select request_id from decision where verdict = 'approve' and decided_by = requested_by"},
	{"Each one who asked for what was approved was told of the end.",
		"select d.request_id, u.email from deletion d join deletion_request r on r.id = d.request_id "
		"join user_account u on u.id = r.requested_by where not exists (select from judge.mail m where "
		"m.address = u.email and m.subject ~ ('^(Done|Incomplete): deletion request ' || r.id || ' '))"},
	{"No mail is left.", "select id, last_error from outbox where done_at is null"},
	{"Every bag that came is there.",
		"select w.id, w.object_identifier from work_item w where w.action = 'Ingest' and w.status = 'Success' "
		"and not exists (select from intellectual_object o where o.identifier = w.object_identifier)"},
	{"The store was never asked badly.", "select seq, url from judge.done where what = 'bad'"},
	{"Each decision has its entry in the audit log.",
		"select request_id from decision x where (select count(*) from audit_entry e where e.subject = "
		"'request ' || "
		"x.request_id and e.verb in ('approve deletion', 'reject deletion')) <> 1"},
	{"No ingest left rows behind.", "select work_item_id, count(*) from ingest_file group by 1"},
};

/* Once the programs have ended. */
static const struct sentence last_sentence = {"No transaction is open, and nobody holds a lock.",
	"select a.pid, a.usename, a.state, a.query from pg_stat_activity a where a.pid <> pg_backend_pid() "
	"and a.backend_type = 'client backend' and (a.xact_start is not null or exists (select from pg_locks k "
	"where k.pid = a.pid and k.locktype = 'advisory'))"};

static bool is_true(const struct sentence *sentence)
{
	char sql[SQL_MAX];
	int64_t n = 0;

	(void)snprintf(sql, sizeof sql, "select count(*) from (%s) x", sentence->sql);
	n = tomb_fixture_pg_number(sql);
	if (n == 0)
		return true;
	(void)snprintf(sql, sizeof sql,
		"select coalesce(string_agg(r, E'\\n    '), '') from (select x::text as r from (%s) x limit %d) y",
		sentence->sql, SAMPLE);
	printf("NOT TRUE, %" PRId64 " times: %s\n    %s\n", n, sentence->text, tomb_fixture_pg_value(sql));
	return false;
}

/* ---- until nothing moves ---- */

static int64_t left_to_do(void)
{
	return tomb_world_number(
		"select (select count(*) from deletion where finished_at is null) "
		"+ (select count(*) from outbox where done_at is null and gave_up_at is null) "
		"+ (select count(*) from audit_entry e where not exists (select from audit_seal a where "
		"a.entry_id = e.id)) + (select count(*) from work_item where completed_at is null)");
}

/* As an operator would who sees that what failed was no reason to. */
static int requeue_failed(const struct scene *s, int64_t *id)
{
	char text[24];
	struct scene_words words;
	int status = 0;

	*id = tomb_world_number(
		"select coalesce((select w.id from work_item w join request_file l on l.item_id = w.item_id "
		"join deletion d on d.id = w.deletion_id and d.request_id = l.request_id "
		"where w.completed_at is not null and l.outcome = 'failed' limit 1), 0)");
	if (*id == 0)
		return 0;
	(void)snprintf(text, sizeof text, "%" PRId64, *id);
	words = scene_command(s, (const char *[]){"requeue", text, NULL});
	status = program_run(words.argv, NULL);
	if (status != 0)
		fail_msg("requeue %s: exit %d", text, status);
	return 1;
}

int judge_wait(struct scene *s)
{
	int64_t until = moment_ms() + STILL_MS;
	int64_t last = -1;
	int requeued = 0;
	struct tally ignored = {.holds = 0};

	for (;;) {
		int64_t progress = tomb_world_number(
			"select (select count(*) from request_file where outcome = 'pending') + (select count(*) from "
			"outbox where done_at is null) "
			"+ (select count(*) from audit_entry) + (select count(*) from audit_seal)");
		int64_t id = 0;

		if (left_to_do() == 0 && (requeued >= REQUEUE_MAX || requeue_failed(s, &id) == 0))
			return requeued;
		requeued += id > 0;
		if (progress != last)
			until = moment_ms() + STILL_MS;
		last = progress;
		if (moment_ms() > until) {
			program_print_log(&s->stage->registry);
			program_print_log(&s->stage->worker);
			return -1;
		}
		killer_keep_alive(s, &ignored);
		for (int ms = 0; ms < LOOK_MS; ms += 5)
			moment_pass();
	}
}

/* ---- what is not in tables ---- */

static bool command_works(const struct scene *s, const char *const *arguments, const char *out_name)
{
	struct scene_words words = scene_command(s, arguments);
	char *out = NULL;
	int status = program_run(words.argv, &out);

	if (status != 0)
		printf("NOT TRUE: tombstone %s %s: exit %d: %s\n", arguments[0], arguments[1], status, out);
	else if (out_name)
		temp_folder_write(&s->temp, out_name, out, strlen(out));
	free(out);
	return status == 0;
}

/* By the schema of the Library of Congress where it is at hand; else as XML. */
static bool premis_is_valid(const struct scene *s, const char *identifier)
{
	const char *data = getenv("TOMBSTONE_TEST_DATA");
	char command[COMMAND];
	int status = 0;

	if (!command_works(s, (const char *[]){"premis", identifier, NULL}, "premis.xml"))
		return false;
	if (data)
		(void)snprintf(command, sizeof command,
			"XML_CATALOG_FILES='%s/catalog.xml' xmllint --nonet --noout --schema "
			"'%s/schemas/premis-v3-0.xsd' %s/premis.xml 2>/dev/null",
			data, data, s->temp.path);
	else
		(void)snprintf(command, sizeof command, "xmllint --nonet --noout %s/premis.xml", s->temp.path);
	status = system(command); /* NOLINT(cert-env33-c): a test, and names of our own making */
	if (status != 0)
		printf("NOT TRUE: the PREMIS of %s is valid.\n", identifier);
	return status == 0;
}

/* Of every bag, and of every smallest object of an institution. */
static int judge_documents(const struct scene *s)
{
	int wrong = 0;

	for (int i = 0; i < s->nbags; i++) {
		char identifier[96];

		(void)snprintf(
			identifier, sizeof identifier, "%s/%s", s->parties[s->bags[i].party].domain, s->bags[i].name);
		wrong += !premis_is_valid(s, identifier);
	}
	for (int i = 0; i < PARTIES; i++) {
		char sql[256];

		(void)snprintf(sql, sizeof sql,
			"select coalesce((select identifier from intellectual_object where state = 'D' and "
			"institution_id = %" PRId64 " order by id desc limit 1), '')",
			s->parties[i].institution);
		if (tomb_fixture_pg_value(sql)[0])
			wrong += !premis_is_valid(s, tomb_fixture_pg_value(sql));
	}
	return wrong;
}

/* Processes other than this one whose command line names this test's folder. */
static int count_ours(const struct scene *s)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry = NULL;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) { /* NOLINT(concurrency-mt-unsafe): one thread, and a DIR of its own */
		char path[300];
		char line[4096];
		FILE *f = NULL;
		size_t got = 0;

		(void)snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
		f = atoi(entry->d_name) > 0 && atoi(entry->d_name) != (int)getpid() ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		got = fread(line, 1, sizeof line, f);
		(void)fclose(f); /* read only */
		n += memmem(line, got, s->stage->world.folder, strlen(s->stage->world.folder)) != NULL;
	}
	assert_int_equal(closedir(dir), 0);
	return n;
}

static int judge_processes(struct scene *s)
{
	int64_t until = moment_ms() + STILL_MS;
	int wrong = 0;
	int n = 0;

	if (program_end(&s->stage->registry) != 0 || program_end(&s->stage->worker) != 0) {
		printf("NOT TRUE: The programs end in good order.\n");
		wrong++;
	}
	while ((n = count_ours(s)) > 0 && moment_ms() < until)
		moment_pass();
	if (n > 0)
		printf("NOT TRUE: No process is left: %d are.\n", n);
	return wrong + (n > 0);
}

int judge_all(struct scene *s)
{
	int wrong = 0;

	evidence_collect(s);
	for (size_t i = 0; i < TOMB_COUNTOF(sentences); i++)
		wrong += !is_true(&sentences[i]);
	wrong += !command_works(s, (const char *[]){"audit", "verify", NULL}, NULL);
	wrong += judge_documents(s);
	wrong += judge_processes(s);
	return wrong + !is_true(&last_sentence);
}

#include "tombstone/premis.h"

#include "page_internal.h"
#include "premis_element.h"
#include "tombstone/tx.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	PAGE_ROWS = 500,                   /* files or events read at once */
	PAGE_ARENA_MAX = 64 * 1024 * 1024, /* of a page, with every copy and event of its files */
	AGENTS_ARENA_MAX = 4 * 1024 * 1024,
	AGENTS_MAX = 10000,               /* people and programs in one document: more than an archive ever employs */
	PIECE_BYTES = 64 * 1024,          /* what the sink is given at once, more or less */
	PIECE_BYTES_MAX = 8 * 1024 * 1024 /* one element: a file with TOMB_FILE_PARTS_MAX copies of long URLs */
};

/* A document being written. */
struct document {
	struct tomb_pg *pg;
	const struct tomb_actor *actor;
	struct tomb_buf buf;
	struct tomb_xml xml;
	tomb_premis_sink_fn *sink;
	void *ctx;
	struct tomb_arena page;        /* of the page at hand */
	struct tomb_arena agent_arena; /* of the whole document */
	struct tomb_premis_agent *agents;
	size_t nagents;
};

static void document_fini(struct document *d)
{
	tomb_buf_fini(&d->buf);
	tomb_arena_fini(&d->page);
	tomb_arena_fini(&d->agent_arena);
}

static enum tomb_code flush(struct document *d, size_t unless_below, struct tomb_err *err)
{
	struct tomb_str piece = TOMB_STR("");

	TOMB_TRY(tomb_buf_done(&d->buf, &piece, err));
	if (piece.n < unless_below || piece.n == 0)
		return TOMB_OK;
	TOMB_TRY(d->sink(d->ctx, piece, err));
	tomb_buf_reset(&d->buf);
	return TOMB_OK;
}

static enum tomb_code add_agent(struct document *d, enum tomb_premis_agent_kind kind, struct tomb_str id,
	struct tomb_str name, struct tomb_err *err)
{
	struct tomb_premis_agent *agent = NULL;

	for (size_t i = 0; i < d->nagents; i++)
		if (d->agents[i].kind == kind && tomb_str_eq(d->agents[i].id, id))
			return TOMB_OK;
	if (d->nagents == AGENTS_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "more than %d agents in one document", AGENTS_MAX);
	agent = &d->agents[d->nagents];
	*agent = (struct tomb_premis_agent){
		kind, tomb_arena_str(&d->agent_arena, id), tomb_arena_str(&d->agent_arena, name)};
	if (!agent->id.p || !agent->name.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "agents of a document");
	d->nagents++;
	return TOMB_OK;
}

/* The rows about one file in those of a page, which are in order of files. */
static void events_of(
	const struct sql_read_premis_event_ids_row *rows, size_t n, int64_t file_id, struct tomb_premis_file_rows *out)
{
	size_t first = 0;
	size_t end = 0;

	while (first < n && rows[first].file_id < file_id)
		first++;
	for (end = first; end < n && rows[end].file_id == file_id;)
		end++;
	out->events = n > 0 ? rows + first : NULL;
	out->nevents = end - first;
}

static void copies_of(
	const struct sql_read_premis_copies_row *rows, size_t n, int64_t file_id, struct tomb_premis_file_rows *out)
{
	size_t first = 0;
	size_t end = 0;

	while (first < n && rows[first].file_id < file_id)
		first++;
	for (end = first; end < n && rows[end].file_id == file_id;)
		end++;
	out->copies = n > 0 ? rows + first : NULL;
	out->ncopies = end - first;
}

/* What the statements below are asked about: the files of a page, or the deletions. */
static enum tomb_code new_ids(struct document *d, size_t n, int64_t **out, struct tomb_err *err)
{
	*out = TOMB_NEW(&d->page, int64_t, n);
	return *out ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "%zu ids", n);
}

static enum tomb_code put_files(
	struct document *d, int64_t scope, const struct tomb_file *files, size_t n, struct tomb_err *err)
{
	struct sql_read_premis_event_ids_row *events = NULL;
	struct sql_read_premis_copies_row *copies = NULL;
	int64_t *ids = NULL;
	size_t nevents = 0;
	size_t ncopies = 0;

	TOMB_TRY(new_ids(d, n, &ids, err));
	for (size_t i = 0; i < n; i++)
		ids[i] = files[i].id;
	TOMB_TRY(sql_read_premis_event_ids(
		d->pg, &(struct sql_read_premis_event_ids_args){scope, {ids, n}}, &d->page, &events, &nevents, err));
	TOMB_TRY(sql_read_premis_copies(
		d->pg, &(struct sql_read_premis_copies_args){scope, {ids, n}}, &d->page, &copies, &ncopies, err));
	for (size_t i = 0; i < n; i++) {
		struct tomb_premis_file_rows rows = {0};

		events_of(events, nevents, files[i].id, &rows);
		copies_of(copies, ncopies, files[i].id, &rows);
		tomb_premis_put_file(&d->xml, &files[i], &rows);
		TOMB_TRY(flush(d, PIECE_BYTES, err));
	}
	return TOMB_OK;
}

static enum tomb_code put_files_of_object(struct document *d, int64_t object_id, struct tomb_err *err)
{
	struct tomb_file_filter filter = {.object_id = object_id, .with_fixity = true};
	struct tomb_file_page found = {.next = TOMB_STR("")};
	int64_t scope = 0;
	char cursor[24] = "";

	TOMB_TRY(tomb_scope(d->actor, TOMB_MAY_OBJECT_READ, 0, &scope, err));
	do {
		struct tomb_page page = {.after = tomb_str_from(cursor), .limit = PAGE_ROWS};

		tomb_arena_reset(&d->page);
		TOMB_TRY(tomb_file_list(d->pg, d->actor, &filter, &page, &d->page, &found, err));
		(void)snprintf(cursor, sizeof cursor, "%.*s", TOMB_STR_ARG(found.next));
		TOMB_TRY(put_files(d, scope, found.p, found.n, err));
	} while (cursor[0] != '\0');
	return TOMB_OK;
}

static enum tomb_code put_object(struct document *d, int64_t object_id, struct tomb_err *err)
{
	struct tomb_premis_event_filter own = {.object_id = object_id};
	struct tomb_premis_event_page events;
	struct tomb_object object;

	TOMB_TRY(tomb_object_find(d->pg, d->actor, object_id, TOMB_STR(""), &d->page, &object, err));
	TOMB_TRY(tomb_premis_event_list(
		d->pg, d->actor, &own, &(struct tomb_page){.limit = TOMB_PAGE_MAX}, &d->page, &events, err));
	tomb_premis_put_object(&d->xml, &object, events.p, events.n);
	TOMB_TRY(flush(d, PIECE_BYTES, err));
	return put_files_of_object(d, object_id, err);
}

static enum tomb_code put_one_file(struct document *d, int64_t file_id, struct tomb_err *err)
{
	struct tomb_file file;
	int64_t scope = 0;

	TOMB_TRY(tomb_scope(d->actor, TOMB_MAY_FILE_READ, 0, &scope, err));
	TOMB_TRY(tomb_file_find(d->pg, d->actor, file_id, TOMB_STR(""), &d->page, &file, err));
	return put_files(d, scope, &file, 1, err);
}

/* What a page of events refers to. */
struct references {
	const struct sql_read_premis_people_row *people;
	size_t npeople;
	const struct sql_read_premis_copies_row *copies;
	size_t ncopies;
};

static enum tomb_code read_references(struct document *d, const struct tomb_premis_event *events, size_t n,
	struct references *out, struct tomb_err *err)
{
	struct sql_read_premis_people_row *people = NULL;
	struct sql_read_premis_copies_row *copies = NULL;
	int64_t *deletions = NULL;
	int64_t *files = NULL;
	size_t ndeletions = 0;
	size_t nfiles = 0;
	size_t npeople = 0;
	size_t ncopies = 0;
	int64_t scope = 0;

	TOMB_TRY(new_ids(d, n, &deletions, err));
	TOMB_TRY(new_ids(d, n, &files, err));
	for (size_t i = 0; i < n; i++) {
		if (events[i].deletion_id == 0)
			continue;
		if (ndeletions == 0 || deletions[ndeletions - 1] != events[i].deletion_id)
			deletions[ndeletions++] = events[i].deletion_id;
		if (events[i].file_id != 0)
			files[nfiles++] = events[i].file_id;
	}
	TOMB_TRY(tomb_scope(d->actor, TOMB_MAY_EVENT_READ, 0, &scope, err));
	if (ndeletions > 0)
		TOMB_TRY(sql_read_premis_people(d->pg,
			&(struct sql_read_premis_people_args){scope, {deletions, ndeletions}}, &d->page, &people,
			&npeople, err));
	if (nfiles > 0)
		TOMB_TRY(sql_read_premis_copies(d->pg, &(struct sql_read_premis_copies_args){scope, {files, nfiles}},
			&d->page, &copies, &ncopies, err));
	*out = (struct references){people, npeople, copies, ncopies};
	return TOMB_OK;
}

static const struct sql_read_premis_people_row *people_of(const struct references *refs, int64_t deletion_id)
{
	for (size_t i = 0; i < refs->npeople; i++)
		if (refs->people[i].deletion_id == deletion_id)
			return &refs->people[i];
	return NULL;
}

static enum tomb_code put_event(
	struct document *d, const struct tomb_premis_event *event, const struct references *refs, struct tomb_err *err)
{
	const struct sql_read_premis_people_row *people = people_of(refs, event->deletion_id);
	struct tomb_premis_file_rows rows = {0};

	TOMB_TRY(add_agent(d, TOMB_PREMIS_SOFTWARE, event->agent, event->agent, err));
	if (people) {
		TOMB_TRY(add_agent(d, TOMB_PREMIS_PERSON, people->asked_email, people->asked_name, err));
		TOMB_TRY(add_agent(d, TOMB_PREMIS_PERSON, people->agreed_email, people->agreed_name, err));
	}
	if (event->file_id != 0)
		copies_of(refs->copies, refs->ncopies, event->file_id, &rows);
	tomb_premis_put_event(&d->xml, event, people, &rows);
	return flush(d, PIECE_BYTES, err);
}

static enum tomb_code put_events(struct document *d, const struct tomb_premis_subject *subject, struct tomb_err *err)
{
	struct tomb_premis_event_filter filter = {
		.object_id = subject->object_id, .with_files = true, .file_id = subject->file_id};
	struct tomb_premis_event_page found = {.next = TOMB_STR("")};
	struct references refs;
	char cursor[24] = "";

	do {
		struct tomb_page page = {.after = tomb_str_from(cursor), .limit = PAGE_ROWS};

		tomb_arena_reset(&d->page);
		TOMB_TRY(tomb_premis_event_list(d->pg, d->actor, &filter, &page, &d->page, &found, err));
		(void)snprintf(cursor, sizeof cursor, "%.*s", TOMB_STR_ARG(found.next));
		TOMB_TRY(read_references(d, found.p, found.n, &refs, err));
		for (size_t i = 0; i < found.n; i++)
			TOMB_TRY(put_event(d, &found.p[i], &refs, err));
	} while (cursor[0] != '\0');
	return TOMB_OK;
}

static enum tomb_code put_document(struct document *d, const struct tomb_premis_subject *subject, struct tomb_err *err)
{
	d->xml = tomb_xml_init(&d->buf, true);
	tomb_xml_start(&d->xml, "premis:premis");
	tomb_xml_attr(&d->xml, "xmlns:premis", TOMB_STR("http://www.loc.gov/premis/v3"));
	tomb_xml_attr(&d->xml, "xmlns:xsi", TOMB_STR("http://www.w3.org/2001/XMLSchema-instance"));
	tomb_xml_attr(&d->xml, "version", TOMB_STR("3.0"));
	tomb_xml_attr(&d->xml, "xsi:schemaLocation",
		TOMB_STR("http://www.loc.gov/premis/v3 http://www.loc.gov/standards/premis/premis.xsd"));
	if (subject->file_id != 0)
		TOMB_TRY(put_one_file(d, subject->file_id, err));
	else
		TOMB_TRY(put_object(d, subject->object_id, err));
	TOMB_TRY(put_events(d, subject, err));
	for (size_t i = 0; i < d->nagents; i++)
		tomb_premis_put_agent(&d->xml, &d->agents[i]);
	tomb_xml_end(&d->xml, "premis:premis");
	return flush(d, 0, err);
}

enum tomb_code tomb_premis_write(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_premis_subject *subject, tomb_premis_sink_fn *sink, void *ctx, struct tomb_err *err)
{
	TOMB_CLEANUP(document_fini)
	struct document d = {
		.pg = pg,
		.actor = actor,
		.buf = tomb_buf_init(PIECE_BYTES_MAX),
		.sink = sink,
		.ctx = ctx,
		.page = tomb_arena_init(PAGE_ARENA_MAX),
		.agent_arena = tomb_arena_init(AGENTS_ARENA_MAX),
	};
	TOMB_TX_AUTO tx = tomb_tx_init(pg);

	if ((subject->object_id != 0) == (subject->file_id != 0))
		return TOMB_FAIL(err, TOMB_INVAL, "a PREMIS document is about an object or a file");
	d.agents = TOMB_NEW(&d.agent_arena, struct tomb_premis_agent, AGENTS_MAX);
	if (!d.agents)
		return TOMB_FAIL(err, TOMB_NOMEM, "agents of a document");
	TOMB_TRY(tomb_tx_begin(&tx, TOMB_REPEATABLE_READ, err));
	TOMB_TRY(put_document(&d, subject, err));
	return tomb_tx_commit(&tx, err);
}

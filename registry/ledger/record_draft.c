#include "record_draft.h"

#include "constraint.h"
#include "tombstone/clock.h"
#include "tombstone/json_reader.h"
#include "tombstone/marc_reader.h"
#include "tombstone/mods.h"
#include "tombstone/utf8.h"

enum {
	ID_MAX = 255, /* characters, as the ledger has it */
	RIGHTS_MAX = 4096,
	STATUS_AT = 5 /* in a leader */
};

/* Which payloads a kind has. */
static bool may_have_marc(enum tomb_record_kind kind, enum tomb_marc_kind *what)
{
	switch (kind) {
	case TOMB_RECORD_INSTANCE:
	case TOMB_RECORD_ALMA_TITLE:
	case TOMB_RECORD_ALMA_COLLECTION:
		*what = TOMB_MARC_BIB;
		return true;
	case TOMB_RECORD_HOLDINGS:
	case TOMB_RECORD_ALMA_HOLDING:
		*what = TOMB_MARC_HOLDINGS;
		return true;
	case TOMB_RECORD_AUTHORITY:
		*what = TOMB_MARC_AUTHORITY;
		return true;
	case TOMB_RECORD_MMS_COLLECTION:
	case TOMB_RECORD_MMS_CONTAINER:
	case TOMB_RECORD_MMS_ITEM:
	case TOMB_RECORD_MMS_CAPTURE:
	case TOMB_RECORD_ITEM:
	case TOMB_RECORD_ALMA_ITEM:
	case TOMB_RECORD_ALMA_REPRESENTATION:
	case TOMB_RECORD_ALMA_REMOTE_REPRESENTATION:
	case TOMB_RECORD_ALMA_DIGITAL_FILE:
	case TOMB_RECORD_ALMA_PORTFOLIO:
	case TOMB_RECORD_KIND_MAX:
		break;
	}
	return false;
}

static bool may_have_mods(enum tomb_record_kind kind)
{
	return kind == TOMB_RECORD_MMS_COLLECTION || kind == TOMB_RECORD_MMS_CONTAINER || kind == TOMB_RECORD_MMS_ITEM;
}

static bool says_deleted(enum tomb_record_kind kind, char status)
{
	return status == 'd' || (kind == TOMB_RECORD_AUTHORITY && (status == 's' || status == 'x'));
}

/* A title is cut where one of its characters ends. */
static struct tomb_str cut(struct tomb_str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return (struct tomb_str){s.p, max};
}

static enum tomb_code copy(struct tomb_str s, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str kept = tomb_arena_str(arena, s);

	if (!kept.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a field of a MARC record");
	*out = kept;
	return TOMB_OK;
}

static enum tomb_code read_facts(
	struct tomb_record_draft *d, enum tomb_marc_kind want, struct tomb_arena *arena, struct tomb_err *err)
{
	TOMB_BUF_AUTO scratch = tomb_buf_init(TOMB_MARC_SCRATCH_MAX);
	struct tomb_marc_facts facts;
	struct tomb_marc marc;

	TOMB_TRY(tomb_marc_open(&d->marc, &scratch, &marc, err));
	TOMB_TRY(tomb_marc_facts(&marc, arena, &facts, err));
	if (facts.kind != want && facts.kind != TOMB_MARC_OTHER)
		return TOMB_FAIL(err, TOMB_INVAL,
			"the MARC record is of another kind than %.*s: see leader/06, which is '%c'",
			TOMB_STR_ARG(tomb_record_kind_info(d->kind)->name), facts.type);
	d->verdict = says_deleted(d->kind, facts.status) ? TOMB_RECORD_SAYS_DELETED : TOMB_RECORD_SAYS_ACTIVE;
	if (facts.id.n > 0 && facts.id.n <= ID_MAX && tomb_utf8_is_line(facts.id))
		TOMB_TRY(copy(facts.id, arena, &d->control, err));
	if (!d->title.p && facts.title.n > 0)
		d->title = cut(facts.title, TOMB_RECORD_TITLE_MAX);
	return TOMB_OK;
}

static enum tomb_code read_marc(struct tomb_record_draft *d, struct tomb_arena *arena, struct tomb_err *err)
{
	enum tomb_marc_kind want = TOMB_MARC_OTHER;

	if (!d->given->marc.p)
		return TOMB_OK;
	if (!may_have_marc(d->kind, &want))
		return TOMB_FAIL(err, TOMB_INVAL, "a record of kind %.*s has no MARC",
			TOMB_STR_ARG(tomb_record_kind_info(d->kind)->name));
	if (d->given->marc.n > TOMB_RECORD_PAYLOAD_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "a MARC record has at most %d bytes", TOMB_RECORD_PAYLOAD_MAX);
	TOMB_TRY(tomb_marc_read_one(d->given->marc, tomb_clock_wall_us(tomb_clock_real()), arena, &d->marc, err));
	d->has_marc = true;
	return read_facts(d, want, arena, err);
}

static enum tomb_code read_mods(struct tomb_record_draft *d, struct tomb_arena *arena, struct tomb_err *err)
{
	struct tomb_mods_facts facts;

	if (!d->given->mods.p)
		return TOMB_OK;
	if (!may_have_mods(d->kind))
		return TOMB_FAIL(err, TOMB_INVAL, "a record of kind %.*s has no MODS",
			TOMB_STR_ARG(tomb_record_kind_info(d->kind)->name));
	if (d->given->mods.n > TOMB_RECORD_PAYLOAD_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "a MODS record has at most %d bytes", TOMB_RECORD_PAYLOAD_MAX);
	TOMB_TRY(tomb_mods_read_one(d->given->mods, arena, &d->mods, err));
	TOMB_TRY(tomb_mods_facts(d->mods, arena, &facts, err));
	if (!d->title.p && facts.title.n > 0)
		d->title = cut(facts.title, TOMB_RECORD_TITLE_MAX);
	return TOMB_OK;
}

/* The two sides may not tell two stories, nor may a deleted record be shown (FC-2). */
static enum tomb_code judge(struct tomb_record_draft *d, struct tomb_err *err)
{
	const struct tomb_record_given *g = d->given;

	if (g->deleted) {
		enum tomb_record_verdict said = *g->deleted ? TOMB_RECORD_SAYS_DELETED : TOMB_RECORD_SAYS_ACTIVE;

		if (d->verdict != TOMB_RECORD_SAYS_NOTHING && d->verdict != said)
			return TOMB_FAIL(
				err, TOMB_INVAL, "\"deleted\" and leader/05 of the MARC record say different things");
		d->verdict = said;
	}
	if (d->verdict == TOMB_RECORD_SAYS_DELETED &&
		((g->discovery_suppress && !*g->discovery_suppress) || (g->staff_suppress && !*g->staff_suppress)))
		return TOMB_FAIL(err, TOMB_INVAL,
			"a deleted record is suppressed from discovery and staff suppressed: neither flag can be "
			"false");
	return TOMB_OK;
}

static enum tomb_code check_lines(const struct tomb_record_given *g, struct tomb_err *err)
{
	const struct {
		const char *name;
		struct tomb_str value;
	} lines[] = {{"a title", g->title}, {"the id in its system", g->local_id}, {"an HRID", g->hrid},
		{"a barcode", g->barcode}, {"an image id", g->image_id}};

	for (size_t i = 0; i < TOMB_COUNTOF(lines); i++)
		if (lines[i].value.n > 0)
			TOMB_TRY(tomb_constraint_line(lines[i].value, lines[i].name, err));
	for (size_t i = 0; g->capture_ids && i < g->capture_ids->n; i++)
		TOMB_TRY(tomb_constraint_line(g->capture_ids->p[i], "a capture id", err));
	return TOMB_OK;
}

static enum tomb_code check_json(const struct tomb_record_given *g, struct tomb_arena *arena, struct tomb_err *err)
{
	static const struct tomb_str kinds[] = {{"local", 5}, {"custom", 6}};
	struct rights {
		struct tomb_str name;
		struct tomb_str kind;
	} rights = {.name = TOMB_STR("")};
	static const struct tomb_json_field fields[] = {
		{TOMB_JSON_FIELD("name", struct rights, STR, name), .required = true, .min = 1, .max = ID_MAX},
		{TOMB_JSON_FIELD("kind", struct rights, STR, kind), .required = true, .min = 1, .max = ID_MAX},
	};

	if (g->content.p) {
		TOMB_JSON_DOC_AUTO *doc = NULL;

		TOMB_TRY(tomb_json_doc_parse(g->content, TOMB_RECORD_PAYLOAD_MAX, &doc, err));
		TOMB_TRY(tomb_json_read_some(tomb_json_doc_root(doc), NULL, 0, arena, &rights, err));
	}
	if (g->rights.n == 0)
		return TOMB_OK;
	TOMB_TRY(tomb_json_read_text(g->rights, RIGHTS_MAX, fields, TOMB_COUNTOF(fields), arena, &rights, err));
	for (size_t i = 0; i < TOMB_COUNTOF(kinds); i++)
		if (tomb_str_eq(rights.kind, kinds[i]))
			return TOMB_OK;
	return TOMB_FAIL(err, TOMB_INVAL, "a rights profile is \"local\" or \"custom\"");
}

enum tomb_code tomb_record_draft_make(const struct tomb_record_given *given, enum tomb_record_kind kind,
	struct tomb_arena *arena, struct tomb_record_draft *out, struct tomb_err *err)
{
	struct tomb_record_draft d = {.given = given, .kind = kind, .title = given->title, .control = TOMB_STR("")};

	TOMB_TRY(check_lines(given, err));
	TOMB_TRY(check_json(given, arena, err));
	TOMB_TRY(read_marc(&d, arena, err));
	TOMB_TRY(read_mods(&d, arena, err));
	TOMB_TRY(judge(&d, err));
	*out = d;
	return TOMB_OK;
}

enum tomb_code tomb_record_draft_status(
	struct tomb_record_draft *d, char status, struct tomb_arena *arena, struct tomb_err *err)
{
	char *bytes = TOMB_NEW(arena, char, d->marc.bytes.n);

	if (!bytes)
		return TOMB_FAIL(err, TOMB_NOMEM, "a MARC record");
	memcpy(bytes, d->marc.bytes.p, d->marc.bytes.n);
	bytes[d->marc.leader_at + STATUS_AT] = status;
	d->marc.bytes.p = bytes;
	return TOMB_OK;
}

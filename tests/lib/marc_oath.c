#include "marc_oath.h"

#include "tombstone/dublin_core.h"
#include "tombstone/marc_reader.h"

enum { ARENA_MAX = 64 << 20, TEXT_MAX = 32 << 20 };

#define NOON INT64_C(1709208000000000) /* 2024-02-29T12:00:00Z */

struct oath {
	const struct tomb_marc_stored *stored;
	struct tomb_arena arena;
	struct tomb_buf scratch;
	struct tomb_buf text;
	struct tomb_marc marc;
};

static bool is_same(const struct tomb_marc_stored *a, const struct tomb_marc_stored *b)
{
	return tomb_str_eq(a->bytes, b->bytes) && a->form == b->form && a->leader_at == b->leader_at &&
	       a->at_005 == b->at_005;
}

static const char *reads_as(struct oath *o, struct tomb_str text, const struct tomb_marc_stored *want, const char *why)
{
	struct tomb_marc_stored again;
	struct tomb_err err;

	if (tomb_marc_read_one(text, NOON, &o->arena, &again, &err) != TOMB_OK)
		return why;
	return is_same(want, &again) ? NULL : why;
}

static const char *has_its_places(struct oath *o)
{
	const char *p = o->stored->bytes.p;
	struct tomb_str time = {p + o->stored->at_005, TOMB_MARC_TIME - 1};
	struct tomb_err err;

	if (tomb_marc_open(o->stored, &o->scratch, &o->marc, &err) != TOMB_OK)
		return "it does not open";
	if (!tomb_str_eq(o->marc.leader, (struct tomb_str){p + o->stored->leader_at, TOMB_MARC_LEADER}))
		return "its leader is elsewhere";
	return tomb_str_eq(tomb_marc_value(&o->marc, "005", NULL, 0), time) ? NULL : "its time is elsewhere";
}

static const char *is_patched(struct oath *o)
{
	struct tomb_marc_stored after;
	struct tomb_err err;
	struct tomb_str whole = o->stored->bytes;
	size_t status_at = (size_t)o->stored->leader_at + 5;
	size_t time_at = (size_t)o->stored->at_005;

	if (tomb_marc_patch(o->stored, 'd', NOON, &o->arena, &after, &err) != TOMB_OK)
		return "it is not patched";
	if (after.bytes.n != whole.n || after.bytes.p[status_at] != 'd' ||
		memcmp(after.bytes.p + time_at, "20240229120000.0", 16) != 0)
		return "it is patched wrong";
	for (size_t i = 0; i < whole.n; i++)
		if (after.bytes.p[i] != whole.p[i] && i != status_at && (i < time_at || i >= time_at + 16))
			return "a patch changes more";
	return reads_as(o, after.bytes, &after, "patched, it reads as another");
}

static const char *is_told(struct oath *o)
{
	struct tomb_dc dc = tomb_dc_init(&o->arena);
	struct tomb_marc_facts facts;
	struct tomb_err err;

	if (tomb_marc_facts(&o->marc, &o->arena, &facts, &err) != TOMB_OK || !facts.title.p || facts.time.n != 16)
		return "it has no facts";
	tomb_buf_reset(&o->text);
	if (tomb_dc_from_marc(&o->marc, &dc, &err) != TOMB_OK || tomb_dc_put(&dc, &o->text, &err) != TOMB_OK)
		return "it has no Dublin Core";
	return o->text.broken == TOMB_OK ? NULL : "its Dublin Core has no end";
}

static const char *is_written(struct oath *o)
{
	struct tomb_err err;

	if (tomb_marc_put_xml(o->stored, true, (struct tomb_marc_additions){NULL, 0}, &o->text, &err) != TOMB_OK)
		return "it is not written as MARCXML";
	return reads_as(o, (struct tomb_str){o->text.p, o->text.n}, o->stored, "as MARCXML it reads as another");
}

static const char *broken(struct oath *o)
{
	const char *why = has_its_places(o);

	why = why ? why : reads_as(o, o->stored->bytes, o->stored, "it reads as another");
	why = why ? why : is_written(o);
	why = why ? why : is_told(o);
	return why ? why : is_patched(o);
}

const char *marc_oath_broken(const struct tomb_marc_stored *stored)
{
	struct oath o = {stored, tomb_arena_init(ARENA_MAX), tomb_buf_init(TOMB_MARC_SCRATCH_MAX),
		tomb_buf_init(TEXT_MAX), {.directory = {NULL, 0}}};
	const char *why = broken(&o);

	tomb_arena_fini(&o.arena);
	tomb_buf_fini(&o.scratch);
	tomb_buf_fini(&o.text);
	return why;
}

#include "tombstone/folio_matrix.h"

enum { ANY_KIND = TOMB_RECORD_KIND_MAX };

/* The words of the table. */
#define BY(origin) (1U << TOMB_RECORD_BY_##origin)
#define BY_ANY (~0U)
#define TOMB_RECORD_ANY ANY_KIND

/* To which deletions a row belongs. */
struct key {
	struct tomb_str source; /* "": any */
	int kind;
	unsigned origins;
};

static const struct key keys[] = {
#define TOMB_FOLIO_ROW(id, kind, source, origins, what, path, se, so, e, o)                                            \
	{{"" source, sizeof(source) - 1}, (int)TOMB_RECORD_##kind, origins},
#include "tombstone/folio_matrix.def"
#undef TOMB_FOLIO_ROW
};
_Static_assert(TOMB_COUNTOF(keys) == TOMB_FOLIO_ROWS, "rows of records.md 1.2.1");

static const struct tomb_folio_row rows[] = {
#define TOMB_FOLIO_ROW(id, kind, source, origins, what, path, se, so, e, o)                                            \
	{{"" what, sizeof(what) - 1}, {"" path, sizeof(path) - 1}, TOMB_FOLIO_##se, TOMB_FOLIO_##so, TOMB_FOLIO_##e,   \
		TOMB_FOLIO_##o},
#include "tombstone/folio_matrix.def"
#undef TOMB_FOLIO_ROW
};

const struct tomb_folio_row *tomb_folio_row(size_t i)
{
	return &rows[i];
}

struct tomb_str tomb_folio_cell_words(enum tomb_folio_cell cell)
{
	static const struct tomb_str words[] = {
		[TOMB_FOLIO_DELETED] = {"deleted", 7},
		[TOMB_FOLIO_ABSENT] = {"absent", 6},
		[TOMB_FOLIO_SIMPLIFIED] = {"deleted, simplified", 19},
		[TOMB_FOLIO_SUPPRESSED] = {"there, suppressed", 17},
		[TOMB_FOLIO_UNSAID] = {"not said: deleted", 17},
		[TOMB_FOLIO_NOT_SHOWN] = {"never shown", 11},
		[TOMB_FOLIO_UNHEARD] = {"not heard of", 12},
		[TOMB_FOLIO_INSTANCE_ONLY] = {"its instance", 12},
		[TOMB_FOLIO_WITH_INSTANCE] = {"its instance; deleted if exposed", 32},
	};
	_Static_assert(TOMB_COUNTOF(words) == TOMB_FOLIO_CELL_MAX, "cells");

	return words[cell];
}

static const struct tomb_folio_row *find(
	enum tomb_record_kind kind, struct tomb_str source, enum tomb_record_origin origin)
{
	for (size_t i = 0; i < TOMB_FOLIO_ROWS; i++)
		if ((keys[i].kind == ANY_KIND || keys[i].kind == (int)kind) &&
			(keys[i].source.n == 0 || tomb_str_eq(keys[i].source, source)) &&
			(keys[i].origins & 1U << (unsigned)origin) != 0)
			return &rows[i];
	return NULL; /* of another system */
}

static bool shows(enum tomb_folio_cell exported)
{
	return exported == TOMB_FOLIO_DELETED || exported == TOMB_FOLIO_SIMPLIFIED || exported == TOMB_FOLIO_UNSAID;
}

struct tomb_folio_outward tomb_folio_matrix_outward(
	enum tomb_record_kind kind, struct tomb_str source, enum tomb_record_origin origin, bool is_seed)
{
	bool is_folio = tomb_str_eq(tomb_record_kind_info(kind)->system, TOMB_STR("folio"));
	const struct tomb_folio_row *row = is_folio ? find(kind, source, origin) : NULL;
	struct tomb_folio_outward out = {.is_exported = true, .harvested = TOMB_FOLIO_DELETED};

	if (!row)
		return out;
	out.is_exported = shows(is_seed ? row->seed_export : row->export);
	out.harvested = is_seed ? row->seed_harvest : row->harvest;
	if (origin != TOMB_RECORD_BY_SQL)
		return out;
	/* "As above": what a DELETE by hand leaves is what the interface leaves, an entry among the deleted. */
	row = find(kind, source, TOMB_RECORD_BY_API);
	if (!row)
		return out;
	out.harvested = is_seed ? row->seed_harvest : row->harvest;
	out.is_exported = is_seed ? out.is_exported : shows(row->export);
	return out;
}

#include "marc_slim.h"

#include "tombstone/marc.h"

#include <assert.h>

enum { ADDITIONS_MAX = 64 }; /* one bit each: which of them found their field */

static bool fits(const struct tomb_marc_addition *a, const struct tomb_marc_field *field)
{
	return field->indicators.n && memcmp(field->tag.p, a->tag, 3) == 0 &&
	       (!a->indicators || memcmp(field->indicators.p, a->indicators, 2) == 0);
}

static void put_subfields(const struct tomb_marc_addition *a, struct tomb_buf *out)
{
	for (size_t i = 0; i < a->n; i++)
		marc_slim_subfield(out, a->subfields[i].code, a->subfields[i].value);
}

/* A field with what is added to it. */
static void put_field(
	const struct tomb_marc_field *field, struct tomb_marc_additions also, uint64_t *placed, struct tomb_buf *out)
{
	struct tomb_marc_subfield sub;
	size_t at = 0;

	marc_slim_field_begin(out, field->tag, field->indicators);
	while (tomb_marc_subfield(field, &at, &sub))
		marc_slim_subfield(out, sub.code, sub.value);
	for (size_t i = 0; i < also.n; i++) {
		const struct tomb_marc_addition *a = &also.p[i];
		bool is_first = !(*placed >> i & 1);

		if (a->kind == TOMB_MARC_ADD_FIELD || (a->kind == TOMB_MARC_ADD_TO_ONE && !is_first) || !fits(a, field))
			continue;
		put_subfields(a, out);
		*placed |= UINT64_C(1) << i;
	}
	marc_slim_field_end(out);
}

static void put_rest(struct tomb_marc_additions also, uint64_t placed, struct tomb_buf *out)
{
	for (size_t i = 0; i < also.n; i++) {
		const struct tomb_marc_addition *a = &also.p[i];

		if (a->kind == TOMB_MARC_ADD_TO_ALL || (placed >> i & 1))
			continue;
		assert(a->indicators);
		marc_slim_field_begin(out, tomb_str_from(a->tag), tomb_str_from(a->indicators));
		put_subfields(a, out);
		marc_slim_field_end(out);
	}
}

enum tomb_code tomb_marc_put_xml(const struct tomb_marc_stored *stored, bool has_schema_location,
	struct tomb_marc_additions also, struct tomb_buf *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO scratch = tomb_buf_init(TOMB_MARC_SCRATCH_MAX);
	struct tomb_marc_field field;
	struct tomb_marc marc;
	uint64_t placed = 0;
	size_t at = 0;

	assert(also.n <= ADDITIONS_MAX);
	TOMB_TRY(tomb_marc_open(stored, &scratch, &marc, err));
	marc_slim_begin(out, has_schema_location, marc.leader);
	while (tomb_marc_field(&marc, &at, &field)) {
		if (also.n && field.indicators.n)
			put_field(&field, also, &placed, out);
		else
			marc_slim_field(out, &field);
	}
	put_rest(also, placed, out);
	marc_slim_end(out);
	return TOMB_OK;
}

enum tomb_code tomb_marc_put_iso2709(const struct tomb_marc_stored *stored, struct tomb_buf *out, struct tomb_err *err)
{
	if (stored->form != TOMB_MARC_ISO2709)
		return TOMB_FAIL(err, TOMB_TOOBIG,
			"the record is longer than 99,999 bytes, or one of its fields than 9,999: take MARCXML");
	tomb_buf_put(out, stored->bytes);
	return TOMB_OK;
}

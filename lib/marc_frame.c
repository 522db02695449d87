#include "marc_frame.h"

#include "marc_rule.h"
#include "marc_yaz.h"

#include "tombstone/parse.h"

enum { LENGTH_DIGITS = 5, CODING_AT = 9, ESCAPE = 0x1b };

void marc_frame_fini(struct marc_frame *f)
{
	marc8_close(f->marc8);
	tomb_buf_fini(&f->text);
}

static bool is_ascii(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || s.p[i] == ESCAPE)
			return false;
	return true;
}

/* The value in UTF-8, until the next call. */
static bool convert(struct marc_frame *f, const struct tomb_marc_field *field, struct tomb_marc_builder *b,
	struct tomb_str *value, struct tomb_err *problem)
{
	size_t at = 0;

	if (!f->is_marc8 || is_ascii(*value))
		return true;
	tomb_buf_reset(&f->text);
	if (!marc8_put(f->marc8, *value, &f->text, &at)) {
		(void)TOMB_FAIL(problem, TOMB_INVAL,
			"field %.3s has the byte %02x hex at place %zu of a value, which is not MARC-8, as leader/09 "
			"says "
			"(blank): if it is UTF-8, leader/09 must be 'a'",
			field->tag.p, (unsigned char)value->p[at], at);
		return false;
	}
	b->repairs |= TOMB_MARC_REPAIR_MARC8;
	*value = (struct tomb_str){f->text.p, f->text.n};
	return true;
}

static bool read_field(struct marc_frame *f, const struct tomb_marc_field *field, struct tomb_marc_builder *b,
	struct tomb_err *problem)
{
	struct tomb_marc_subfield sub;
	struct tomb_str value = field->data;
	size_t at = 0;

	if (field->indicators.n == 0) {
		if (!convert(f, field, b, &value, problem))
			return false;
		tomb_marc_builder_control(b, field->tag, value);
		return true;
	}
	tomb_marc_builder_field(b, field->tag, field->indicators);
	while (tomb_marc_subfield(field, &at, &sub)) {
		if (!convert(f, field, b, &sub.value, problem))
			return false;
		tomb_marc_builder_subfield(b, sub.code, sub.value);
	}
	return true;
}

/* leader/00-04 tell the truth. */
static bool has_right_length(struct tomb_str bytes, struct tomb_err *problem)
{
	int64_t length = 0;

	if (bytes.n < TOMB_MARC_LEADER + 2) {
		(void)TOMB_FAIL(problem, TOMB_INVAL,
			"%zu bytes before a record terminator (1D hex) are no MARC record: take them out", bytes.n - 1);
		return false;
	}
	if (tomb_parse_i64((struct tomb_str){bytes.p, LENGTH_DIGITS}, 0, TOMB_MARC_ISO2709_MAX, &length) &&
		(size_t)length == bytes.n)
		return true;
	(void)TOMB_FAIL(problem, TOMB_INVAL,
		"leader/00-04 should be its length in bytes: its terminator (1D hex) ends it after %zu bytes; write "
		"the record "
		"anew",
		bytes.n);
	return false;
}

enum tomb_code marc_frame_read(struct marc_frame *f, struct tomb_str bytes, struct tomb_marc_builder *b, bool *is_bad,
	struct tomb_err *problem, struct tomb_err *err)
{
	const struct tomb_marc_stored raw = {.bytes = bytes, .form = TOMB_MARC_ISO2709};
	struct tomb_marc_field field;
	struct tomb_marc marc;
	size_t at = 0;

	*is_bad = true;
	if (!has_right_length(bytes, problem) || tomb_marc_open(&raw, &f->text, &marc, problem) != TOMB_OK)
		return TOMB_OK;
	f->is_marc8 = marc.leader.p[CODING_AT] != 'a' && !is_ascii(bytes);
	if (f->is_marc8 && !f->marc8)
		TOMB_TRY(marc8_open(&f->marc8, err));
	tomb_marc_builder_begin(b, marc.leader);
	while (tomb_marc_field(&marc, &at, &field))
		if (!read_field(f, &field, b, problem))
			return TOMB_OK;
	*is_bad = false;
	return TOMB_OK;
}

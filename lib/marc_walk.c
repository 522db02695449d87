#include "marc_rule.h"
#include "marc_slim.h"

#include "tombstone/marc.h"

enum { BASE_AT = 12, BASE_DIGITS = 5, ENTRY = 12, LENGTH_AT = 3, LENGTH_DIGITS = 4, START_AT = 7, START_DIGITS = 5 };
enum { TAG = 3, INDICATORS = 2, CODE = 2 /* the delimiter, and the code */ };

static bool read_digits(const char *p, size_t n, size_t *out)
{
	size_t value = 0;

	for (size_t i = 0; i < n; i++) {
		if (!marc_is_digit(p[i]))
			return false;
		value = value * 10 + (size_t)(p[i] - '0');
	}
	*out = value;
	return true;
}

/* The data of an entry of the directory, without its terminator, if it lies in the record. */
static bool entry_data(const struct tomb_marc *marc, const char *entry, struct tomb_str *out)
{
	size_t length = 0;
	size_t start = 0;

	if (!read_digits(entry + LENGTH_AT, LENGTH_DIGITS, &length) ||
		!read_digits(entry + START_AT, START_DIGITS, &start))
		return false;
	if (length == 0 || start > marc->fields.n || length > marc->fields.n - start ||
		marc->fields.p[start + length - 1] != MARC_FIELD_END)
		return false;
	*out = (struct tomb_str){marc->fields.p + start, length - 1};
	return true;
}

/* A data field begins with two indicators, and then with a subfield, if it has any. */
static bool is_sound(const char *tag, struct tomb_str data)
{
	if (memchr(data.p, MARC_FIELD_END, data.n))
		return false;
	if (marc_is_control_tag(tag))
		return !memchr(data.p, MARC_DELIMITER, data.n);
	if (!marc_is_data_tag(tag) || data.n < INDICATORS)
		return false;
	return data.n == INDICATORS || (data.p[INDICATORS] == MARC_DELIMITER && data.p[data.n - 1] != MARC_DELIMITER);
}

static enum tomb_code check_directory(const struct tomb_marc *marc, struct tomb_err *err)
{
	size_t n = marc->directory.n / ENTRY;

	for (size_t i = 0; i < n; i++) {
		const char *entry = marc->directory.p + i * ENTRY;
		struct tomb_str data = {NULL, 0};

		if (!marc_is_control_tag(entry) && !marc_is_data_tag(entry))
			return TOMB_FAIL(err, TOMB_CORRUPT,
				"entry %zu of its directory has no tag of three digits or letters: write the record "
				"anew",
				i + 1);
		if (!entry_data(marc, entry, &data))
			return TOMB_FAIL(err, TOMB_CORRUPT,
				"its directory gives a place to field %.3s (entry %zu) where no such field is: "
				"lengths count bytes, not characters; write the record anew",
				entry, i + 1);
		if (!is_sound(entry, data))
			return TOMB_FAIL(err, TOMB_CORRUPT, "field %.3s (entry %zu of its directory) %s", entry, i + 1,
				marc_is_control_tag(entry) ? "is a control field with a delimiter in it"
							   : "is not two indicators and subfields, each with its code");
	}
	return TOMB_OK;
}

static enum tomb_code open_iso2709(struct tomb_str bytes, struct tomb_marc *out, struct tomb_err *err)
{
	struct tomb_marc found;
	size_t base = 0;

	if (bytes.n < TOMB_MARC_LEADER + 2 || bytes.p[bytes.n - 1] != MARC_RECORD_END)
		return TOMB_FAIL(err, TOMB_CORRUPT, "it is cut off: no record terminator (1D hex) ends it");
	if (!read_digits(bytes.p + BASE_AT, BASE_DIGITS, &base) || base <= TOMB_MARC_LEADER || base >= bytes.n)
		return TOMB_FAIL(err, TOMB_CORRUPT,
			"leader/12-16, where its data begin, is no number inside of the record: write the record anew");
	if (bytes.p[base - 1] != MARC_FIELD_END || (base - 1 - TOMB_MARC_LEADER) % ENTRY != 0)
		return TOMB_FAIL(err, TOMB_CORRUPT,
			"its directory does not end where leader/12-16 says, at byte %zu: write the record anew", base);
	found.leader = (struct tomb_str){bytes.p, TOMB_MARC_LEADER};
	found.directory = (struct tomb_str){bytes.p + TOMB_MARC_LEADER, base - 1 - TOMB_MARC_LEADER};
	found.fields = (struct tomb_str){bytes.p + base, bytes.n - base - 1};
	TOMB_TRY(check_directory(&found, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code tomb_marc_open(
	const struct tomb_marc_stored *stored, struct tomb_buf *scratch, struct tomb_marc *out, struct tomb_err *err)
{
	struct tomb_marc found = {.directory = {NULL, 0}};

	if (stored->form == TOMB_MARC_ISO2709)
		return open_iso2709(stored->bytes, out, err);
	tomb_buf_reset(scratch);
	TOMB_TRY(marc_slim_read(stored->bytes, &found.leader, scratch, err));
	TOMB_TRY(tomb_buf_done(scratch, &found.fields, err));
	*out = found;
	return TOMB_OK;
}

static void split(const char *tag, struct tomb_str data, struct tomb_marc_field *out)
{
	size_t n = marc_is_control_tag(tag) ? 0 : INDICATORS;

	out->tag = (struct tomb_str){tag, TAG};
	out->indicators = (struct tomb_str){data.p, n};
	out->data = (struct tomb_str){data.p + n, data.n - n};
}

bool tomb_marc_field(const struct tomb_marc *marc, size_t *at, struct tomb_marc_field *out)
{
	struct tomb_str data = {NULL, 0};
	const char *tag = NULL;
	const char *end = NULL;

	if (marc->directory.p) {
		if (*at + ENTRY > marc->directory.n)
			return false;
		tag = marc->directory.p + *at;
		if (!entry_data(marc, tag, &data))
			return false;
		*at += ENTRY;
	} else {
		if (*at + TAG >= marc->fields.n)
			return false;
		tag = marc->fields.p + *at;
		data.p = tag + TAG;
		end = memchr(data.p, MARC_FIELD_END, marc->fields.n - *at - TAG);
		if (!end)
			return false;
		data.n = (size_t)(end - data.p);
		*at += TAG + data.n + 1;
	}
	split(tag, data, out);
	return true;
}

bool tomb_marc_subfield(const struct tomb_marc_field *field, size_t *at, struct tomb_marc_subfield *out)
{
	const char *p = field->data.p + *at;
	const char *end = NULL;
	size_t n = field->data.n - *at;

	if (field->indicators.n == 0 || n < CODE)
		return false;
	end = memchr(p + CODE, MARC_DELIMITER, n - CODE);
	n = end ? (size_t)(end - p) : n;
	out->code = p[1];
	out->value = (struct tomb_str){p + CODE, n - CODE};
	*at += n;
	return true;
}

static bool has_place(const struct tomb_marc_field *field, const char *tag, const char *indicators)
{
	return memcmp(field->tag.p, tag, TAG) == 0 &&
	       (!indicators || (field->indicators.n && memcmp(field->indicators.p, indicators, INDICATORS) == 0));
}

struct tomb_str tomb_marc_value(const struct tomb_marc *marc, const char *tag, const char *indicators, char code)
{
	struct tomb_marc_field field;
	size_t at = 0;

	while (tomb_marc_field(marc, &at, &field)) {
		struct tomb_marc_subfield sub;
		size_t in = 0;

		if (!has_place(&field, tag, indicators))
			continue;
		if (field.indicators.n == 0)
			return field.data;
		while (tomb_marc_subfield(&field, &in, &sub))
			if (sub.code == code)
				return sub.value;
	}
	return (struct tomb_str){NULL, 0};
}

#include "tombstone/marc_builder.h"

#include "marc_rule.h"
#include "marc_slim.h"

#include <assert.h>

enum { STATUS_AT = 5, TYPE_AT = 6, CODING_AT = 9, AFTER_BASE = 17, TAG = 3, LENGTH_DIGITS = 4, START_DIGITS = 5 };

struct tomb_marc_builder tomb_marc_builder_init(void)
{
	return (struct tomb_marc_builder){.fields = tomb_buf_init(TOMB_MARC_BYTES_MAX)};
}

void tomb_marc_builder_fini(struct tomb_marc_builder *b)
{
	tomb_buf_fini(&b->fields);
}

/* Keeps the first failure. */
#define REFUSE(b, failed_code, ...)                                                                                    \
	do {                                                                                                           \
		if ((b)->code == TOMB_OK)                                                                              \
			(b)->code = TOMB_FAIL(&(b)->err, (failed_code), __VA_ARGS__);                                  \
	} while (0)

static void blank_unless(struct tomb_marc_builder *b, size_t at, bool is_fine)
{
	if (is_fine)
		return;
	b->leader[at] = ' ';
	b->repairs |= TOMB_MARC_REPAIR_LEADER;
}

void tomb_marc_builder_begin(struct tomb_marc_builder *b, struct tomb_str leader)
{
	tomb_buf_reset(&b->fields);
	b->code = TOMB_OK;
	b->repairs = 0;
	b->in_field = false;
	b->time[0] = b->tag[0] = '\0';
	if (leader.n != TOMB_MARC_LEADER) {
		REFUSE(b, TOMB_INVAL, "its leader has %zu characters, not 24", leader.n);
		return;
	}
	memcpy(b->leader, leader.p, TOMB_MARC_LEADER);
	for (size_t i = STATUS_AT; i <= 19; i++)
		if (i != TYPE_AT && (i < CODING_AT || i > 16))
			blank_unless(b, i, marc_is_leader_char(b->leader[i]));
	if (!marc_is_leader_char(b->leader[TYPE_AT]) || b->leader[TYPE_AT] == ' ')
		REFUSE(b, TOMB_INVAL,
			"leader/06 does not say what it is: a letter such as 'a' (text), 'y' (holdings) or 'z' "
			"(authority)");
	memcpy(b->leader, "00000", 5);
	memcpy(b->leader + CODING_AT, "a2200000", 8);
	memcpy(b->leader + 20, "4500", 4);
}

static void close_field(struct tomb_marc_builder *b)
{
	if (b->in_field)
		tomb_buf_put(&b->fields, TOMB_STR("\x1e"));
	b->in_field = false;
}

static bool check_value(struct tomb_marc_builder *b, struct tomb_str value)
{
	size_t at = 0;

	if (marc_is_value(value, &at))
		return true;
	REFUSE(b, TOMB_INVAL, "field %s has the byte %02x hex at place %zu of a value, which is %s", b->tag,
		(unsigned char)value.p[at], at,
		(unsigned char)value.p[at] < ' ' ? "a control character" : "not UTF-8, or no character");
	return false;
}

static bool begin_field(struct tomb_marc_builder *b, struct tomb_str tag, bool is_control)
{
	close_field(b);
	if (b->code != TOMB_OK)
		return false;
	if (tag.n != TAG || (is_control ? !marc_is_control_tag(tag.p) : !marc_is_data_tag(tag.p))) {
		REFUSE(b, TOMB_INVAL, "a %s field has the tag \"%.*s\": %s", is_control ? "control" : "data",
			(int)(tag.n > 8 ? 8 : tag.n), tag.p,
			is_control ? "001 to 009 (00X) are control fields"
				   : "tags are three digits, or digits and letters of one case, and not 00X");
		return false;
	}
	memcpy(b->tag, tag.p, TAG);
	b->tag[TAG] = '\0';
	return true;
}

void tomb_marc_builder_control(struct tomb_marc_builder *b, struct tomb_str tag, struct tomb_str value)
{
	if (!begin_field(b, tag, true) || !check_value(b, value))
		return;
	if (memcmp(tag.p, "005", TAG) == 0) {
		/* It is written when all is known. */
		if (b->time[0] || !marc_is_time(value)) {
			b->repairs |= TOMB_MARC_REPAIR_TIME;
			return;
		}
		memcpy(b->time, value.p, value.n);
		b->time[value.n] = '\0';
		return;
	}
	tomb_buf_put(&b->fields, tag);
	tomb_buf_put(&b->fields, value);
	tomb_buf_put(&b->fields, TOMB_STR("\x1e"));
}

void tomb_marc_builder_field(struct tomb_marc_builder *b, struct tomb_str tag, struct tomb_str indicators)
{
	char fine[2];

	if (!begin_field(b, tag, false))
		return;
	if (indicators.n != sizeof fine) {
		REFUSE(b, TOMB_INVAL, "field %s has %zu indicators, not two", b->tag, indicators.n);
		return;
	}
	for (size_t i = 0; i < sizeof fine; i++) {
		fine[i] = indicators.p[i];
		if (!marc_is_indicator(fine[i]))
			fine[i] = ' ';
		if (fine[i] != indicators.p[i])
			b->repairs |= TOMB_MARC_REPAIR_INDICATOR;
	}
	tomb_buf_put(&b->fields, tag);
	tomb_buf_put(&b->fields, (struct tomb_str){fine, sizeof fine});
	b->in_field = true;
}

void tomb_marc_builder_subfield(struct tomb_marc_builder *b, char code, struct tomb_str value)
{
	char delimited[2] = {MARC_DELIMITER, code};

	if (b->code != TOMB_OK)
		return;
	assert(b->in_field);
	if (!marc_is_code(code)) {
		REFUSE(b, TOMB_INVAL,
			"field %s has a subfield with the code %02x hex: a lower-case letter or a digit, please",
			b->tag, (unsigned char)code);
		return;
	}
	if (!check_value(b, value))
		return;
	tomb_buf_put(&b->fields, (struct tomb_str){delimited, sizeof delimited});
	tomb_buf_put(&b->fields, value);
}

void tomb_marc_builder_copy(struct tomb_marc_builder *b, const struct tomb_marc *from)
{
	struct tomb_marc_field field;
	size_t at = 0;

	while (tomb_marc_field(from, &at, &field)) {
		struct tomb_marc_subfield sub;
		size_t in = 0;

		if (field.indicators.n == 0) {
			tomb_marc_builder_control(b, field.tag, field.data);
			continue;
		}
		tomb_marc_builder_field(b, field.tag, field.indicators);
		while (tomb_marc_subfield(&field, &in, &sub))
			tomb_marc_builder_subfield(b, sub.code, sub.value);
	}
}

/* The fields with 005 among them, before the first one with a higher tag. */
static enum tomb_code add_time(struct tomb_marc_builder *b, struct tomb_buf *out, struct tomb_err *err)
{
	struct tomb_str all = {NULL, 0};
	size_t at = 0;

	TOMB_TRY(tomb_buf_done(&b->fields, &all, err));
	while (at < all.n && memcmp(all.p + at, "005", TAG) < 0)
		at = (size_t)((const char *)memchr(all.p + at, MARC_FIELD_END, all.n - at) - all.p) + 1;
	tomb_buf_put(out, (struct tomb_str){all.p, at});
	tomb_buf_put(out, TOMB_STR("005"));
	tomb_buf_put(out, tomb_str_from(b->time));
	tomb_buf_put(out, TOMB_STR("\x1e"));
	tomb_buf_put(out, (struct tomb_str){all.p + at, all.n - at});
	return tomb_buf_done(out, &all, err);
}

/* With as many digits, which it has. */
static void put_number(struct tomb_buf *out, size_t n, size_t digits)
{
	char text[8];

	assert(digits <= sizeof text);
	for (size_t i = digits; i-- > 0; n /= 10)
		text[i] = (char)('0' + n % 10);
	tomb_buf_put(out, (struct tomb_str){text, digits});
}

/* Is it short enough for ISO 2709?  Writes its directory, whose places begin with 0, and the length of the data. */
static bool put_directory(const struct tomb_marc *marc, struct tomb_buf *directory, size_t *data)
{
	struct tomb_marc_field field;
	size_t start = 0;
	size_t at = 0;

	for (size_t before = 0; tomb_marc_field(marc, &at, &field); before = at) {
		size_t length = at - before - TAG;

		if (length > TOMB_MARC_FIELD_MAX || start > TOMB_MARC_ISO2709_MAX)
			return false;
		tomb_buf_put(directory, field.tag);
		put_number(directory, length, LENGTH_DIGITS);
		put_number(directory, start, START_DIGITS);
		start += length;
	}
	*data = start;
	return TOMB_MARC_LEADER + directory->n + 1 + start + 1 <= TOMB_MARC_ISO2709_MAX;
}

static void put_iso2709(const struct tomb_marc *marc, struct tomb_str directory, size_t data, struct tomb_buf *out,
	struct tomb_marc_stored *stored)
{
	size_t base = TOMB_MARC_LEADER + directory.n + 1;
	size_t begin = out->n;
	struct tomb_marc_field field;
	size_t at = 0;

	put_number(out, base + data + 1, START_DIGITS);
	tomb_buf_put(out, (struct tomb_str){marc->leader.p + STATUS_AT, 7});
	put_number(out, base, START_DIGITS);
	tomb_buf_put(out, (struct tomb_str){marc->leader.p + AFTER_BASE, 7});
	tomb_buf_put(out, directory);
	tomb_buf_put(out, TOMB_STR("\x1e"));
	for (size_t before = 0; tomb_marc_field(marc, &at, &field); before = at) {
		if (memcmp(field.tag.p, "005", TAG) == 0)
			stored->at_005 = (int32_t)(out->n - begin);
		tomb_buf_put(out, (struct tomb_str){field.tag.p + TAG, at - before - TAG});
	}
	tomb_buf_put(out, TOMB_STR("\x1d"));
	stored->form = TOMB_MARC_ISO2709;
	stored->leader_at = 0;
}

static void put_slim(const struct tomb_marc *marc, struct tomb_buf *out, struct tomb_marc_stored *stored)
{
	size_t begin = out->n;
	struct tomb_marc_field field;
	size_t at = 0;

	marc_slim_begin(out, false, marc->leader);
	while (tomb_marc_field(marc, &at, &field)) {
		if (memcmp(field.tag.p, "005", TAG) == 0)
			stored->at_005 = (int32_t)(out->n - begin + strlen("<controlfield tag=\"005\">"));
		marc_slim_field(out, &field);
	}
	marc_slim_end(out);
	stored->form = TOMB_MARC_MARCXML;
	stored->leader_at = (int32_t)marc_slim_leader_at();
}

static enum tomb_code put_stored(
	const struct tomb_marc *marc, struct tomb_buf *out, struct tomb_marc_stored *stored, struct tomb_err *err)
{
	TOMB_BUF_AUTO directory = tomb_buf_init(TOMB_MARC_ISO2709_MAX);
	struct tomb_marc_stored made = {.bytes = {NULL, 0}};
	struct tomb_str all = {NULL, 0};
	size_t begin = out->n;
	size_t data = 0;

	if (put_directory(marc, &directory, &data) && directory.broken == TOMB_OK)
		put_iso2709(marc, (struct tomb_str){directory.p, directory.n}, data, out, &made);
	else
		put_slim(marc, out, &made);
	TOMB_TRY(tomb_buf_done(out, &all, err));
	if (all.n - begin > TOMB_MARC_BYTES_MAX)
		return TOMB_FAIL(
			err, TOMB_TOOBIG, "it has %zu bytes; a record may have %d", all.n - begin, TOMB_MARC_BYTES_MAX);
	made.bytes = (struct tomb_str){all.p + begin, all.n - begin};
	*stored = made;
	return TOMB_OK;
}

enum tomb_code tomb_marc_builder_done(struct tomb_marc_builder *b, int64_t now_us, struct tomb_buf *out,
	struct tomb_marc_stored *stored, struct tomb_err *err)
{
	TOMB_BUF_AUTO fields = tomb_buf_init(TOMB_MARC_BYTES_MAX);
	struct tomb_marc marc = {.leader = {b->leader, TOMB_MARC_LEADER}};

	close_field(b);
	if (b->code != TOMB_OK) {
		*err = b->err;
		return b->code;
	}
	if (!b->time[0]) {
		b->repairs |= TOMB_MARC_REPAIR_TIME;
		tomb_marc_time(now_us, b->time);
	}
	TOMB_TRY(add_time(b, &fields, err));
	TOMB_TRY(tomb_buf_done(&fields, &marc.fields, err));
	return put_stored(&marc, out, stored, err);
}

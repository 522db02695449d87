#include "tombstone/marc.h"

enum { STATUS_AT = 5, TYPE_AT = 6 };

/* leader/06 of MARC 21: bibliographic a c d e f g i j k m o p r t; holdings u v x y; authority z. */
static enum tomb_marc_kind kind_of(char type)
{
	if (type == 'z')
		return TOMB_MARC_AUTHORITY;
	if (type && strchr("uvxy", type))
		return TOMB_MARC_HOLDINGS;
	if (type && strchr("acdefgijkmoprt", type))
		return TOMB_MARC_BIB;
	return TOMB_MARC_OTHER;
}

static const char *const number_tags[] = {"010", "020", "022", "024", "035"};

static bool is_number(const struct tomb_marc_field *field)
{
	for (size_t i = 0; i < TOMB_COUNTOF(number_tags); i++)
		if (memcmp(field->tag.p, number_tags[i], 3) == 0)
			return true;
	return false;
}

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n && s.p[0] == ' ')
		s = (struct tomb_str){s.p + 1, s.n - 1};
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/* Numbers are in $a, each once. */
static struct tomb_str number_of(const struct tomb_marc_field *field)
{
	struct tomb_marc_subfield sub;
	size_t at = 0;

	if (is_number(field))
		while (tomb_marc_subfield(field, &at, &sub))
			if (sub.code == 'a')
				return trim(sub.value);
	return (struct tomb_str){NULL, 0};
}

static enum tomb_code find_numbers(
	const struct tomb_marc *marc, struct tomb_arena *arena, struct tomb_marc_facts *out, struct tomb_err *err)
{
	struct tomb_marc_field field;
	struct tomb_marc_number *numbers = NULL;
	size_t n = 0;

	for (size_t at = 0; tomb_marc_field(marc, &at, &field);)
		n += number_of(&field).n > 0;
	numbers = TOMB_NEW(arena, struct tomb_marc_number, n + 1);
	if (!numbers)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu numbers of a MARC record", n);
	out->nnumbers = 0;
	for (size_t at = 0; tomb_marc_field(marc, &at, &field);)
		if (number_of(&field).n)
			numbers[out->nnumbers++] = (struct tomb_marc_number){field.tag, number_of(&field)};
	out->numbers = numbers;
	return TOMB_OK;
}

/* The subfields of a title in 245, and of a heading in 1XX without its codes and links. */
static bool is_in_title(enum tomb_marc_kind kind, const struct tomb_marc_field *field, char code)
{
	if (kind == TOMB_MARC_AUTHORITY)
		return field->tag.p[0] == '1' && code >= 'a' && code <= 'z' && code != 'w';
	return memcmp(field->tag.p, "245", 3) == 0 && strchr("abfgknps", code);
}

/* What ISBD puts between a title and what follows does not end it. */
static struct tomb_str without_end(struct tomb_str s)
{
	s = trim(s);
	while (s.n && strchr("/:;,= ", s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool find_title(const struct tomb_marc *marc, enum tomb_marc_kind kind, struct tomb_marc_field *field)
{
	size_t at = 0;

	while (tomb_marc_field(marc, &at, field))
		if (field->indicators.n && is_in_title(kind, field, 'a'))
			return true;
	return false;
}

static enum tomb_code make_title(
	const struct tomb_marc *marc, struct tomb_arena *arena, struct tomb_marc_facts *out, struct tomb_err *err)
{
	struct tomb_marc_field field;
	struct tomb_marc_subfield sub;
	char *text = NULL;
	size_t n = 0;

	out->title = TOMB_STR("");
	if (out->kind == TOMB_MARC_HOLDINGS || !find_title(marc, out->kind, &field))
		return TOMB_OK;
	text = TOMB_NEW(arena, char, field.data.n + 1);
	if (!text)
		return TOMB_FAIL(err, TOMB_NOMEM, "a title of %zu bytes", field.data.n);
	/* A value and the space before it are no longer than the subfield with its delimiter and code. */
	for (size_t at = 0; tomb_marc_subfield(&field, &at, &sub);) {
		struct tomb_str value = trim(sub.value);

		if (!is_in_title(out->kind, &field, sub.code) || value.n == 0)
			continue;
		if (n)
			text[n++] = ' ';
		memcpy(text + n, value.p, value.n);
		n += value.n;
	}
	out->title = without_end((struct tomb_str){text, n});
	return TOMB_OK;
}

enum tomb_code tomb_marc_facts(
	const struct tomb_marc *marc, struct tomb_arena *arena, struct tomb_marc_facts *out, struct tomb_err *err)
{
	struct tomb_marc_facts found = {.status = marc->leader.p[STATUS_AT], .type = marc->leader.p[TYPE_AT]};

	found.kind = kind_of(found.type);
	found.id = tomb_marc_value(marc, "001", NULL, 0);
	found.agency = tomb_marc_value(marc, "003", NULL, 0);
	found.time = tomb_marc_value(marc, "005", NULL, 0);
	TOMB_TRY(make_title(marc, arena, &found, err));
	TOMB_TRY(find_numbers(marc, arena, &found, err));
	*out = found;
	return TOMB_OK;
}

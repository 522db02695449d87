/*
 * MARC 21 to Dublin Core: the facts are the Library of Congress's ("MARC to Dublin Core Crosswalk", unqualified, and
 * what its stylesheet for OAI takes of each field).
 */
#include "dublin_core_date.h"

#include "tombstone/dublin_core.h"

enum { TYPE_AT = 6, LEVEL_AT = 7, DATE1_AT = 7, LANGUAGE_AT = 35, CODE = 3, YEAR = 4 };

enum how {
	JOINED, /* by a blank, and without the punctuation of cards at its end */
	DASHED, /* the same with "--" before subdivisions */
	EACH,   /* one value for each subfield */
	ISBN,   /* the number alone, as a URN */
	ISSN,
	DATE,
	LANGUAGES /* codes one after the other */
};

static const struct rule {
	char tag[4];
	enum tomb_dc_element element;
	enum how how;
	const char *codes;
} rules[] = {
	{"020", TOMB_DC_IDENTIFIER, ISBN, "a"},
	{"022", TOMB_DC_IDENTIFIER, ISSN, "a"},
	{"024", TOMB_DC_IDENTIFIER, EACH, "a"},
	{"041", TOMB_DC_LANGUAGE, LANGUAGES, "ad"},
	{"100", TOMB_DC_CREATOR, JOINED, "abcdgnq"},
	{"110", TOMB_DC_CREATOR, JOINED, "abcdgn"},
	{"111", TOMB_DC_CREATOR, JOINED, "acdegnq"},
	{"245", TOMB_DC_TITLE, JOINED, "abfgknp"},
	{"260", TOMB_DC_PUBLISHER, JOINED, "ab"},
	{"260", TOMB_DC_DATE, DATE, "c"},
	{"264", TOMB_DC_PUBLISHER, JOINED, "ab"},
	{"264", TOMB_DC_DATE, DATE, "c"},
	{"506", TOMB_DC_RIGHTS, EACH, "a"},
	{"530", TOMB_DC_RELATION, JOINED, "abcdu"},
	{"534", TOMB_DC_SOURCE, EACH, "t"},
	{"540", TOMB_DC_RIGHTS, EACH, "a"},
	{"600", TOMB_DC_SUBJECT, DASHED, "abcdqtvxyz"},
	{"610", TOMB_DC_SUBJECT, DASHED, "abcdqtvxyz"},
	{"611", TOMB_DC_SUBJECT, DASHED, "acdnqtvxyz"},
	{"630", TOMB_DC_SUBJECT, DASHED, "adnpvxyz"},
	{"650", TOMB_DC_SUBJECT, DASHED, "abcdvxyz"},
	{"651", TOMB_DC_COVERAGE, DASHED, "avxyz"},
	{"653", TOMB_DC_SUBJECT, EACH, "a"},
	{"655", TOMB_DC_TYPE, DASHED, "abcvxyz"},
	{"662", TOMB_DC_COVERAGE, DASHED, "abcd"},
	{"700", TOMB_DC_CREATOR, JOINED, "abcdgnqt"},
	{"710", TOMB_DC_CREATOR, JOINED, "abcdgnt"},
	{"711", TOMB_DC_CREATOR, JOINED, "acdegnqt"},
	{"720", TOMB_DC_CREATOR, JOINED, "a"},
	{"751", TOMB_DC_COVERAGE, JOINED, "a"},
	{"752", TOMB_DC_COVERAGE, JOINED, "abcd"},
	{"786", TOMB_DC_SOURCE, JOINED, "ot"},
	{"856", TOMB_DC_IDENTIFIER, EACH, "u"},
	{"856", TOMB_DC_FORMAT, EACH, "q"},
};

/* Fields that are told by the range of their tag. */
static const struct rule note = {"5..", TOMB_DC_DESCRIPTION, EACH, "a"};
static const struct rule link = {"7..", TOMB_DC_RELATION, JOINED, "ot"};

/* leader/06 */
static const struct {
	char type;
	const char *name;
} types[] = {
	{'a', "text"},
	{'t', "text"},
	{'e', "cartographic"},
	{'f', "cartographic"},
	{'c', "notated music"},
	{'d', "notated music"},
	{'i', "sound recording"},
	{'j', "sound recording"},
	{'k', "still image"},
	{'g', "moving image"},
	{'r', "three dimensional object"},
	{'m', "software, multimedia"},
	{'p', "mixed material"},
};

struct walk {
	struct tomb_dc *dc;
	char text[TOMB_MARC_FIELD_MAX * 2]; /* a field, and what joins its parts; a longer one is left out */
	size_t n;
	bool is_full;
};

static void put(struct walk *w, struct tomb_str s)
{
	w->is_full |= s.n > sizeof w->text - w->n;
	if (w->is_full)
		return;
	memcpy(w->text + w->n, s.p, s.n);
	w->n += s.n;
}

static bool is_code(const char *codes, char c)
{
	return c && strchr(codes, c);
}

static struct tomb_str chop(struct tomb_str s)
{
	while (s.n && is_code(" /:;,=", s.p[s.n - 1]))
		s.n--;
	while (s.n && s.p[0] == ' ')
		s = (struct tomb_str){s.p + 1, s.n - 1};
	return s;
}

static void add_joined(struct walk *w, const struct rule *rule, const struct tomb_marc_field *field)
{
	struct tomb_marc_subfield sub;
	size_t at = 0;

	w->n = 0;
	w->is_full = false;
	while (tomb_marc_subfield(field, &at, &sub)) {
		bool is_subdivision = rule->how == DASHED && is_code("vxyz", sub.code);
		struct tomb_str value = chop(sub.value);

		if (!is_code(rule->codes, sub.code) || value.n == 0)
			continue;
		/* Punctuation within the field stays, except before a subdivision. */
		if (w->n > 0)
			put(w, is_subdivision ? TOMB_STR("--") : TOMB_STR(" "));
		put(w, rule->how == DASHED ? value : sub.value);
	}
	if (!w->is_full)
		tomb_dc_add(w->dc, rule->element, chop((struct tomb_str){w->text, w->n}));
}

/* An ISBN or ISSN up to the first blank: "0786808772 (reinforced)". */
static void add_number(struct walk *w, const struct rule *rule, struct tomb_str value)
{
	size_t n = 0;

	value = chop(value);
	while (n < value.n && value.p[n] != ' ')
		n++;
	w->n = 0;
	w->is_full = n == 0;
	put(w, rule->how == ISBN ? TOMB_STR("URN:ISBN:") : TOMB_STR("URN:ISSN:"));
	put(w, (struct tomb_str){value.p, n});
	if (!w->is_full)
		tomb_dc_add(w->dc, rule->element, (struct tomb_str){w->text, w->n});
}

static bool is_language(const char *p)
{
	for (int i = 0; i < CODE; i++)
		if (p[i] < 'a' || p[i] > 'z')
			return false;
	return true;
}

static void add_languages(struct walk *w, struct tomb_str codes)
{
	for (size_t at = 0; at + CODE <= codes.n; at += CODE)
		if (is_language(codes.p + at))
			tomb_dc_add(w->dc, TOMB_DC_LANGUAGE, (struct tomb_str){codes.p + at, CODE});
}

static void add_date(struct walk *w, struct tomb_str value)
{
	char text[DC_DATE_TEXT];
	struct tomb_str date = dc_date(value, text);

	tomb_dc_add(w->dc, TOMB_DC_DATE, date.n ? date : chop(value));
}

static void add_one(struct walk *w, const struct rule *rule, struct tomb_str value)
{
	switch (rule->how) {
	case ISBN:
	case ISSN:
		add_number(w, rule, value);
		break;
	case DATE:
		add_date(w, value);
		break;
	case LANGUAGES:
		add_languages(w, value);
		break;
	case EACH:
	case JOINED:
	case DASHED:
		tomb_dc_add(w->dc, rule->element, chop(value));
		break;
	}
}

static void apply(struct walk *w, const struct rule *rule, const struct tomb_marc_field *field)
{
	struct tomb_marc_subfield sub;
	size_t at = 0;

	if (rule->how == JOINED || rule->how == DASHED) {
		add_joined(w, rule, field);
		return;
	}
	while (tomb_marc_subfield(field, &at, &sub))
		if (is_code(rule->codes, sub.code))
			add_one(w, rule, sub.value);
}

/* 264 tells of publishers with 1 in its second indicator, of printers and others with others. */
static bool is_meant(const struct tomb_marc_field *field)
{
	return memcmp(field->tag.p, "264", 3) != 0 || field->indicators.p[1] == '1';
}

static void cross_field(struct walk *w, const struct tomb_marc_field *field)
{
	const char *tag = field->tag.p;
	bool is_known = false;

	for (size_t i = 0; i < TOMB_COUNTOF(rules); i++) {
		int order = memcmp(tag, rules[i].tag, 3);

		if (order < 0)
			break;
		if (order > 0)
			continue;
		is_known = true;
		if (is_meant(field))
			apply(w, &rules[i], field);
	}
	if (is_known)
		return;
	if (tag[0] == '5' && memcmp(tag, "546", 3) != 0)
		apply(w, &note, field);
	else if (memcmp(tag, "760", 3) >= 0 && memcmp(tag, "787", 3) <= 0)
		apply(w, &link, field);
}

static void cross_leader(struct walk *w, struct tomb_str leader)
{
	char type = leader.p[TYPE_AT];

	if (leader.p[LEVEL_AT] == 'c')
		tomb_dc_add(w->dc, TOMB_DC_TYPE, TOMB_STR("collection"));
	if (is_code("dfpt", type))
		tomb_dc_add(w->dc, TOMB_DC_TYPE, TOMB_STR("manuscript"));
	for (size_t i = 0; i < TOMB_COUNTOF(types); i++)
		if (types[i].type == type)
			tomb_dc_add(w->dc, TOMB_DC_TYPE, tomb_str_from(types[i].name));
}

static bool has_date(const struct tomb_dc *dc)
{
	for (size_t i = 0; i < dc->n; i++)
		if (dc->p[i].element == TOMB_DC_DATE)
			return true;
	return false;
}

enum tomb_code tomb_dc_from_marc(const struct tomb_marc *marc, struct tomb_dc *dc, struct tomb_err *err)
{
	struct tomb_str coded = tomb_marc_value(marc, "008", NULL, 0);
	struct tomb_marc_field field;
	struct walk w;
	size_t at = 0;

	w.dc = dc;
	cross_leader(&w, marc->leader);
	while (tomb_marc_field(marc, &at, &field))
		if (field.indicators.n)
			cross_field(&w, &field);
	if (coded.n >= DATE1_AT + YEAR && !has_date(dc)) {
		char text[DC_DATE_TEXT];

		tomb_dc_add(dc, TOMB_DC_DATE, dc_date((struct tomb_str){coded.p + DATE1_AT, YEAR}, text));
	}
	if (coded.n >= LANGUAGE_AT + CODE)
		add_languages(&w, (struct tomb_str){coded.p + LANGUAGE_AT, CODE});
	return dc->is_broken ? TOMB_FAIL(err, TOMB_NOMEM, "the Dublin Core of a MARC record") : TOMB_OK;
}

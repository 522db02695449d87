#include "marc_slim.h"

#include "marc_rule.h"

#include "tombstone/xml_writer.h"

#define RECORD "<record xmlns=\"" TOMB_MARC_NAMESPACE "\""
#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define LOCATION " xmlns:xsi=\"" XSI "\" xsi:schemaLocation=\"" TOMB_MARC_NAMESPACE " " TOMB_MARC_SCHEMA "\""
#define LEADER "><leader>"

size_t marc_slim_leader_at(void)
{
	return sizeof RECORD LEADER - 1;
}

void marc_slim_begin(struct tomb_buf *out, bool has_schema_location, struct tomb_str leader)
{
	tomb_buf_put(out, TOMB_STR(RECORD));
	if (has_schema_location)
		tomb_buf_put(out, TOMB_STR(LOCATION));
	tomb_buf_put(out, TOMB_STR(LEADER));
	tomb_buf_put(out, leader);
	tomb_buf_put(out, TOMB_STR("</leader>"));
}

void marc_slim_end(struct tomb_buf *out)
{
	tomb_buf_put(out, TOMB_STR("</record>"));
}

void marc_slim_control(struct tomb_buf *out, struct tomb_str tag, struct tomb_str value)
{
	char start[] = "<controlfield tag=\"...\">";

	memcpy(strstr(start, "..."), tag.p, 3);
	tomb_buf_put(out, tomb_str_from(start));
	tomb_xml_escape(out, value);
	tomb_buf_put(out, TOMB_STR("</controlfield>"));
}

void marc_slim_field_begin(struct tomb_buf *out, struct tomb_str tag, struct tomb_str indicators)
{
	enum { TAG_AT = 16, IND1_AT = 27, IND2_AT = 36 };
	char start[] = "<datafield tag=\"...\" ind1=\".\" ind2=\".\">";

	memcpy(start + TAG_AT, tag.p, 3);
	start[IND1_AT] = indicators.p[0];
	start[IND2_AT] = indicators.p[1];
	tomb_buf_put(out, (struct tomb_str){start, sizeof start - 1});
}

void marc_slim_field_end(struct tomb_buf *out)
{
	tomb_buf_put(out, TOMB_STR("</datafield>"));
}

void marc_slim_subfield(struct tomb_buf *out, char code, struct tomb_str value)
{
	enum { CODE_AT = 16 };
	char start[] = "<subfield code=\".\">";

	if (strchr("&<>\"", code)) {
		tomb_buf_put(out, TOMB_STR("<subfield code=\""));
		tomb_xml_escape(out, (struct tomb_str){&code, 1});
		tomb_buf_put(out, TOMB_STR("\">"));
	} else {
		start[CODE_AT] = code;
		tomb_buf_put(out, (struct tomb_str){start, sizeof start - 1});
	}
	tomb_xml_escape(out, value);
	tomb_buf_put(out, TOMB_STR("</subfield>"));
}

void marc_slim_field(struct tomb_buf *out, const struct tomb_marc_field *field)
{
	struct tomb_marc_subfield sub;
	size_t at = 0;

	if (field->indicators.n == 0) {
		marc_slim_control(out, field->tag, field->data);
		return;
	}
	marc_slim_field_begin(out, field->tag, field->indicators);
	while (tomb_marc_subfield(field, &at, &sub))
		marc_slim_subfield(out, sub.code, sub.value);
	marc_slim_field_end(out);
}

/* What is left of the text. */
struct cursor {
	const char *start;
	struct tomb_str rest;
	struct tomb_err *err;
};

static enum tomb_code refuse(const struct cursor *c)
{
	return TOMB_FAIL(c->err, TOMB_CORRUPT, "a stored MARC record is no MARCXML of ours, from byte %zu on",
		(size_t)(c->rest.p - c->start));
}

static bool skip(struct cursor *c, struct tomb_str literal)
{
	if (c->rest.n < literal.n || memcmp(c->rest.p, literal.p, literal.n) != 0)
		return false;
	c->rest = (struct tomb_str){c->rest.p + literal.n, c->rest.n - literal.n};
	return true;
}

static enum tomb_code expect(struct cursor *c, struct tomb_str literal)
{
	return skip(c, literal) ? TOMB_OK : refuse(c);
}

/* A fixed number of characters that need no escape. */
static enum tomb_code take(struct cursor *c, size_t n, struct tomb_str *out)
{
	if (c->rest.n < n)
		return refuse(c);
	*out = (struct tomb_str){c->rest.p, n};
	c->rest = (struct tomb_str){c->rest.p + n, c->rest.n - n};
	return TOMB_OK;
}

static const struct {
	struct tomb_str name;
	char c;
} escapes[] = {
	{{"&amp;", 5}, '&'},
	{{"&lt;", 4}, '<'},
	{{"&gt;", 4}, '>'},
	{{"&quot;", 6}, '"'},
	{{"&#9;", 4}, '\t'},
	{{"&#10;", 5}, '\n'},
	{{"&#13;", 5}, '\r'},
};

static bool take_escape(struct cursor *c, char *out)
{
	for (size_t i = 0; i < TOMB_COUNTOF(escapes); i++)
		if (skip(c, escapes[i].name)) {
			*out = escapes[i].c;
			return true;
		}
	return false;
}

/* Text up to the next tag. */
static enum tomb_code take_text(struct cursor *c, struct tomb_buf *out)
{
	for (;;) {
		const char *tag = memchr(c->rest.p, '<', c->rest.n);
		size_t n = tag ? (size_t)(tag - c->rest.p) : c->rest.n;
		const char *escape = memchr(c->rest.p, '&', n);
		struct tomb_str plain = {NULL, 0};
		char one = 0;

		TOMB_TRY(take(c, escape ? (size_t)(escape - c->rest.p) : n, &plain));
		if (memchr(plain.p, MARC_FIELD_END, plain.n) || memchr(plain.p, MARC_DELIMITER, plain.n))
			return refuse(c);
		tomb_buf_put(out, plain);
		if (!escape)
			return tag ? TOMB_OK : refuse(c);
		if (!take_escape(c, &one))
			return refuse(c);
		tomb_buf_put(out, (struct tomb_str){&one, 1});
	}
}

static enum tomb_code take_subfield(struct cursor *c, struct tomb_buf *out)
{
	struct tomb_str code = {NULL, 0};
	char delimited[2] = {MARC_DELIMITER, 0};

	if (!take_escape(c, &delimited[1])) {
		TOMB_TRY(take(c, 1, &code));
		delimited[1] = code.p[0];
	}
	if (!marc_is_code(delimited[1]))
		return refuse(c);
	tomb_buf_put(out, (struct tomb_str){delimited, sizeof delimited});
	TOMB_TRY(expect(c, TOMB_STR("\">")));
	TOMB_TRY(take_text(c, out));
	return expect(c, TOMB_STR("</subfield>"));
}

static enum tomb_code take_indicator(struct cursor *c, struct tomb_str before, struct tomb_buf *out)
{
	struct tomb_str indicator = {NULL, 0};

	TOMB_TRY(expect(c, before));
	TOMB_TRY(take(c, 1, &indicator));
	if (!marc_is_indicator(indicator.p[0]))
		return refuse(c);
	tomb_buf_put(out, indicator);
	return TOMB_OK;
}

static enum tomb_code take_field(struct cursor *c, struct tomb_buf *out)
{
	struct tomb_str tag = {NULL, 0};

	TOMB_TRY(take(c, 3, &tag));
	if (!marc_is_data_tag(tag.p))
		return refuse(c);
	tomb_buf_put(out, tag);
	TOMB_TRY(take_indicator(c, TOMB_STR("\" ind1=\""), out));
	TOMB_TRY(take_indicator(c, TOMB_STR("\" ind2=\""), out));
	TOMB_TRY(expect(c, TOMB_STR("\">")));
	while (skip(c, TOMB_STR("<subfield code=\"")))
		TOMB_TRY(take_subfield(c, out));
	return expect(c, TOMB_STR("</datafield>"));
}

static enum tomb_code take_control(struct cursor *c, struct tomb_buf *out)
{
	struct tomb_str tag = {NULL, 0};

	TOMB_TRY(take(c, 3, &tag));
	if (!marc_is_control_tag(tag.p))
		return refuse(c);
	tomb_buf_put(out, tag);
	TOMB_TRY(expect(c, TOMB_STR("\">")));
	TOMB_TRY(take_text(c, out));
	return expect(c, TOMB_STR("</controlfield>"));
}

enum tomb_code marc_slim_read(struct tomb_str text, struct tomb_str *leader, struct tomb_buf *out, struct tomb_err *err)
{
	struct cursor c = {text.p, text, err};
	struct tomb_str found = {NULL, 0};
	struct tomb_str all = {NULL, 0};

	TOMB_TRY(expect(&c, TOMB_STR(RECORD LEADER)));
	TOMB_TRY(take(&c, TOMB_MARC_LEADER, &found));
	TOMB_TRY(expect(&c, TOMB_STR("</leader>")));
	while (!skip(&c, TOMB_STR("</record>"))) {
		if (skip(&c, TOMB_STR("<controlfield tag=\"")))
			TOMB_TRY(take_control(&c, out));
		else if (skip(&c, TOMB_STR("<datafield tag=\"")))
			TOMB_TRY(take_field(&c, out));
		else
			return refuse(&c);
		tomb_buf_put(out, TOMB_STR("\x1e"));
	}
	if (c.rest.n)
		return refuse(&c);
	TOMB_TRY(tomb_buf_done(out, &all, err));
	*leader = found;
	return TOMB_OK;
}

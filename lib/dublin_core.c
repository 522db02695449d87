#include "tombstone/dublin_core.h"

#include "tombstone/xml_writer.h"

#define OPEN                                                                                                           \
	"<oai_dc:dc xmlns:oai_dc=\"" TOMB_OAI_DC_NAMESPACE "\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "         \
	"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"" TOMB_OAI_DC_NAMESPACE          \
	" " TOMB_OAI_DC_SCHEMA "\">"

enum { FIRST_CAP = 32 }; /* most records have fewer values */

#define TAG(name)                                                                                                      \
	{                                                                                                              \
		{"<dc:" name ">", sizeof "<dc:" name ">" - 1},                                                         \
		{                                                                                                      \
			"</dc:" name ">", sizeof "</dc:" name ">" - 1                                                  \
		}                                                                                                      \
	}

static const struct {
	struct tomb_str open;
	struct tomb_str close;
} tags[] = {
	[TOMB_DC_TITLE] = TAG("title"),
	[TOMB_DC_CREATOR] = TAG("creator"),
	[TOMB_DC_SUBJECT] = TAG("subject"),
	[TOMB_DC_DESCRIPTION] = TAG("description"),
	[TOMB_DC_PUBLISHER] = TAG("publisher"),
	[TOMB_DC_CONTRIBUTOR] = TAG("contributor"),
	[TOMB_DC_DATE] = TAG("date"),
	[TOMB_DC_TYPE] = TAG("type"),
	[TOMB_DC_FORMAT] = TAG("format"),
	[TOMB_DC_IDENTIFIER] = TAG("identifier"),
	[TOMB_DC_SOURCE] = TAG("source"),
	[TOMB_DC_LANGUAGE] = TAG("language"),
	[TOMB_DC_RELATION] = TAG("relation"),
	[TOMB_DC_COVERAGE] = TAG("coverage"),
	[TOMB_DC_RIGHTS] = TAG("rights"),
};
_Static_assert(TOMB_COUNTOF(tags) == TOMB_DC_ELEMENT_MAX, "one tag for each element");

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n && is_blank(s.p[0]))
		s = (struct tomb_str){s.p + 1, s.n - 1};
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool has(const struct tomb_dc *dc, enum tomb_dc_element element, struct tomb_str text)
{
	for (size_t i = 0; i < dc->n; i++)
		if (dc->p[i].element == element && tomb_str_eq(dc->p[i].text, text))
			return true;
	return false;
}

/* Room for one more value. */
static bool grow(struct tomb_dc *dc)
{
	size_t cap = dc->cap ? 2 * dc->cap : FIRST_CAP;
	struct tomb_dc_value *p = NULL;

	if (dc->n < dc->cap)
		return true;
	p = TOMB_NEW(dc->arena, struct tomb_dc_value, cap);
	if (!p)
		return false;
	if (dc->n)
		memcpy(p, dc->p, dc->n * sizeof *p);
	dc->p = p;
	dc->cap = cap;
	return true;
}

void tomb_dc_add(struct tomb_dc *dc, enum tomb_dc_element element, struct tomb_str text)
{
	struct tomb_str value = trim(text);

	if (value.n == 0 || dc->is_broken || has(dc, element, value))
		return;
	value = tomb_arena_str(dc->arena, value);
	if (!value.p || !grow(dc)) {
		dc->is_broken = true;
		return;
	}
	dc->p[dc->n++] = (struct tomb_dc_value){element, value};
}

enum tomb_code tomb_dc_put(const struct tomb_dc *dc, struct tomb_buf *out, struct tomb_err *err)
{
	if (dc->is_broken)
		return TOMB_FAIL(err, TOMB_NOMEM, "the Dublin Core of a record");
	tomb_buf_put(out, TOMB_STR(OPEN));
	for (int element = 0; element < TOMB_DC_ELEMENT_MAX; element++)
		for (size_t i = 0; i < dc->n; i++) {
			if (dc->p[i].element != (enum tomb_dc_element)element)
				continue;
			tomb_buf_put(out, tags[element].open);
			tomb_xml_escape(out, dc->p[i].text);
			tomb_buf_put(out, tags[element].close);
		}
	tomb_buf_put(out, TOMB_STR("</oai_dc:dc>"));
	return TOMB_OK;
}

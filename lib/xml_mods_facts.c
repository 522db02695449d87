#include "xml_mods.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool xml_mods_is(const xmlNode *node, const char *name)
{
	return xml_is(node, TOMB_MODS_NAMESPACE, name);
}

static const xmlNode *find(const xmlNode *node, const char *name)
{
	while (node && !xml_mods_is(node, name))
		node = node->next;
	return node;
}

const xmlNode *xml_mods_child(const xmlNode *node, const char *name)
{
	return find(node->children, name);
}

const xmlNode *xml_mods_next(const xmlNode *node, const char *name)
{
	return find(node->next, name);
}

struct tomb_str xml_mods_text(const xmlNode *node, struct tomb_buf *out)
{
	size_t n = 0;

	tomb_buf_reset(out);
	if (node)
		xml_put_text(node, out);
	for (size_t i = 0; i < out->n; i++) {
		if (!is_blank(out->p[i]))
			out->p[n++] = out->p[i];
		else if (n > 0 && out->p[n - 1] != ' ')
			out->p[n++] = ' ';
	}
	if (n > 0 && out->p[n - 1] == ' ')
		n--;
	out->n = n;
	if (out->p)
		out->p[n] = '\0';
	return (struct tomb_str){out->p ? out->p : "", n};
}

/* Appends a part, if it has text, after what joins it with the parts before it. */
static void join(const xmlNode *node, const char *glue, struct tomb_buf *part, struct tomb_buf *out)
{
	struct tomb_str text = xml_mods_text(node, part);

	if (text.n == 0)
		return;
	if (out->n > 0)
		tomb_buf_put(out, tomb_str_from(glue));
	tomb_buf_put(out, text);
}

void xml_mods_put_title(const xmlNode *title_info, struct tomb_buf *part, struct tomb_buf *out)
{
	bool is_apart = true;

	tomb_buf_reset(out);
	join(xml_mods_child(title_info, "nonSort"), "", part, out);
	/* An article with an apostrophe is one word with the title. */
	is_apart = out->n > 0 && out->p[out->n - 1] != '\'' && out->p[out->n - 1] != '-';
	join(xml_mods_child(title_info, "title"), is_apart ? " " : "", part, out);
	join(xml_mods_child(title_info, "subTitle"), ": ", part, out);
	join(xml_mods_child(title_info, "partNumber"), ". ", part, out);
	join(xml_mods_child(title_info, "partName"), ". ", part, out);
}

static bool has_type(const xmlNode *node, const char *type)
{
	return tomb_str_eq(xml_attribute(node, "type"), tomb_str_from(type));
}

static const xmlNode *name_part(const xmlNode *name, const char *type)
{
	const xmlNode *part = xml_mods_child(name, "namePart");

	while (part && !has_type(part, type))
		part = xml_mods_next(part, "namePart");
	return part;
}

void xml_mods_put_name(const xmlNode *name, struct tomb_buf *part, struct tomb_buf *out)
{
	tomb_buf_reset(out);
	for (const xmlNode *p = xml_mods_child(name, "namePart"); p; p = xml_mods_next(p, "namePart"))
		if (!xml_attribute(p, "type").n)
			join(p, " ", part, out);
	join(name_part(name, "family"), " ", part, out);
	join(name_part(name, "given"), ", ", part, out);
	join(name_part(name, "date"), ", ", part, out);
	if (out->n == 0)
		join(xml_mods_child(name, "displayForm"), "", part, out);
}

const xmlNode *xml_mods_role(const xmlNode *name)
{
	const xmlNode *any = NULL;

	for (const xmlNode *role = xml_mods_child(name, "role"); role; role = xml_mods_next(role, "role"))
		for (const xmlNode *t = xml_mods_child(role, "roleTerm"); t; t = xml_mods_next(t, "roleTerm")) {
			if (!has_type(t, "code"))
				return t;
			any = any ? any : t;
		}
	return any;
}

struct gathering {
	struct tomb_arena *arena;
	struct tomb_buf part;
	struct tomb_buf whole;
};

static enum tomb_code keep(struct gathering *g, struct tomb_str text, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str copy = tomb_arena_str(g->arena, text);

	if (!copy.p || g->part.broken != TOMB_OK || g->whole.broken != TOMB_OK)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading MODS");
	*out = copy;
	return TOMB_OK;
}

/* A value and its type, or the name and its role. */
static enum tomb_code read_value(
	struct gathering *g, const xmlNode *node, struct tomb_mods_value *out, struct tomb_err *err)
{
	if (!xml_mods_is(node, "name")) {
		TOMB_TRY(keep(g, xml_mods_text(node, &g->part), &out->text, err));
		return keep(g, xml_attribute(node, "type"), &out->type, err);
	}
	xml_mods_put_name(node, &g->part, &g->whole);
	TOMB_TRY(keep(g, (struct tomb_str){g->whole.p, g->whole.n}, &out->text, err));
	return keep(g, xml_mods_text(xml_mods_role(node), &g->part), &out->type, err);
}

static enum tomb_code read_values(struct gathering *g, const xmlNode *record, const char *name,
	struct tomb_mods_values *out, struct tomb_err *err)
{
	struct tomb_mods_value *values = NULL;
	size_t n = 0;

	for (const xmlNode *node = xml_mods_child(record, name); node; node = xml_mods_next(node, name))
		n++;
	values = TOMB_NEW(g->arena, struct tomb_mods_value, n + 1);
	if (!values)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading MODS");
	n = 0;
	for (const xmlNode *node = xml_mods_child(record, name); node; node = xml_mods_next(node, name)) {
		TOMB_TRY(read_value(g, node, &values[n], err));
		n += values[n].text.n > 0;
	}
	*out = (struct tomb_mods_values){values, n};
	return TOMB_OK;
}

/* Titles with a type are alternative, abbreviated, translated or uniform ones. */
static const xmlNode *main_title(const xmlNode *record)
{
	const xmlNode *title = xml_mods_child(record, "titleInfo");

	while (title && xml_attribute(title, "type").n)
		title = xml_mods_next(title, "titleInfo");
	return title;
}

static enum tomb_code read_facts(
	struct gathering *g, const xmlNode *record, struct tomb_mods_facts *out, struct tomb_err *err)
{
	const xmlNode *title = main_title(record);

	tomb_buf_reset(&g->whole);
	if (title)
		xml_mods_put_title(title, &g->part, &g->whole);
	TOMB_TRY(keep(g, (struct tomb_str){g->whole.p, g->whole.n}, &out->title, err));
	TOMB_TRY(read_values(g, record, "identifier", &out->identifiers, err));
	TOMB_TRY(read_values(g, record, "name", &out->names, err));
	return read_values(g, record, "accessCondition", &out->access_conditions, err);
}

enum tomb_code tomb_mods_facts(
	struct tomb_str kept, struct tomb_arena *arena, struct tomb_mods_facts *out, struct tomb_err *err)
{
	XML_RECORDS_AUTO *x = NULL;
	struct gathering g = {arena, tomb_buf_init(TOMB_MODS_BYTES_MAX), tomb_buf_init(TOMB_MODS_BYTES_MAX)};
	struct tomb_mods_facts found = {.title = {NULL, 0}};
	xmlNode *record = NULL;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(xml_records_open(&xml_mods_rule, xml_mods_supply, &kept, &x, err));
	TOMB_TRY(xml_records_next(x, &record, err));
	if (!record)
		return TOMB_FAIL(err, TOMB_INVAL, "there is no <mods>");
	code = read_facts(&g, record, &found, err);
	tomb_buf_fini(&g.part);
	tomb_buf_fini(&g.whole);
	if (code == TOMB_OK)
		*out = found;
	return code;
}

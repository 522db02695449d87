/*
 * MODS to Dublin Core: the facts are the Library of Congress's ("MODS to Dublin Core Metadata Element Set Mapping", and
 * what its stylesheet for OAI does).
 */
#include "dublin_core_date.h"
#include "xml_mods.h"

#include "tombstone/dublin_core.h"

struct walk {
	struct tomb_dc *dc;
	struct tomb_buf part;
	struct tomb_buf whole;
};

static void add_text(struct walk *w, enum tomb_dc_element element, const xmlNode *node)
{
	tomb_dc_add(w->dc, element, xml_mods_text(node, &w->part));
}

static void add_whole(struct walk *w, enum tomb_dc_element element)
{
	tomb_dc_add(w->dc, element, (struct tomb_str){w->whole.p, w->whole.n});
}

/* Appends what an element says after "--". */
static void put_dashed(struct walk *w, const xmlNode *node)
{
	struct tomb_str text = xml_mods_text(node, &w->part);

	if (text.n == 0)
		return;
	if (w->whole.n > 0)
		tomb_buf_put(&w->whole, TOMB_STR("--"));
	tomb_buf_put(&w->whole, text);
}

static void cross_title(struct walk *w, const xmlNode *node)
{
	xml_mods_put_title(node, &w->part, &w->whole);
	add_whole(w, TOMB_DC_TITLE);
}

static bool is_one_of(struct tomb_str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(s, tomb_str_from(words[i])))
			return true;
	return false;
}

static void cross_name(struct walk *w, const xmlNode *node)
{
	static const char *const creators[] = {"creator", "Creator", "cre"};
	struct tomb_str role = xml_mods_text(xml_mods_role(node), &w->part);
	bool is_creator = is_one_of(role, creators, TOMB_COUNTOF(creators));

	xml_mods_put_name(node, &w->part, &w->whole);
	add_whole(w, is_creator ? TOMB_DC_CREATOR : TOMB_DC_CONTRIBUTOR);
}

static void put_dashed_name(struct walk *w, const xmlNode *node)
{
	TOMB_BUF_AUTO person = tomb_buf_init(TOMB_MODS_BYTES_MAX);

	xml_mods_put_name(node, &w->part, &person);
	if (w->whole.n > 0 && person.n > 0)
		tomb_buf_put(&w->whole, TOMB_STR("--"));
	tomb_buf_put(&w->whole, (struct tomb_str){person.p, person.n});
}

/* Simple ones, and from HIERARCHIES on those with parts. */
static const char *const places[] = {"geographic", "temporal", "hierarchicalGeographic", "cartographics"};
enum { HIERARCHIES = 2 };

static void cross_place(struct walk *w, const xmlNode *node, bool has_parts)
{
	tomb_buf_reset(&w->whole);
	if (!has_parts)
		put_dashed(w, node);
	for (const xmlNode *part = node->children; has_parts && part; part = part->next)
		if (part->type == XML_ELEMENT_NODE)
			put_dashed(w, part);
	add_whole(w, TOMB_DC_COVERAGE);
}

static void cross_subject(struct walk *w, const xmlNode *subject)
{
	tomb_buf_reset(&w->whole);
	for (const xmlNode *node = subject->children; node; node = node->next) {
		struct tomb_str name = tomb_str_from((const char *)node->name);

		if (xml_mods_is(node, "name"))
			put_dashed_name(w, node);
		else if (xml_mods_is(node, name.p) && !is_one_of(name, places, TOMB_COUNTOF(places)) &&
			 !xml_mods_is(node, "geographicCode"))
			put_dashed(w, node);
	}
	add_whole(w, TOMB_DC_SUBJECT);
	for (size_t i = 0; i < TOMB_COUNTOF(places); i++)
		for (const xmlNode *node = xml_mods_child(subject, places[i]); node;
			node = xml_mods_next(node, places[i]))
			cross_place(w, node, i >= HIERARCHIES);
}

/* ISO 8601, or what can be made ISO 8601, or as it is. */
static void add_date(struct walk *w, const xmlNode *node)
{
	struct tomb_str text = xml_mods_text(node, &w->part);
	struct tomb_str encoding = xml_attribute(node, "encoding");
	char iso[DC_DATE_TEXT];
	struct tomb_str date = dc_date(text, iso);
	bool is_iso = tomb_str_eq(encoding, TOMB_STR("w3cdtf")) || tomb_str_eq(encoding, TOMB_STR("iso8601")) ||
		      tomb_str_eq(encoding, TOMB_STR("edtf"));

	/* 2024-02-29 is not encoded, and yet is better than its year. */
	is_iso |= text.n >= 7 && date.n == 4 && text.p[4] == '-' && memcmp(text.p, date.p, 4) == 0;
	tomb_dc_add(w->dc, TOMB_DC_DATE, is_iso || !date.n ? text : date);
}

/* A date that begins here, with its end: "1998/2001". */
static void add_span(struct walk *w, const xmlNode *start)
{
	const char *name = (const char *)start->name;
	const xmlNode *end = xml_mods_child(start->parent, name);

	while (end && !tomb_str_eq(xml_attribute(end, "point"), TOMB_STR("end")))
		end = xml_mods_next(end, name);
	tomb_buf_reset(&w->whole);
	tomb_buf_put(&w->whole, xml_mods_text(start, &w->part));
	if (end) {
		tomb_buf_put(&w->whole, TOMB_STR("/"));
		tomb_buf_put(&w->whole, xml_mods_text(end, &w->part));
	}
	add_whole(w, TOMB_DC_DATE);
}

static void cross_origin(struct walk *w, const xmlNode *origin)
{
	static const char *const dates[] = {"dateIssued", "dateCreated", "dateCaptured", "dateOther"};

	for (const xmlNode *node = xml_mods_child(origin, "publisher"); node; node = xml_mods_next(node, "publisher"))
		add_text(w, TOMB_DC_PUBLISHER, node);
	for (size_t i = 0; i < TOMB_COUNTOF(dates); i++)
		for (const xmlNode *node = xml_mods_child(origin, dates[i]); node;
			node = xml_mods_next(node, dates[i])) {
			struct tomb_str point = xml_attribute(node, "point");

			if (tomb_str_eq(point, TOMB_STR("start")))
				add_span(w, node);
			else if (!tomb_str_eq(point, TOMB_STR("end")))
				add_date(w, node);
		}
}

/* To the DCMI Type Vocabulary. */
static void cross_type(struct walk *w, const xmlNode *node)
{
	static const struct {
		const char *mods;
		const char *dc;
	} types[] = {
		{"software, multimedia", "InteractiveResource"},
		{"software", "Software"},
		{"cartographic", "Image"},
		{"cartographic material", "Image"},
		{"multimedia", "InteractiveResource"},
		{"moving image", "MovingImage"},
		{"three dimensional object", "PhysicalObject"},
		{"three-dimensional object", "PhysicalObject"},
		{"artifact", "PhysicalObject"},
		{"sound recording", "Sound"},
		{"sound recording-musical", "Sound"},
		{"sound recording-nonmusical", "Sound"},
		{"audio", "Sound"},
		{"still image", "StillImage"},
		{"text", "Text"},
		{"notated music", "Text"},
		{"notated movement", "Text"},
		{"manuscript", "Text"},
		{"collection", "Collection"},
	};
	struct tomb_str text = xml_mods_text(node, &w->part);

	if (tomb_str_eq(xml_attribute(node, "collection"), TOMB_STR("yes")))
		tomb_dc_add(w->dc, TOMB_DC_TYPE, TOMB_STR("Collection"));
	for (size_t i = 0; i < TOMB_COUNTOF(types); i++)
		if (tomb_str_eq(text, tomb_str_from(types[i].mods))) {
			tomb_dc_add(w->dc, TOMB_DC_TYPE, tomb_str_from(types[i].dc));
			return;
		}
	tomb_dc_add(w->dc, TOMB_DC_TYPE, text);
}

static void cross_description(struct walk *w, const xmlNode *physical)
{
	static const char *const parts[] = {"extent", "form", "internetMediaType"};

	for (size_t i = 0; i < TOMB_COUNTOF(parts); i++)
		for (const xmlNode *node = xml_mods_child(physical, parts[i]); node;
			node = xml_mods_next(node, parts[i]))
			add_text(w, TOMB_DC_FORMAT, node);
}

static void cross_identifier(struct walk *w, const xmlNode *node)
{
	static const char *const named[] = {"isbn", "issn", "doi", "lccn", "uri"};
	struct tomb_str type = xml_attribute(node, "type");
	struct tomb_str text = xml_mods_text(node, &w->part);

	if (text.n == 0 || tomb_str_eq(xml_attribute(node, "invalid"), TOMB_STR("yes")))
		return;
	tomb_buf_reset(&w->whole);
	if (is_one_of(type, named, TOMB_COUNTOF(named)) && !tomb_str_eq(type, TOMB_STR("uri"))) {
		tomb_buf_put(&w->whole, type);
		tomb_buf_put(&w->whole, TOMB_STR(": "));
	}
	tomb_buf_put(&w->whole, text);
	add_whole(w, TOMB_DC_IDENTIFIER);
}

static void cross_location(struct walk *w, const xmlNode *location)
{
	for (const xmlNode *node = xml_mods_child(location, "url"); node; node = xml_mods_next(node, "url"))
		add_text(w, TOMB_DC_IDENTIFIER, node);
}

/* Codes of ISO 639-2 where there are any, else what people call it. */
static void cross_language(struct walk *w, const xmlNode *language)
{
	const xmlNode *term = xml_mods_child(language, "languageTerm");
	const xmlNode *code = term;

	while (code && !tomb_str_eq(xml_attribute(code, "type"), TOMB_STR("code")))
		code = xml_mods_next(code, "languageTerm");
	add_text(w, TOMB_DC_LANGUAGE, code ? code : term);
}

static void cross_related(struct walk *w, const xmlNode *item)
{
	struct tomb_str type = xml_attribute(item, "type");

	tomb_buf_reset(&w->whole);
	for (const xmlNode *node = item->children; node; node = node->next) {
		if (xml_mods_is(node, "titleInfo"))
			put_dashed(w, xml_mods_child(node, "title"));
		else if (xml_mods_is(node, "identifier"))
			put_dashed(w, node);
		else if (xml_mods_is(node, "location"))
			put_dashed(w, xml_mods_child(node, "url"));
	}
	if (!tomb_str_eq(type, TOMB_STR("series")))
		add_whole(w, tomb_str_eq(type, TOMB_STR("original")) ? TOMB_DC_SOURCE : TOMB_DC_RELATION);
}

typedef void cross_fn(struct walk *w, const xmlNode *node);

/* The elements below <mods>, those that say it in many, and those whose text is the value. */
static const struct {
	const char *name;
	cross_fn *cross; /* NULL: the text */
	enum tomb_dc_element element;
} rules[] = {
	{"titleInfo", cross_title, TOMB_DC_TITLE},
	{"name", cross_name, TOMB_DC_CREATOR},
	{"subject", cross_subject, TOMB_DC_SUBJECT},
	{"originInfo", cross_origin, TOMB_DC_DATE},
	{"typeOfResource", cross_type, TOMB_DC_TYPE},
	{"physicalDescription", cross_description, TOMB_DC_FORMAT},
	{"identifier", cross_identifier, TOMB_DC_IDENTIFIER},
	{"location", cross_location, TOMB_DC_IDENTIFIER},
	{"language", cross_language, TOMB_DC_LANGUAGE},
	{"relatedItem", cross_related, TOMB_DC_RELATION},
	{"genre", NULL, TOMB_DC_TYPE},
	{"classification", NULL, TOMB_DC_SUBJECT},
	{"abstract", NULL, TOMB_DC_DESCRIPTION},
	{"tableOfContents", NULL, TOMB_DC_DESCRIPTION},
	{"note", NULL, TOMB_DC_DESCRIPTION},
	{"accessCondition", NULL, TOMB_DC_RIGHTS},
};

static void cross(struct walk *w, const xmlNode *node)
{
	for (size_t i = 0; i < TOMB_COUNTOF(rules); i++) {
		if (!xml_mods_is(node, rules[i].name))
			continue;
		if (rules[i].cross)
			rules[i].cross(w, node);
		else
			add_text(w, rules[i].element, node);
		return;
	}
}

enum tomb_code tomb_dc_from_mods(struct tomb_str kept, struct tomb_dc *dc, struct tomb_err *err)
{
	XML_RECORDS_AUTO *x = NULL;
	struct walk w = {dc, tomb_buf_init(TOMB_MODS_BYTES_MAX), tomb_buf_init(TOMB_MODS_BYTES_MAX)};
	xmlNode *record = NULL;

	TOMB_TRY(xml_records_open(&xml_mods_rule, xml_mods_supply, &kept, &x, err));
	TOMB_TRY(xml_records_next(x, &record, err));
	if (!record)
		return TOMB_FAIL(err, TOMB_INVAL, "there is no <mods>");
	for (const xmlNode *node = record->children; node; node = node->next)
		cross(&w, node);
	dc->is_broken |= w.part.broken != TOMB_OK || w.whole.broken != TOMB_OK;
	tomb_buf_fini(&w.part);
	tomb_buf_fini(&w.whole);
	return dc->is_broken ? TOMB_FAIL(err, TOMB_NOMEM, "the Dublin Core of a MODS record") : TOMB_OK;
}

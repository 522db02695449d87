/*
 * Simple Dublin Core (ISO 15836-1): what every repository tells of its records by OAI-PMH.
 *
 *	struct tomb_dc dc = tomb_dc_init(&arena);
 *
 *	TOMB_TRY(tomb_dc_from_marc(&marc, &dc, err));
 *	tomb_dc_add(&dc, TOMB_DC_IDENTIFIER, url);
 *	TOMB_TRY(tomb_dc_put(&dc, &out, err));
 */
#ifndef TOMB_DUBLIN_CORE_H
#define TOMB_DUBLIN_CORE_H

#include "tombstone/marc.h"

#define TOMB_OAI_DC_NAMESPACE "http://www.openarchives.org/OAI/2.0/oai_dc/"
#define TOMB_OAI_DC_SCHEMA "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"

enum tomb_dc_element {
	TOMB_DC_TITLE,
	TOMB_DC_CREATOR,
	TOMB_DC_SUBJECT,
	TOMB_DC_DESCRIPTION,
	TOMB_DC_PUBLISHER,
	TOMB_DC_CONTRIBUTOR,
	TOMB_DC_DATE,
	TOMB_DC_TYPE,
	TOMB_DC_FORMAT,
	TOMB_DC_IDENTIFIER,
	TOMB_DC_SOURCE,
	TOMB_DC_LANGUAGE,
	TOMB_DC_RELATION,
	TOMB_DC_COVERAGE,
	TOMB_DC_RIGHTS,
	TOMB_DC_ELEMENT_MAX
};

struct tomb_dc_value {
	enum tomb_dc_element element;
	struct tomb_str text;
};

struct tomb_dc {
	struct tomb_arena *arena;
	struct tomb_dc_value *p;
	size_t n;
	size_t cap;
	bool is_broken; /* the arena is full: tomb_dc_put() and the crosswalks report it */
};

static inline struct tomb_dc tomb_dc_init(struct tomb_arena *arena)
{
	return (struct tomb_dc){.arena = arena};
}

/* Adds a copy of text without white space around it, unless that is empty or the element has it already. */
void tomb_dc_add(struct tomb_dc *dc, enum tomb_dc_element element, struct tomb_str text);

/* The Library of Congress's crosswalks from MARC 21 and from MODS (a text that mods.h keeps).  Dates become ISO 8601 as
 * far as they have years, languages are codes of ISO 639-2.  NOMEM if the arena is full. */
enum tomb_code tomb_dc_from_marc(const struct tomb_marc *marc, struct tomb_dc *dc, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_dc_from_mods(struct tomb_str kept, struct tomb_dc *dc, struct tomb_err *err) TOMB_MUST_USE;

/* Appends <oai_dc:dc> with its namespaces and xsi:schemaLocation, without an XML declaration: valid against oai_dc.xsd.
 * Running out of room sticks to out. */
enum tomb_code tomb_dc_put(const struct tomb_dc *dc, struct tomb_buf *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

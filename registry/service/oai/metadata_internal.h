/* The formats, each in its file; errors as tomb_oai_metadata_put(). */
#ifndef TOMB_OAI_METADATA_INTERNAL_H
#define TOMB_OAI_METADATA_INTERNAL_H

#include "metadata.h"
#include "tombstone/oai_holding.h"

struct tomb_oai_metadata_page {
	struct tomb_arena *arena;
	struct tomb_oai_holding *holdings; /* of all titles of the page */
	size_t nholdings;
	struct tomb_oai_access *access;
	size_t naccess;
};

enum tomb_code tomb_oai_metadata_marc(const struct tomb_oai_metadata_page *page, const struct tomb_oai_item *item,
	struct tomb_buf *out, struct tomb_err *err);
enum tomb_code tomb_oai_metadata_dc(
	struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err);
enum tomb_code tomb_oai_metadata_mods(const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err);
enum tomb_code tomb_oai_metadata_premis(
	struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err);

#endif

/* The formats, each in its file; errors as tomb_oai_metadata_put(). */
#ifndef TOMB_OAI_METADATA_INTERNAL_H
#define TOMB_OAI_METADATA_INTERNAL_H

#include "oai/metadata.h"

enum tomb_code tomb_oai_metadata_dc(
	struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err);
enum tomb_code tomb_oai_metadata_mods(const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err);
enum tomb_code tomb_oai_metadata_premis(
	struct tomb_oai_call *call, const struct tomb_oai_item *item, struct tomb_buf *out, struct tomb_err *err);

#endif

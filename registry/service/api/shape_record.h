/* Descriptive records as JSON. */
#ifndef TOMB_API_SHAPE_RECORD_H
#define TOMB_API_SHAPE_RECORD_H

#include "tombstone/json_writer.h"
#include "tombstone/record_tombstone.h"

/* With payloads: MARC, MODS, content and rights, as far as the record has them. */
void tomb_shape_record(struct tomb_json *w, const char *key, const struct tomb_record *record, bool with_payloads);

/* What anybody may know of what is deleted; full, if it is not NULL, for who may read more. */
void tomb_shape_record_gone(struct tomb_json *w, const struct tomb_record *record, const struct tomb_record_gone *gone,
	const struct tomb_record *full);

void tomb_shape_record_preview(struct tomb_json *w, const struct tomb_record_preview *preview);
void tomb_shape_record_deletion(struct tomb_json *w, const char *key, const struct tomb_record_deletion *deletion);
void tomb_shape_record_tombstone(struct tomb_json *w, const struct tomb_record_tombstone *tombstone);

#endif

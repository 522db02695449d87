/* One record of ISO 2709 as others write it, taken apart.  Inside lib only. */
#ifndef TOMB_MARC_FRAME_H
#define TOMB_MARC_FRAME_H

#include "tombstone/marc_builder.h"

struct marc8;

struct marc_frame {
	struct marc8 *marc8;  /* NULL until a record needs it */
	bool is_marc8;        /* the record at hand */
	struct tomb_buf text; /* a value in UTF-8 */
};

void marc_frame_fini(struct marc_frame *f);

/* Reads the record that ends with the record terminator, the only one in bytes, into b.  What is wrong with it is in
 * *problem, or sticks to b; NOMEM alone is in *err. */
enum tomb_code marc_frame_read(struct marc_frame *f, struct tomb_str bytes, struct tomb_marc_builder *b, bool *is_bad,
	struct tomb_err *problem, struct tomb_err *err) TOMB_MUST_USE;

#endif

/* How far a deletion has come with one copy, in words for people. */
#ifndef TOMB_COPY_STAGE_H
#define TOMB_COPY_STAGE_H

#include "tombstone/deletion_view.h"

/* Where one copy is on its way: what people read, and the class of its badge. */
struct tomb_copy_stage {
	struct tomb_str word; /* "Planned", "Sent", "Gone", "Verified", "Kept" */
	struct tomb_str tone;
};

/* file_outcome: of its file, as in struct tomb_deletion_file. */
struct tomb_copy_stage tomb_copy_stage_of(const struct tomb_deletion_copy *copy, struct tomb_str file_outcome);

#endif

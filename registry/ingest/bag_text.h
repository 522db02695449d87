/* bagit.txt, and files of labels and values. */
#ifndef TOMB_BAG_TEXT_H
#define TOMB_BAG_TEXT_H

#include "tombstone/arena.h"
#include "tombstone/bag.h"

/* The two lines of bagit.txt.  UNSUPPORTED for other versions and encodings. */
enum tomb_code tomb_bag_text_declaration(struct tomb_str text, bool *is_1_0, struct tomb_err *err) TOMB_MUST_USE;

/* The labels of a file of that name (NUL-terminated, for errors), in the arena.  INVAL names the line. */
enum tomb_code tomb_bag_text_labels(struct tomb_str file, struct tomb_str text, bool is_1_0, struct tomb_arena *arena,
	struct tomb_bag_label **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif

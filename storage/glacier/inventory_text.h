/*
 * An inventory as a vault writes it, read as it comes, in constant memory: lines of comma-separated values, or JSON.
 *
 * It is read as strictly as what is concluded from it needs: whatever may not be an archive's line ends the reading,
 * since an archive that is passed over would be taken for deleted.
 */
#ifndef STORAGE_GLACIER_INVENTORY_TEXT_H
#define STORAGE_GLACIER_INVENTORY_TEXT_H

#include "tombstone/store_inventory.h"

enum inventory_form { INVENTORY_UNKNOWN, INVENTORY_CSV, INVENTORY_JSON };

enum {
	INVENTORY_LINE_MAX = 1 << 14, /* bytes of one archive: its id and a description of 1,024, escaped */
	INVENTORY_FRAME_MAX = 1 << 14 /* bytes of JSON around the archives */
};

struct inventory_text {
	tomb_store_held_fn *fn;
	void *ctx;
	enum inventory_form form;
	int64_t archives;
	int64_t bytes;
	struct tomb_buf piece; /* a line, or an archive's object */

	bool has_titles; /* CSV: the first line was read */

	struct tomb_buf frame; /* JSON: everything but the archives */
	int depth;
	bool in_string, is_escaped;
	bool in_list; /* of the archives */
	bool had_list;
	enum inventory_turn { INVENTORY_FIRST, INVENTORY_NEXT, INVENTORY_COMMA } turn; /* in it */
};

struct inventory_text inventory_text_init(tomb_store_held_fn *fn, void *ctx);
void inventory_text_fini(struct inventory_text *text);

/* CORRUPT when it is no inventory; or an error of fn. */
enum tomb_code inventory_text_feed(
	struct inventory_text *text, struct tomb_str bytes, struct tomb_err *err) TOMB_MUST_USE;

/* What an inventory says of itself: only JSON does.  "" and 0 otherwise. */
struct inventory_frame {
	struct tomb_str arn;
	int64_t as_of_us;
};

/* The end of the text.  CORRUPT if it is not the end of an inventory.  arn is in the arena. */
enum tomb_code inventory_text_end(struct inventory_text *text, struct tomb_arena *arena, struct inventory_frame *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* For the two forms: one archive was read. */
enum tomb_code inventory_text_tell(
	struct inventory_text *text, const struct tomb_store_held *held, struct tomb_err *err) TOMB_MUST_USE;

/* The forms. */
enum tomb_code inventory_csv_line(
	struct inventory_text *text, struct tomb_str line, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code inventory_json_feed(
	struct inventory_text *text, struct tomb_str bytes, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code inventory_json_end(struct inventory_text *text, struct tomb_arena *arena, struct inventory_frame *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif

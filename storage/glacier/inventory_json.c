/*
 * {"VaultARN": ..., "InventoryDate": ..., "ArchiveList": [{...}, ...]}: the objects of the one list are cut out and
 * parsed one by one; what is around them is kept, with the list empty, and parsed at the end.
 */
#include "glacier/inventory_text.h"
#include "tombstone/json_reader.h"
#include "tombstone/time.h"

enum {
	TEXT_MAX = INVENTORY_LINE_MAX,
	ARCHIVE_ARENA_MAX = 1 << 16 /* bytes: what is read of one archive */
};

#define TEXT(key, type, member) TOMB_JSON_FIELD(key, type, STR, member), .required = true, .max = TEXT_MAX

static enum tomb_code not_json(const struct inventory_text *t, struct tomb_err *err)
{
	return TOMB_FAIL(
		err, TOMB_CORRUPT, "the inventory is not right behind its archive %lld", (long long)t->archives);
}

static enum tomb_code read_archive(const struct inventory_text *t, struct tomb_str text, struct tomb_arena *arena,
	struct tomb_store_held *out, struct tomb_err *err)
{
	struct archive {
		struct tomb_str id, date;
		int64_t size;
	} archive = {{NULL, 0}, {NULL, 0}, 0};
	static const struct tomb_json_field fields[] = {
		{TEXT("ArchiveId", struct archive, id)},
		{TEXT("CreationDate", struct archive, date)},
		{TOMB_JSON_FIELD("Size", struct archive, INT, size), .required = true, .max = INT64_MAX},
	};
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_err ignored;
	enum tomb_code code = tomb_json_doc_parse(text, INVENTORY_LINE_MAX, &doc, err);

	if (code == TOMB_OK)
		code = tomb_json_read_some(tomb_json_doc_root(doc), fields, TOMB_COUNTOF(fields), arena, &archive, err);
	if (code == TOMB_NOMEM)
		return code;
	if (code != TOMB_OK || tomb_time_parse(archive.date, &out->stored_us, &ignored) != TOMB_OK)
		return not_json(t, err);
	out->key = archive.id;
	out->size_bytes = archive.size;
	return TOMB_OK;
}

static enum tomb_code take_archive(struct inventory_text *t, struct tomb_err *err)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARCHIVE_ARENA_MAX);
	struct tomb_str text = {NULL, 0};
	struct tomb_store_held held;
	enum tomb_code code = tomb_buf_done(&t->piece, &text, err);

	if (code == TOMB_TOOBIG)
		return not_json(t, err);
	TOMB_TRY(code);
	TOMB_TRY(read_archive(t, text, &arena, &held, err));
	TOMB_TRY(inventory_text_tell(t, &held, err));
	tomb_buf_reset(&t->piece);
	t->turn = INVENTORY_COMMA;
	return TOMB_OK;
}

/* In the list, between two archives. */
static enum tomb_code take_between(struct inventory_text *t, char c, struct tomb_err *err)
{
	if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		return TOMB_OK;
	if (c == '{' && t->turn != INVENTORY_COMMA) {
		tomb_buf_put(&t->piece, TOMB_STR("{"));
		t->depth++;
	} else if (c == ',' && t->turn == INVENTORY_COMMA) {
		t->turn = INVENTORY_NEXT;
	} else if (c == ']' && t->turn != INVENTORY_NEXT) {
		tomb_buf_put(&t->frame, TOMB_STR("]"));
		t->in_list = false;
		t->depth--;
	} else {
		return not_json(t, err);
	}
	return TOMB_OK;
}

static void take_in_string(struct inventory_text *t, char c)
{
	if (t->is_escaped)
		t->is_escaped = false;
	else if (c == '\\')
		t->is_escaped = true;
	else if (c == '"')
		t->in_string = false;
}

/* In an archive, or outside of the list. */
static enum tomb_code take(struct inventory_text *t, char c, struct tomb_err *err)
{
	struct tomb_buf *out = t->in_list ? &t->piece : &t->frame;

	tomb_buf_put(out, (struct tomb_str){&c, 1});
	if (out->broken == TOMB_NOMEM)
		return TOMB_FAIL(err, TOMB_NOMEM, "an inventory");
	if (out->broken != TOMB_OK)
		return not_json(t, err);
	if (t->in_string) {
		take_in_string(t, c);
		return TOMB_OK;
	}
	if (c == '"')
		t->in_string = true;
	if (c == '[' && !t->in_list && t->depth == 1) {
		if (t->had_list)
			return not_json(t, err);
		t->had_list = t->in_list = true;
	}
	if (c == '{' || c == '[')
		t->depth++;
	else if (c == '}' || c == ']')
		t->depth--;
	return t->in_list && t->depth == 2 && (c == '}' || c == ']') ? take_archive(t, err) : TOMB_OK;
}

enum tomb_code inventory_json_feed(struct inventory_text *t, struct tomb_str bytes, struct tomb_err *err)
{
	for (size_t i = 0; i < bytes.n; i++)
		if (t->in_list && t->depth == 2)
			TOMB_TRY(take_between(t, bytes.p[i], err));
		else
			TOMB_TRY(take(t, bytes.p[i], err));
	return TOMB_OK;
}

enum tomb_code inventory_json_end(
	struct inventory_text *t, struct tomb_arena *arena, struct inventory_frame *out, struct tomb_err *err)
{
	struct frame {
		struct tomb_str arn, date;
		struct tomb_json_value list;
	} frame = {{NULL, 0}, {NULL, 0}, {NULL}};
	static const struct tomb_json_field fields[] = {
		{TEXT("VaultARN", struct frame, arn)},
		{TEXT("InventoryDate", struct frame, date)},
		{TOMB_JSON_FIELD("ArchiveList", struct frame, ARRAY, list), .required = true},
	};
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct tomb_str text = {NULL, 0};
	struct tomb_err ignored;
	int64_t as_of_us = 0;
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_buf_done(&t->frame, &text, err));
	code = tomb_json_doc_parse(text, INVENTORY_FRAME_MAX, &doc, err);
	if (code == TOMB_OK)
		code = tomb_json_read_some(tomb_json_doc_root(doc), fields, TOMB_COUNTOF(fields), arena, &frame, err);
	if (code == TOMB_NOMEM)
		return code;
	if (code != TOMB_OK || tomb_time_parse(frame.date, &as_of_us, &ignored) != TOMB_OK)
		return not_json(t, err);
	*out = (struct inventory_frame){frame.arn, as_of_us};
	return TOMB_OK;
}

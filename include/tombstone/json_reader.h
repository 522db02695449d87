/*
 * JSON that others send, read into structs.
 *
 *	static const struct tomb_json_field fields[] = {
 *		{TOMB_JSON_FIELD("reason", struct args, STR, reason), .required = true, .min = 1, .max = 2000},
 *		{TOMB_JSON_FIELD("fileIds", struct args, INTS, files), .max = 1000, .item_min = 1, .item_max =
 *INT64_MAX},
 *	};
 *	struct args args = {.note = TOMB_STR("")};
 *
 *	TOMB_TRY(tomb_json_read_text(body, BODY_MAX, fields, TOMB_COUNTOF(fields), arena, &args, err));
 *
 * A key that is not in the table is refused, and so is a key that comes twice.  A key that is absent, or null and not
 * required, leaves its member as it was.  Every error is INVAL, but TOOBIG for a text of more than max bytes and NOMEM;
 * its text names the key and the rule.
 */
#ifndef TOMB_JSON_READER_H
#define TOMB_JSON_READER_H

#include "tombstone/arena.h"
#include "tombstone/array.h"

enum {
	TOMB_JSON_NESTING_MAX = 16, /* deeper texts are refused before they are parsed */
	TOMB_JSON_FIELDS_MAX = 32   /* in one table */
};

/* A value inside of a struct tomb_json_doc, valid as long as that lives. */
struct tomb_json_value {
	void *node;
};

#define TOMB_JSON_STR_TYPE struct tomb_str
#define TOMB_JSON_INT_TYPE int64_t
#define TOMB_JSON_BOOL_TYPE bool
#define TOMB_JSON_INTS_TYPE struct tomb_int8s
#define TOMB_JSON_STRS_TYPE struct tomb_strs
#define TOMB_JSON_OBJECT_TYPE struct tomb_json_value
#define TOMB_JSON_ARRAY_TYPE struct tomb_json_value

enum tomb_json_kind {
	TOMB_JSON_STR,    /* min and max count bytes */
	TOMB_JSON_INT,    /* from min to max */
	TOMB_JSON_BOOL,   /* no limits */
	TOMB_JSON_INTS,   /* min and max count elements; each is from item_min to item_max */
	TOMB_JSON_STRS,   /* min and max count elements; each has item_min to item_max bytes */
	TOMB_JSON_OBJECT, /* no limits; to be read with a table of its own */
	TOMB_JSON_ARRAY,  /* min and max count elements, of any kind */
	TOMB_JSON_KIND_MAX
};

struct tomb_json_field {
	const char *key;
	enum tomb_json_kind kind;
	bool required;
	size_t offset; /* of the member in the struct */
	int64_t min;
	int64_t max;
	int64_t item_min;
	int64_t item_max;
};

/* key, kind and offset; does not compile if the struct's member has another type than the kind needs. */
#define TOMB_JSON_FIELD(key_, type, kind_, member)                                                                     \
	.key = (key_), .kind = TOMB_JSON_##kind_,                                                                      \
	.offset = offsetof(type, member) + TOMB_JSON_CHECK(type, member, TOMB_JSON_##kind_##_TYPE)
#define TOMB_JSON_CHECK(type, member, want)                                                                            \
	(0 * sizeof(char[2 * __builtin_types_compatible_p(__typeof__(((type *)0)->member), want) - 1]))

struct tomb_json_doc;

/* Parses text (RFC 8259, an object or array outermost), which is not needed afterwards. */
enum tomb_code tomb_json_doc_parse(
	struct tomb_str text, size_t max, struct tomb_json_doc **out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_json_doc_free(struct tomb_json_doc *doc);

static inline void tomb_json_doc_freep(struct tomb_json_doc **doc)
{
	tomb_json_doc_free(*doc);
}
#define TOMB_JSON_DOC_AUTO TOMB_CLEANUP(tomb_json_doc_freep) struct tomb_json_doc

struct tomb_json_value tomb_json_doc_root(const struct tomb_json_doc *doc);

/* Appends the value's text, without white space between. */
enum tomb_code tomb_json_value_put(
	struct tomb_json_value value, struct tomb_buf *out, struct tomb_err *err) TOMB_MUST_USE;

/* Elements of an array; 0 for anything else. */
size_t tomb_json_value_count(struct tomb_json_value array);
struct tomb_json_value tomb_json_value_at(struct tomb_json_value array, size_t i); /* i < count */

/* Reads an object into *out, which is all written or not at all.  Strings and arrays are copied to the arena. */
enum tomb_code tomb_json_read(struct tomb_json_value object, const struct tomb_json_field *fields, size_t n,
	struct tomb_arena *arena, void *out, struct tomb_err *err) TOMB_MUST_USE;

/* The same, but keys that are not in the table are passed over: for the answers of others, which may grow. */
enum tomb_code tomb_json_read_some(struct tomb_json_value object, const struct tomb_json_field *fields, size_t n,
	struct tomb_arena *arena, void *out, struct tomb_err *err) TOMB_MUST_USE;

/* tomb_json_read() for a text that is one object; max as for tomb_json_doc_parse(). */
enum tomb_code tomb_json_read_text(struct tomb_str text, size_t max, const struct tomb_json_field *fields, size_t n,
	struct tomb_arena *arena, void *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

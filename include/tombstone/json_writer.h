/*
 * JSON (RFC 8259) written piece by piece, without a tree.
 *
 *	struct tomb_json w = tomb_json_init(&buf);
 *
 *	tomb_json_begin_object(&w, NULL);
 *	tomb_json_int(&w, "id", 7);
 *	tomb_json_begin_array(&w, "names");
 *	tomb_json_str(&w, NULL, name);
 *	tomb_json_end_array(&w);
 *	tomb_json_end_object(&w);
 *	TOMB_TRY(tomb_json_done(&w, &json, err));
 *
 * In an object each value comes with its key, or after tomb_json_key(); in an array, and for the outermost value, the
 * key is NULL.  Anything else is a mistake of the program, and an assertion says so.  Running out of room is not: it
 * sticks to the buffer, and tomb_json_done() reports it.
 */
#ifndef TOMB_JSON_WRITER_H
#define TOMB_JSON_WRITER_H

#include "tombstone/str.h"
#include "tombstone/uuid.h"

enum { TOMB_JSON_DEPTH_MAX = 32 }; /* more nesting than any answer of ours */

struct tomb_json {
	struct tomb_buf *out; /* borrowed */
	int depth;
	bool has_key; /* a key was written, and its value was not */
	bool is_object[TOMB_JSON_DEPTH_MAX + 1];
	bool is_empty[TOMB_JSON_DEPTH_MAX + 1];
};

static inline struct tomb_json tomb_json_init(struct tomb_buf *out)
{
	return (struct tomb_json){.out = out, .is_empty = {true}};
}

void tomb_json_begin_object(struct tomb_json *w, const char *key);
void tomb_json_end_object(struct tomb_json *w);
void tomb_json_begin_array(struct tomb_json *w, const char *key);
void tomb_json_end_array(struct tomb_json *w);

/* For keys that are not literals. */
void tomb_json_key(struct tomb_json *w, struct tomb_str key);

/* What is not UTF-8 becomes U+FFFD. */
void tomb_json_str(struct tomb_json *w, const char *key, struct tomb_str s);

/* One value of JSON that is known to be whole and right, such as a jsonb of the ledger: written as it is. */
void tomb_json_raw(struct tomb_json *w, const char *key, struct tomb_str json);

void tomb_json_int(struct tomb_json *w, const char *key, int64_t n);
void tomb_json_bool(struct tomb_json *w, const char *key, bool is_true);
void tomb_json_null(struct tomb_json *w, const char *key);

/* us since 1970 as an RFC 3339 string in UTC, fraction only as far as it says something: "2026-01-02T03:04:05.12Z". */
void tomb_json_time(struct tomb_json *w, const char *key, int64_t us);

void tomb_json_hex(struct tomb_json *w, const char *key, struct tomb_str bytes); /* lower case */
void tomb_json_uuid(struct tomb_json *w, const char *key, struct tomb_uuid uuid);

/* One whole value was written; *json borrows from the buffer.  TOOBIG or NOMEM if it did not fit. */
enum tomb_code tomb_json_done(const struct tomb_json *w, struct tomb_str *json, struct tomb_err *err) TOMB_MUST_USE;

#endif

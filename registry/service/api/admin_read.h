/*
 * What bodies of the admin API have in common: the records of aptrust.md 3.6, read into what the ledger is given.
 *
 * A record may come back as it was shown: what the ledger alone decides (id, times, what is joined to it) is read over.
 * A field that no record has is 400.
 */
#ifndef TOMB_ADMIN_READ_H
#define TOMB_ADMIN_READ_H

#include "ctx.h"
#include "tombstone/file_record.h"
#include "tombstone/json_reader.h"

/* A field that is read over: the three kinds that there are, as members of the body's struct and rows of its table. */
#define TOMB_ADMIN_IGNORED_MEMBERS                                                                                     \
	struct tomb_str ignored_text;                                                                                  \
	int64_t ignored_number;                                                                                        \
	struct tomb_json_value ignored_list;
#define TOMB_ADMIN_IGNORED_TEXT(key, type)                                                                             \
	{                                                                                                              \
		TOMB_JSON_FIELD(key, type, STR, ignored_text), .max = 65536                                            \
	}
#define TOMB_ADMIN_IGNORED_NUMBER(key, type)                                                                           \
	{                                                                                                              \
		TOMB_JSON_FIELD(key, type, INT, ignored_number), .min = INT64_MIN, .max = INT64_MAX                    \
	}
#define TOMB_ADMIN_ID(key, type, member)                                                                               \
	{                                                                                                              \
		TOMB_JSON_FIELD(key, type, INT, member), .max = INT64_MAX                                              \
	}
#define TOMB_ADMIN_TEXT(key, type, member, bytes)                                                                      \
	{                                                                                                              \
		TOMB_JSON_FIELD(key, type, STR, member), .max = (bytes)                                                \
	}

/* The body as JSON; UNSUPPORTED if it is something else. */
enum tomb_code tomb_admin_parse(
	const struct tomb_request *req, struct tomb_json_doc **out, struct tomb_err *err) TOMB_MUST_USE;

/* A time that may be missing: 0 for "" and for APTrust's zero time.  INVAL, naming the field. */
enum tomb_code tomb_admin_time(const char *key, struct tomb_str text, int64_t *us, struct tomb_err *err) TOMB_MUST_USE;

/* INVAL if a body has another id than the address: 0 is none. */
enum tomb_code tomb_admin_same_id(int64_t in_body, int64_t in_path, struct tomb_err *err) TOMB_MUST_USE;

/* A GenericFile with its checksums, storage records and events; those that have an id are known, and read over. */
struct tomb_admin_file {
	int64_t id;
	struct tomb_file_given given;
};
enum tomb_code tomb_admin_read_file(struct tomb_json_value value, struct tomb_arena *arena, struct tomb_admin_file *out,
	struct tomb_err *err) TOMB_MUST_USE;

struct tomb_admin_event {
	int64_t id;
	struct tomb_event_subject subject;
	struct tomb_event_given given;
};
enum tomb_code tomb_admin_read_event(struct tomb_json_value value, struct tomb_arena *arena,
	struct tomb_admin_event *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_admin_checksum {
	int64_t id;
	int64_t file_id;
	struct tomb_checksum_given given;
};
enum tomb_code tomb_admin_read_checksum(struct tomb_json_value value, struct tomb_arena *arena,
	struct tomb_admin_checksum *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_admin_copy {
	int64_t id;
	int64_t file_id;
	struct tomb_str url;
};
enum tomb_code tomb_admin_read_copy(struct tomb_json_value value, struct tomb_arena *arena, struct tomb_admin_copy *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Answers with the thing as the handler that shows it does, under another id than the path's. */
enum tomb_code tomb_admin_show(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	tomb_handler_fn *handler, int64_t id, unsigned status, struct tomb_err *err) TOMB_MUST_USE;

#endif

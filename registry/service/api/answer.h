/* What the handlers of the JSON interface share: reading queries and bodies, writing answers. */
#ifndef TOMB_API_ANSWER_H
#define TOMB_API_ANSWER_H

#include "ctx.h"
#include "form.h"
#include "tombstone/json_reader.h"
#include "tombstone/json_writer.h"
#include "tombstone/page.h"

/* The parameters that every list has, as members of its query struct and in its table. */
#define TOMB_API_PAGE_MEMBERS                                                                                          \
	struct tomb_str after;                                                                                         \
	int64_t limit;
#define TOMB_API_PAGE_FIELDS(type)                                                                                     \
	TOMB_FORM_TEXT(type, after, "after", 0, 20),                                                                   \
		TOMB_FORM_INT(type, limit, "limit", 1, TOMB_PAGE_MAX, TOMB_FORM_OPTIONAL)

#define TOMB_API_PAGE(query) ((struct tomb_page){.after = (query)->after, .limit = (int32_t)(query)->limit})

/* The order of a list: "newest", "oldest" or, if may_be_name, "name"; INVAL for another word. */
struct tomb_api_order {
	bool newest_first;
	bool by_name;
};
enum tomb_code tomb_api_order(
	struct tomb_str word, bool may_be_name, struct tomb_api_order *out, struct tomb_err *err) TOMB_MUST_USE;

/* The object that was sent; UNSUPPORTED if it is not JSON, INVAL if it is not as fields say.  An empty body is an empty
 * object. */
enum tomb_code tomb_api_body(const struct tomb_request *req, const struct tomb_json_field *fields, size_t n, void *out,
	struct tomb_err *err) TOMB_MUST_USE;

enum { TOMB_API_MOMENT_MAX = 40 /* bytes: RFC 3339 with nine digits of fraction and an offset has 35 */ };

/* A filter's time: RFC 3339, or a day for its first moment; 0 for "".  INVAL, naming the parameter, for anything else.
 */
enum tomb_code tomb_api_moment(struct tomb_str text, const char *name, int64_t *us, struct tomb_err *err) TOMB_MUST_USE;

void tomb_api_time(struct tomb_json *w, const char *key, int64_t us); /* null for 0 */
void tomb_api_id(struct tomb_json *w, const char *key, int64_t id);   /* null for 0 */

/* {"results": [ ... ], "next": ...}: begin, write the rows, end.  next is the path of the next page, with the filters
 * of this one, or null. */
void tomb_api_begin_list(struct tomb_json *w);
enum tomb_code tomb_api_end_list(struct tomb_json *w, const struct tomb_request *req, struct tomb_response *res,
	struct tomb_str next, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Pages of lists that the ledger gives in order of ids, more rows at a time than a page has: the id to begin behind, 0
 * for "" (INVAL for what is none); how many of n rows the page shows; and the end of the list, with the id that the
 * next page begins behind, 0 on the last page.
 */
enum tomb_code tomb_api_after(struct tomb_str after, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;
size_t tomb_api_shown(int64_t limit, size_t n);
enum tomb_code tomb_api_end_list_at(struct tomb_json *w, const struct tomb_request *req, struct tomb_response *res,
	int64_t next_id, struct tomb_err *err) TOMB_MUST_USE;

/* Marks res as JSON, once w has written one value into its body. */
enum tomb_code tomb_api_sent(
	const struct tomb_json *w, struct tomb_response *res, unsigned status, struct tomb_err *err) TOMB_MUST_USE;

/* The same for one thing that has a state: with its ETag, which is the answer's own; 304 to a GET whose If-None-Match
 * has it. */
enum tomb_code tomb_api_sent_thing(const struct tomb_json *w, const struct tomb_request *req, struct tomb_response *res,
	unsigned status, struct tomb_err *err) TOMB_MUST_USE;

/* Appends the request's path and its query with name as the only parameter of that name; value "": without it. */
void tomb_api_link(struct tomb_buf *out, const struct tomb_request *req, struct tomb_str name, struct tomb_str value);

#endif

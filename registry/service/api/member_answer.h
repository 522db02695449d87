/*
 * What the handlers of the member API share.  Existing clients (DART, apt-cmd) read it as APTrust's: names, zero
 * values, pages by number.  Spec: aptrust.md 3.1, 3.5, 3.6.
 *
 * Lists differ from APTrust's on purpose in three ways: they are in order of ids, newest first unless sort says
 * otherwise; "count" stops at TOMB_COUNT_MAX; and "next" carries where the page begins, so that following it is as
 * quick on the last page as on the first.  What is asked for in a way that we do not know is refused with 400, not 500.
 */
#ifndef TOMB_MEMBER_ANSWER_H
#define TOMB_MEMBER_ANSWER_H

#include "ctx.h"
#include "form.h"
#include "tombstone/json_writer.h"
#include "tombstone/page.h"

/* The parameters that every list has: first member of its query struct, and in its table. */
struct tomb_member_paging {
	int64_t page; /* from 1 */
	int64_t per_page;
	struct tomb_str sort;
	struct tomb_str after;
	struct tomb_page wanted; /* of the ledger: filled by tomb_member_query() */
	bool newest_first;
};

#define TOMB_MEMBER_PAGING_FIELDS(type)                                                                                \
	TOMB_FORM_INT(type, paging.page, "page", 1, INT32_MAX, TOMB_FORM_OPTIONAL),                                    \
		TOMB_FORM_INT(type, paging.per_page, "per_page", 1, INT32_MAX, TOMB_FORM_OPTIONAL),                    \
		TOMB_FORM_TEXT(type, paging.sort, "sort", 0, 64), TOMB_FORM_TEXT(type, paging.after, "after", 0, 20)

/* Reads the query of a list into the struct at out; paging is its member.  INVAL. */
enum tomb_code tomb_member_query(const struct tomb_request *req, const struct tomb_form_field *table, size_t n,
	void *out, struct tomb_member_paging *paging, struct tomb_err *err) TOMB_MUST_USE;

/* count, next and previous, and the beginning of results; the rows follow, then tomb_member_end_list(). */
enum tomb_code tomb_member_begin_list(struct tomb_json *w, const struct tomb_request *req,
	const struct tomb_member_paging *paging, int64_t count, struct tomb_str next,
	struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_member_end_list(struct tomb_json *w, struct tomb_response *res, struct tomb_err *err) TOMB_MUST_USE;

void tomb_member_time(struct tomb_json *w, const char *key, int64_t us); /* "0001-01-01T00:00:00Z" for 0 */
void tomb_member_state(struct tomb_json *w, bool is_deleted);            /* "A", "D" */

/* The identifier in the rest of the path, without the slash that some clients add. */
struct tomb_str tomb_member_name(const struct tomb_request *req);

#endif

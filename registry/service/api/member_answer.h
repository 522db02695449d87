/*
 * What the handlers of the member and the admin API share.  Existing clients (DART, apt-cmd, preservation services)
 * read them as APTrust's: names, zero values, pages by number, orders.  Spec: aptrust.md 3.1, 3.5, 3.6.
 *
 * Lists differ from APTrust's on purpose: "count" stops at TOMB_COUNT_MAX, and "next" carries where the page begins, so
 * that following it is as quick on the last page as on the first.  What is asked for in a way that we do not know is
 * refused with 400, not 500.
 */
#ifndef TOMB_MEMBER_ANSWER_H
#define TOMB_MEMBER_ANSWER_H

#include "member_query.h"
#include "tombstone/json_writer.h"

/* As next: the next page has a number and no more. */
#define TOMB_MEMBER_BY_NUMBER "+"

/* count, next and previous, and the beginning of results; the rows follow, then tomb_member_end_list(). */
enum tomb_code tomb_member_begin_list(struct tomb_json *w, const struct tomb_request *req,
	const struct tomb_member_query *q, int64_t count, struct tomb_str next, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_member_end_list(struct tomb_json *w, struct tomb_response *res, struct tomb_err *err) TOMB_MUST_USE;

void tomb_member_time(struct tomb_json *w, const char *key, int64_t us); /* "0001-01-01T00:00:00Z" for 0 */
void tomb_member_state(struct tomb_json *w, bool is_deleted);            /* "A", "D" */

/* The identifier in the rest of the path, without the slash that some clients add. */
struct tomb_str tomb_member_name(const struct tomb_request *req);

#endif

/* What the lists of the ledger have in common: whose things, which page, which words. */
#ifndef TOMB_PAGE_INTERNAL_H
#define TOMB_PAGE_INTERNAL_H

#include "tombstone/page.h"
#include "tombstone/permission.h"
#include "tombstone/pg.h"

/*
 * Whose things a statement may see: an institution, or 0 for all.  Operators and programs see wanted, all if it is 0;
 * others see what permission gives them: FORBIDDEN if that is nothing, or if they want another institution's, whether
 * or not it exists (I9).
 */
enum tomb_code tomb_scope(const struct tomb_actor *actor, enum tomb_permission permission, int64_t wanted,
	int64_t *scope, struct tomb_err *err) TOMB_MUST_USE;

/* What to ask the index for. */
struct tomb_range {
	int64_t from;    /* the id behind which, or before which, the rows begin */
	int32_t at_most; /* with one row more than the page has, which tells whether it is the last */
};

enum tomb_code tomb_range_of(
	const struct tomb_page *page, bool newest_first, struct tomb_range *out, struct tomb_err *err) TOMB_MUST_USE;

/* As many rows as are counted. */
struct tomb_range tomb_range_to_count(bool newest_first);
int64_t tomb_range_count(struct tomb_int8s picked);

/* The ids of the page in what the index gave, and the cursor behind them: "" if nothing follows.  *ids borrows from
 * picked. */
enum tomb_code tomb_page_cut(const struct tomb_page *page, struct tomb_int8s picked, struct tomb_arena *arena,
	struct tomb_int8s *ids, struct tomb_str *next, struct tomb_err *err) TOMB_MUST_USE;

/* Rows of a page that holds nrows, one of them perhaps too many; *next names last_id then. */
size_t tomb_page_rows(const struct tomb_page *page, size_t nrows);
enum tomb_code tomb_page_next(
	int64_t last_id, struct tomb_arena *arena, struct tomb_str *next, struct tomb_err *err) TOMB_MUST_USE;

/* INVAL unless word is "" or one of words; what is the name of the filter, for the error. */
enum tomb_code tomb_filter_word(const char *what, struct tomb_str word, const struct tomb_str *words, size_t n,
	struct tomb_err *err) TOMB_MUST_USE;

/* "A", "D" or "". */
enum tomb_code tomb_filter_state(struct tomb_str state, struct tomb_err *err) TOMB_MUST_USE;

static inline bool tomb_filter_has_prefix(struct tomb_str text, struct tomb_str prefix)
{
	return text.n >= prefix.n && tomb_str_eq((struct tomb_str){text.p, prefix.n}, prefix);
}

/* A time that may be null in the ledger is 0 here. */
static inline int64_t tomb_us_or_0(bool is_null, int64_t us)
{
	return is_null ? 0 : us;
}

#endif

/*
 * Paging through a list by links.  A page knows where it begins and where the pages before it began, so that "Previous"
 * works without counting rows: ?after=C&trail=A.B is the page behind C, and A and B began the two before it.
 */
#ifndef TOMB_PAGER_H
#define TOMB_PAGER_H

#include "tombstone/page.h"
#include "view.h"

enum {
	TOMB_PAGER_KEPT = 6,    /* filters that links carry along */
	TOMB_PAGER_TRAIL = 100, /* pages that one can go back; further back is the first page */
};

struct tomb_pager {
	struct tomb_str path;  /* of the list; made of digits and plain words */
	const char *fragment;  /* where on the page the list is; "" for its top */
	struct tomb_page page; /* to be read */
	struct tomb_str trail; /* as sent */
	struct tomb_field kept[TOMB_PAGER_KEPT];
	size_t nkept;
};

/* The page that the address asks for, of limit rows. */
struct tomb_pager tomb_pager_of(const struct tomb_view *v, struct tomb_str path, const char *fragment, int32_t limit);

/* A filter that the links carry, unless it is empty.  name is static storage; borrows value. */
void tomb_pager_keep(struct tomb_pager *pager, const char *name, struct tomb_str value);

/* A link to the first page of the list under all kept filters but this one. */
struct tomb_str tomb_pager_without(struct tomb_view *v, const struct tomb_pager *pager, const char *name);

/* The links, and "Files 51 to 100 of 1,204".  rows: that the page has; next: where the next one begins, "" if nowhere;
 * total: of the list, TOMB_COUNT_MAX meaning as many or more, -1 if nobody counted.  noun: "file". */
struct html_pager tomb_pager_links(struct tomb_view *v, const struct tomb_pager *pager, size_t rows,
	struct tomb_str next, int64_t total, const char *noun);

/* The same filters at another address, from the list's beginning. */
struct tomb_str tomb_pager_filtered(struct tomb_view *v, const struct tomb_pager *pager, struct tomb_str path);

#endif

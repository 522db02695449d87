/* What a deletion request names, and where its copies lie: initializers, as in rows.h, and words. */
#ifndef TOMB_ITEMS_H
#define TOMB_ITEMS_H

#include "tombstone/deletion_view.h"
#include "view.h"

enum { TOMB_ITEMS_SHOWN = 100 /* of what a request names; its exact list is paged */ };

/* "1 object", "2 objects and 3 files". */
struct tomb_str tomb_items_named(struct tomb_view *v, const struct tomb_deletion_view *request);

/* "and 4,900 more items"; "" if all of them are shown. */
struct tomb_str tomb_items_more(struct tomb_view *v, const struct tomb_deletion_view *request, size_t shown);

#endif

/* What other readers of requests share with deletion_view.c. */
#ifndef TOMB_DELETION_VIEW_INTERNAL_H
#define TOMB_DELETION_VIEW_INTERNAL_H

#include "tombstone/deletion_view.h"

/* The requests with these ids, in their order, that scope may see (page_internal.h). */
enum tomb_code tomb_deletion_view_rows(struct tomb_pg *pg, int64_t scope, struct tomb_int8s ids,
	struct tomb_arena *arena, struct tomb_deletion_view **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif

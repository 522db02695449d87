/* What both the list of work items and the page of one say of it. */
#ifndef TOMB_WORK_ITEM_WORDS_H
#define TOMB_WORK_ITEM_WORDS_H

#include "tombstone/work_item.h"
#include "view.h"

bool tomb_work_item_is_running(const struct tomb_work_item *w);
int64_t tomb_work_item_settled(const struct tomb_work_item *w); /* files that are done, refused or failed */

/* It ended with files that failed, which can be put to work again. */
bool tomb_work_item_has_failed(const struct tomb_work_item *w);

/* "12 of 30 files deleted". */
struct tomb_str tomb_work_item_progress(struct tomb_view *v, const struct tomb_work_item *w);

#endif

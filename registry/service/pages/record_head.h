/* What the pages of one record begin with: where it is, what it is, and its tabs. */
#ifndef TOMB_RECORD_HEAD_H
#define TOMB_RECORD_HEAD_H

#include "tombstone/record.h"
#include "view.h"

enum tomb_record_tab {
	TOMB_RECORD_TAB_OVERVIEW,
	TOMB_RECORD_TAB_CAPTURES,
	TOMB_RECORD_TAB_LIGHTBOX,
	TOMB_RECORD_TAB_MARC,
	TOMB_RECORD_TAB_MODS
};

/* The record that the address names.  NOTFOUND. */
enum tomb_code tomb_record_head_find(struct tomb_view *v, struct tomb_record *out, struct tomb_err *err) TOMB_MUST_USE;

/* The same for pages that only active records have: CONFLICT, with the way to what remains, for a deleted one. */
enum tomb_code tomb_record_head_find_active(
	struct tomb_view *v, struct tomb_record *out, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code tomb_record_head_of(struct tomb_view *v, const struct tomb_record *record, enum tomb_record_tab tab,
	struct html_head *out, struct tomb_err *err) TOMB_MUST_USE;

/* Has it items in it? */
bool tomb_record_head_has_lightbox(enum tomb_record_kind kind);

/* May the reader use this permission on it? */
bool tomb_record_head_may(const struct tomb_view *v, enum tomb_permission permission, const struct tomb_record *record);

/* What is shown on the website can be taken from there: by those who change records, of MMS. */
bool tomb_record_head_may_suppress(const struct tomb_view *v, const struct tomb_record *record);

#endif

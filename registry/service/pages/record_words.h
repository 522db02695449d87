/* What records, and what is done with them, are called on pages.  Spec: records.md 1.1; the quoted words are those that
 * their users know. */
#ifndef TOMB_RECORD_WORDS_H
#define TOMB_RECORD_WORDS_H

#include "tombstone/record_deletion.h"
#include "view.h"

/* MMS has criteria to be met before each deletion. */
bool tomb_record_words_is_mms(enum tomb_record_kind kind);

struct tomb_str tomb_record_words_system(enum tomb_record_kind kind);                    /* "FOLIO" */
struct tomb_str tomb_record_words_noun(struct tomb_view *v, enum tomb_record_kind kind); /* "collection" */
struct tomb_str tomb_record_words_link(struct tomb_view *v, enum tomb_record_kind kind); /* "Delete this collection" */
struct tomb_str tomb_record_words_delete(struct tomb_view *v, enum tomb_record_kind kind); /* "Delete collection" */

/* "Delete collection and all its contents" */
struct tomb_str tomb_record_words_button(struct tomb_view *v, enum tomb_record_kind kind, enum tomb_record_mode mode);

/* "Record ID 12 · HRID in00000001": how its system names it. */
struct tomb_str tomb_record_words_names(struct tomb_view *v, const struct tomb_record *record);

struct tomb_str tomb_record_words_reason(struct tomb_str code);           /* "Created accidentally" */
struct tomb_str tomb_record_words_origin(enum tomb_record_origin origin); /* "By leader 05" */
struct tomb_str tomb_record_words_mode(struct tomb_str mode);             /* "With all its contents" */
struct tomb_str tomb_record_words_records(struct tomb_view *v, int64_t n, enum tomb_record_kind kind); /* "2 items" */

/* Its id as text. */
struct tomb_str tomb_record_words_uuid(struct tomb_view *v, struct tomb_uuid id);

#endif

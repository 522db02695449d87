/*
 * Descriptive records of test.edu, made by SQL, so that only what is tested is used; for tests that have a world
 * (world.h).  A failure fails the running test.
 */
#ifndef TOMB_TEST_RECORD_BOX_H
#define TOMB_TEST_RECORD_BOX_H

#include "tombstone/record_deletion.h"
#include "tombstone/record_restoration.h"
#include "world.h"

/* A record of this kind ("mms_item"), in parent if that is not NULL. */
struct tomb_uuid record_box_new(const char *kind, const struct tomb_uuid *parent, const char *title);

/* The same with a MARC record that is titled so: source MARC, status n. */
struct tomb_uuid record_box_marc(const char *kind, const struct tomb_uuid *parent, const char *title);

/* Its id as text, for statements; static storage, the last eight calls. */
const char *record_box_text(struct tomb_uuid id);

bool record_box_is_deleted(struct tomb_uuid id);

/* One record, by mode, with every criterion confirmed; for tomb_record_delete().  *id must outlive it. */
struct tomb_record_deletion_ask record_box_ask(const struct tomb_uuid *id, enum tomb_record_mode mode);

/* Deleted by Alice; the deletion's id. */
int64_t record_box_delete(struct tomb_world *w, struct tomb_uuid id, enum tomb_record_mode mode);

/* The operator's command, which may restore. */
struct tomb_actor record_box_command(void);
int64_t record_box_restore(struct tomb_world *w, struct tomb_uuid id); /* how many came back */

/* What must hold of all records at any moment: state, leader, flags, tombstones and 005 agree. */
void record_box_check(void);

#endif

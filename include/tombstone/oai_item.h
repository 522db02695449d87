/*
 * Items: records and objects as harvesters see them (records.md 3.2, 3.3).
 *
 * A change is heard of when its transaction is committed, and is given its datestamp after that, in whole seconds, by
 * whoever looks next.  tomb_oai_item_begin() does both for a list that starts: what was committed before it is in that
 * list; what is committed later has the list's second or a later one, and is in the next list.
 */
#ifndef TOMB_OAI_ITEM_H
#define TOMB_OAI_ITEM_H

#include "tombstone/array.h"
#include "tombstone/oai_policy.h"
#include "tombstone/uuid.h"

enum {
	TOMB_OAI_STAMP = 10000,     /* items in one short transaction */
	TOMB_OAI_STAMP_ROUNDS = 20, /* that one list waits for; what is left has a later datestamp, and is not lost */
};

/* Datestamps for up to TOMB_OAI_STAMP changes; *n says how many there were. */
enum tomb_code tomb_oai_item_stamp(struct tomb_pg *pg, int64_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* The moment at which a list begins: a whole second of the ledger's own clock, never earlier than one told before. */
enum tomb_code tomb_oai_item_begin(struct tomb_pg *pg, int64_t *now_us, struct tomb_err *err) TOMB_MUST_USE;

/* The oldest datestamp of these kinds; now_us if there is none. */
enum tomb_code tomb_oai_item_earliest(
	struct tomb_pg *pg, struct tomb_strs kinds, int64_t now_us, int64_t *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_oai_place {
	int64_t datestamp_us;
	struct tomb_uuid id;
};

struct tomb_oai_range {
	struct tomb_strs kinds;
	int64_t institution_id; /* 0: of all */
	struct tomb_oai_place after;
	int64_t until_us; /* inclusive */
	int at_most;
};

/* The places of the next items, in order of datestamp and id. */
enum tomb_code tomb_oai_item_places(struct tomb_pg *pg, const struct tomb_oai_policy *policy,
	const struct tomb_oai_range *range, struct tomb_arena *arena, struct tomb_oai_place **out, size_t *n,
	struct tomb_err *err) TOMB_MUST_USE;

/* What is read of live items besides their names. */
struct tomb_oai_want {
	bool marc, mods, content;
};

/* .p is NULL where there is none, or none was wanted. */
struct tomb_oai_item {
	struct tomb_uuid id;
	int64_t institution_id;
	struct tomb_str institution; /* its identifier */
	struct tomb_str kind;
	bool is_deleted, is_suppressed;
	bool was_shown; /* was it ever not suppressed? */
	int64_t datestamp_us;
	struct tomb_str source; /* MARC, FOLIO, MODS, NONE */
	struct tomb_str origin; /* of the deletion: ui, api, ... */
	struct tomb_str title, local_id, hrid;
	bool has_marc, has_mods;
	struct tomb_str marc, marc_form;
	int32_t marc_leader_at, marc_005_at;
	struct tomb_str mods;
	struct tomb_str content; /* JSON */
	int64_t updated_us;
	int64_t object_id; /* 0: it is a record */
	struct tomb_str object_identifier, object_description;
	int64_t object_created_us;
};

/* In order of datestamp and id; ids that are unknown, or have no datestamp yet, are left out. */
enum tomb_code tomb_oai_item_list(struct tomb_pg *pg, struct tomb_uuids ids, struct tomb_oai_want want,
	struct tomb_arena *arena, struct tomb_oai_item **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* What a harvester is shown of an item. */
enum tomb_oai_face {
	TOMB_OAI_HIDDEN,    /* nothing: as if it had never been */
	TOMB_OAI_TOMBSTONE, /* a header that says deleted */
	TOMB_OAI_LIVE,      /* all of it */
};

/* The one place where that is decided; tomb_oai_item_places() leaves out what would be hidden. */
enum tomb_oai_face tomb_oai_item_face(const struct tomb_oai_policy *policy, const struct tomb_oai_item *item);

/* One institution's id, 0 if there is none; and all of them. */
enum tomb_code tomb_oai_item_institution(
	struct tomb_pg *pg, struct tomb_str identifier, int64_t *id, struct tomb_err *err) TOMB_MUST_USE;
struct tomb_oai_institution {
	struct tomb_str identifier, name;
};
enum tomb_code tomb_oai_item_institutions(struct tomb_pg *pg, struct tomb_arena *arena,
	struct tomb_oai_institution **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif

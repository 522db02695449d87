/*
 * Descriptive records of three catalogues: MMS, FOLIO and Alma.  Spec: records.md 2.1, 2.2; I9.
 *
 * Strings, times and who may see what: as in tombstone/object.h.  What is deleted is found like what is not, and says
 * so: its payloads (MARC, MODS, content) are only in what tomb_record_find() gives to those who may read them
 * (TOMB_MAY_RECORD_DELETED_READ); for others they are empty.
 */
#ifndef TOMB_RECORD_H
#define TOMB_RECORD_H

#include "tombstone/actor.h"
#include "tombstone/page.h"
#include "tombstone/pg.h"

enum tomb_record_kind {
#define TOMB_RECORD_KIND(id, name, system, label, plural) TOMB_RECORD_##id,
#include "tombstone/record_kind.def"
#undef TOMB_RECORD_KIND
	TOMB_RECORD_KIND_MAX
};

struct tomb_record_kind_info {
	struct tomb_str name;   /* "mms_collection" */
	struct tomb_str system; /* "mms", "folio", "alma" */
	struct tomb_str label;  /* "Collection" */
	struct tomb_str plural; /* "Collections" */
};
const struct tomb_record_kind_info *tomb_record_kind_info(enum tomb_record_kind kind); /* static storage */

/* INVAL for what is no kind. */
enum tomb_code tomb_record_kind_parse(
	struct tomb_str name, enum tomb_record_kind *out, struct tomb_err *err) TOMB_MUST_USE;

/* A MARC record as it is kept: see tombstone/marc.h for what form and places mean. */
struct tomb_record_marc {
	struct tomb_str bytes; /* "": none */
	struct tomb_str form;  /* "iso2709", "marcxml" */
	int32_t leader_at;
	int32_t at_005;
};

struct tomb_record {
	struct tomb_uuid id;
	int64_t number; /* MMS shows it as the Record ID */
	int64_t institution_id;
	struct tomb_str institution; /* its identifier */
	struct tomb_str institution_name;
	enum tomb_record_kind kind;
	bool has_parent;
	struct tomb_uuid parent_id;
	struct tomb_str source; /* "MARC", "FOLIO", "MODS", "NONE" */
	bool is_deleted;
	int32_t version; /* counts up with each change: for If-Match */
	struct tomb_str title;
	struct tomb_str local_id; /* MMS ID, PID, item id; "" */
	struct tomb_str hrid;
	struct tomb_str barcode;
	bool discovery_suppress;
	bool staff_suppress;
	struct tomb_record_marc marc;
	struct tomb_str mods;
	struct tomb_str content; /* JSON, an object */
	struct tomb_str rights;  /* JSON; "": no profile of its own */
	struct tomb_strs capture_ids;
	struct tomb_str capture_status;
	struct tomb_str work_order;
	struct tomb_str image_id;
	int64_t asset_object_id; /* 0: none */
	int64_t asset_file_id;   /* 0: none */
	bool has_asset;          /* a store may hold it, whatever the status says; mms_capture only */
	struct tomb_str created_by;
	int64_t created_at_us;
	int64_t updated_at_us;
	int64_t deleted_at_us; /* 0: is not deleted */
	int64_t deletion_id;   /* 0: is not deleted */
};

/* How a record is named: by id, or by its kind and the number or identifier that its system goes by. */
struct tomb_record_name {
	struct tomb_uuid id; /* all zero: by what follows */
	int64_t institution_id;
	enum tomb_record_kind kind;
	struct tomb_str local_id; /* one of these two, or the number */
	struct tomb_str hrid;
	int64_t number;
};

/* With payloads, as far as actor may see them.  NOTFOUND.  By local_id or hrid: the active one, else the one that was
 * deleted last. */
enum tomb_code tomb_record_find(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_record_name *name,
	struct tomb_arena *arena, struct tomb_record *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_record_filter {
	int64_t institution_id; /* 0: all that the actor may see */
	bool has_kind;
	enum tomb_record_kind kind;
	struct tomb_str system; /* "": all */
	struct tomb_str state;  /* "active", "deleted"; "": both */
	bool has_parent;
	struct tomb_uuid parent_id; /* those directly in it */
	bool only_top;              /* those in nothing */
	struct tomb_str title;      /* prefix; if not "", the list is in order of titles */
	struct tomb_str hrid;       /* exactly this one; "": no matter */
	struct tomb_str local_id;
	struct tomb_str barcode;
	bool newest_first; /* else in order of number */
};

/* Of the payloads none is filled. */
struct tomb_record_page {
	struct tomb_record *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* INVAL for a filter or a page that makes no sense; FORBIDDEN for another institution's id in the filter. */
enum tomb_code tomb_record_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_record_page *out, struct tomb_err *err) TOMB_MUST_USE;

/* How many there are, up to TOMB_COUNT_MAX. */
enum tomb_code tomb_record_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_record_filter *filter, int64_t *count, struct tomb_err *err) TOMB_MUST_USE;

/* What it is in, nearest first; without payloads.  NOTFOUND for the record itself. */
enum tomb_code tomb_record_path(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	struct tomb_arena *arena, struct tomb_record **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

/* How many active records of each kind are in it, at any depth. */
struct tomb_record_contents {
	int64_t n[TOMB_RECORD_KIND_MAX];
};
enum tomb_code tomb_record_contents(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_uuid id,
	struct tomb_record_contents *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

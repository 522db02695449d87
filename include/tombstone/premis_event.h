/*
 * PREMIS events: what happened to objects and files, kept for ever.  Spec: deletion.md P-15, P-16; records.md 3.8; I9.
 *
 * Strings, times and who may see what: as in tombstone/object.h.
 */
#ifndef TOMB_PREMIS_EVENT_H
#define TOMB_PREMIS_EVENT_H

#include "tombstone/actor.h"
#include "tombstone/page.h"
#include "tombstone/pg.h"
#include "tombstone/sift.h"

enum tomb_premis_event_type {
#define TOMB_PREMIS_EVENT(id, name, code, label) TOMB_PREMIS_##id,
#include "tombstone/premis_event.def"
#undef TOMB_PREMIS_EVENT
	TOMB_PREMIS_EVENT_MAX
};

/* The table's row: static storage. */
struct tomb_premis_event_info {
	struct tomb_str name;
	struct tomb_str code;
	struct tomb_str label;
};
const struct tomb_premis_event_info *tomb_premis_event_info(enum tomb_premis_event_type type);

/* INVAL for what is no type. */
enum tomb_code tomb_premis_event_parse(
	struct tomb_str name, enum tomb_premis_event_type *out, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_premis_event {
	int64_t id;
	struct tomb_uuid identifier;
	int64_t institution_id;
	struct tomb_str institution_name;
	int64_t object_id;
	struct tomb_str object_identifier;
	int64_t file_id; /* 0: about the object */
	struct tomb_str file_identifier;
	int32_t generation; /* of the file, or the object's cycle */
	enum tomb_premis_event_type type;
	int64_t at_us;
	struct tomb_str detail;
	struct tomb_str outcome; /* "Success", "Failure" */
	struct tomb_str outcome_detail;
	struct tomb_str outcome_information;
	struct tomb_str object_used; /* the tool */
	struct tomb_str agent;
	int64_t deletion_id; /* 0: none */
};

struct tomb_premis_event_filter {
	int64_t institution_id; /* 0: all that the actor may see */
	int64_t object_id;      /* about this object; 0: no matter */
	bool with_files;        /* and about its files */
	int64_t file_id;        /* about this file; 0: no matter */
	struct tomb_str type;   /* its name; "": all */
	/* Without an object or a file these make a list of its own: in the order of the events' times, newest first. */
	struct tomb_str outcome; /* "Success" or "Failure"; "": both */
	int64_t from_us;         /* not before; 0: no matter */
	int64_t to_us;           /* before; 0: no matter */
	bool newest_first;
};

struct tomb_premis_event_page {
	struct tomb_premis_event *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* INVAL for a filter or a page that makes no sense; FORBIDDEN for another institution's id in the filter; NOTFOUND for
 * the object or the file. */
enum tomb_code tomb_premis_event_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_premis_event_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_premis_event_page *out, struct tomb_err *err) TOMB_MUST_USE;

/* How many there are, up to TOMB_COUNT_MAX. */
enum tomb_code tomb_premis_event_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_premis_event_filter *filter, int64_t *count, struct tomb_err *err) TOMB_MUST_USE;

/* By any terms, in any order, as tomb_object_sift() of tombstone/object.h. */
enum tomb_code tomb_premis_event_sift(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift *sift,
	const struct tomb_page *page, struct tomb_arena *arena, struct tomb_premis_event_page *out, int64_t *count,
	struct tomb_err *err) TOMB_MUST_USE;

/* By id or, if that is 0, by identifier.  NOTFOUND. */
enum tomb_code tomb_premis_event_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id,
	struct tomb_uuid identifier, struct tomb_arena *arena, struct tomb_premis_event *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* Calls fn for each event of the list, in constant memory: the event is valid during the call only.  fn may use pg;
 * when it fails, its code is returned. */
typedef enum tomb_code tomb_premis_event_fn(void *ctx, const struct tomb_premis_event *event, struct tomb_err *err);
enum tomb_code tomb_premis_event_each(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_premis_event_filter *filter, tomb_premis_event_fn *fn, void *ctx,
	struct tomb_err *err) TOMB_MUST_USE;

#endif

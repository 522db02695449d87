/* How lists are sifted: tombstone/sift.h. */
#ifndef TOMB_SIFT_INTERNAL_H
#define TOMB_SIFT_INTERNAL_H

#include "page_internal.h"
#include "tombstone/sift.h"

/* Where a list's rows come from, each an index. */
enum tomb_sift_source {
	TOMB_SIFT_BY_ID,
	TOMB_SIFT_BY_TIME,
	TOMB_SIFT_BY_NAME, /* of identifiers, upwards only */
	TOMB_SIFT_NARROW   /* the kind's own: of one object, of one file, of one identifier */
};

/* Behind which row a walk goes on. */
struct tomb_sift_mark {
	int64_t at; /* BY_TIME: its time; where a kind walks by something else, that thing's id; else 0 */
	int64_t id;
};

struct tomb_sift_walk {
	struct tomb_sift_mark from;
	int64_t stop_at; /* BY_TIME */
	int32_t at_most;
	bool down;
};

/* Rows in the order of the walk; at is NULL where a mark needs none. */
struct tomb_sift_picked {
	struct tomb_int8s ids;
	const int64_t *at;
};

/* One list being made. */
struct tomb_sift_run {
	struct tomb_pg *pg;
	const struct tomb_sift *sift;
	const struct tomb_sift_list *list;
	int64_t scope;
	enum tomb_sift_source source;
	struct tomb_sift_sort native; /* the order in which the source gives its rows */
	bool needs_sort;              /* it is not the order that is wanted */
	struct tomb_sift_sort wanted[TOMB_SIFT_SORTS];
	size_t nwanted;
	int64_t since_us; /* BY_TIME */
	int64_t until_us;
	struct tomb_str terms; /* jsonpath of what the source leaves to be sifted; "" for nothing */
	int64_t subject;       /* NARROW: whatever the kind found */
	int subject_kind;
	bool used[TOMB_SIFT_TERMS]; /* terms that the source takes care of */
};

struct tomb_sift_args {
	struct tomb_int8s ids;
	struct tomb_str sort; /* these two are "" to keep the order of ids */
	struct tomb_str then_sort;
	bool sort_down;
	bool then_down;
};

/* What a kind of list is. */
struct tomb_sift_list {
	enum tomb_permission permission;
	const char *time;  /* the name that BY_TIME goes by */
	const char *older; /* another time, never after this one, or NULL */
	bool has_names;    /* BY_NAME is possible */
	bool is_narrow;    /* nothing but NARROW is */
	/* Marks the terms that every source takes care of.  May be NULL. */
	void (*claim)(struct tomb_sift_run *run);
	/* Whether some terms name so little that a source of the kind's own gives it: marks them as used, and sets
	 * native, subject and subject_kind.  May be NULL. */
	enum tomb_code (*narrow)(
		struct tomb_sift_run *run, struct tomb_arena *arena, bool *is_narrow, struct tomb_err *err);
	enum tomb_code (*pick)(struct tomb_sift_run *run, const struct tomb_sift_walk *walk, struct tomb_arena *arena,
		struct tomb_sift_picked *out, struct tomb_err *err);
	enum tomb_code (*sift)(struct tomb_sift_run *run, const struct tomb_sift_args *args, struct tomb_arena *arena,
		struct tomb_int8s *ids, struct tomb_err *err);
	/* Of BY_ID and BY_TIME without bounds, up to TOMB_COUNT_MAX.  May be NULL. */
	enum tomb_code (*count)(
		struct tomb_sift_run *run, struct tomb_arena *arena, int64_t *count, struct tomb_err *err);
};

struct tomb_sift_found {
	int64_t scope;
	struct tomb_int8s ids;
	struct tomb_str next;
	int64_t count; /* up to TOMB_COUNT_MAX, and of a list that is sifted: as far as it was looked through */
};

/* The ids of one page.  The term institution_id is the scope that is wanted. */
enum tomb_code tomb_sift_run(struct tomb_pg *pg, const struct tomb_actor *actor, const struct tomb_sift_list *list,
	const struct tomb_sift *sift, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_sift_found *out, struct tomb_err *err) TOMB_MUST_USE;

/* The first term with this name and op that is not used yet, which it then is; NULL if there is none. */
const struct tomb_sift_term *tomb_sift_take(struct tomb_sift_run *run, const char *name, enum tomb_sift_op op);

/* The value of the first term with this name and op, used or not; "" or 0 if there is none. */
struct tomb_str tomb_sift_text(const struct tomb_sift_run *run, const char *name, enum tomb_sift_op op);
int64_t tomb_sift_number(const struct tomb_sift_run *run, const char *name, enum tomb_sift_op op);

/* A claim for lists whose every source takes the term state. */
void tomb_sift_claim_state(struct tomb_sift_run *run);

/* The predicate for the terms that are not used. */
enum tomb_code tomb_sift_path(const struct tomb_sift_run *run, struct tomb_arena *arena, struct tomb_str *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif

/*
 * Alerts: what people were told of, each with the mark whether they have read it.  Spec: aptrust.md 1.2, 3.6; P-04,
 * P-08.
 *
 * An alert is one person's.  Its text never holds a token: those are in the mail alone.  Everybody sees their own,
 * operators all; another person's is NOTFOUND.  Only who was told can mark an alert.  Reading and marking leave no
 * audit entry: nothing of the repository changes.
 *
 * Strings and times: as in tombstone/object.h.
 */
#ifndef TOMB_ALERT_H
#define TOMB_ALERT_H

#include "tombstone/actor.h"
#include "tombstone/page.h"
#include "tombstone/pg.h"

enum { TOMB_ALERT_COUNT_MAX = 999 }; /* unread ones that are counted: a badge has three digits */

struct tomb_alert {
	int64_t id;
	int64_t institution_id; /* that it is about */
	struct tomb_str institution;
	struct tomb_str institution_name;
	struct tomb_str type; /* "Deletion Requested", ... */
	struct tomb_str subject;
	struct tomb_str content;
	int64_t request_id; /* of the deletion request; 0: none */
	int64_t created_at_us;
	int64_t user_id;
	struct tomb_str user_name;
	struct tomb_str user_email;
	int64_t sent_at_us; /* these two are 0 if it has not happened */
	int64_t read_at_us;
};

struct tomb_alert_filter {
	int64_t user_id;        /* 0: all whose alerts the actor may see; another's than one's own gives one's own */
	int64_t institution_id; /* 0: no matter */
	struct tomb_str type;   /* "": no matter; one that nobody sends has no alerts */
	int64_t since_us;       /* these two: 0 for no bound */
	int64_t until_us;
	bool is_unread;    /* only those that were not read */
	bool oldest_first; /* in order of time, that is of ids */
};

struct tomb_alert_page {
	struct tomb_alert *p;
	size_t n;
	struct tomb_str next; /* "" on the last page */
};

/* INVAL for a page that makes no sense; FORBIDDEN for another institution's id in the filter, but for operators. */
enum tomb_code tomb_alert_list(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_alert_filter *filter, const struct tomb_page *page, struct tomb_arena *arena,
	struct tomb_alert_page *out, struct tomb_err *err) TOMB_MUST_USE;

/* How many there are, up to TOMB_COUNT_MAX. */
enum tomb_code tomb_alert_count(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_alert_filter *filter, int64_t *count, struct tomb_err *err) TOMB_MUST_USE;

/* How many of the actor's own are unread, up to TOMB_ALERT_COUNT_MAX; from an index that holds nothing else. */
enum tomb_code tomb_alert_unread(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t *count, struct tomb_err *err) TOMB_MUST_USE;

/* NOTFOUND. */
enum tomb_code tomb_alert_find(struct tomb_pg *pg, const struct tomb_actor *actor, int64_t id, struct tomb_arena *arena,
	struct tomb_alert *out, struct tomb_err *err) TOMB_MUST_USE;

/* Marks those of ids that are the actor's own; others are left as they are.  *changed: how many were marked. */
enum tomb_code tomb_alert_mark(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_int8s ids, bool is_read,
	int64_t *changed, struct tomb_err *err) TOMB_MUST_USE;

/* Marks all of the actor's own as read. */
enum tomb_code tomb_alert_mark_all(
	struct tomb_pg *pg, const struct tomb_actor *actor, int64_t *changed, struct tomb_err *err) TOMB_MUST_USE;

#endif

/* What requests and decisions share: both run inside the caller's transaction. */
#ifndef TOMB_DELETION_REQUEST_INTERNAL_H
#define TOMB_DELETION_REQUEST_INTERNAL_H

#include "tombstone/deletion_request.h"
#include "tombstone/permission.h"

/* FORBIDDEN unless actor is still an active user, in the same role and institution, with no duty fewer. */
enum tomb_code tomb_actor_check(struct tomb_pg *pg, const struct tomb_actor *actor, struct tomb_err *err) TOMB_MUST_USE;

/* Whether actor may ask for list at all: the errors of tomb_deletion_request_create() before any obstacle. */
enum tomb_code tomb_deletion_list_check(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_deletion_list *list, struct tomb_arena *arena, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Records a request for list, once it is known that asker may ask and that actor, the same or somebody else, may act in
 * their name: with its list, digest, mail and audit entry.  Errors as tomb_deletion_request_create() for the list.
 */
enum tomb_code tomb_deletion_request_insert(struct tomb_pg *pg, const struct tomb_actor *actor,
	const struct tomb_actor *asker, const struct tomb_deletion_list *list, struct tomb_str reason,
	struct tomb_arena *arena, struct tomb_deletion_request *out, struct tomb_err *err) TOMB_MUST_USE;

/* A row of deletion_obstacles(). */
struct tomb_obstacle tomb_obstacle_of(struct tomb_str rule, struct tomb_str identifier, struct tomb_str detail,
	int64_t eligible_at_us, struct tomb_str eligible_day);

/* The first obstacle as an error, if there is one. */
enum tomb_code tomb_deletion_refuse_obstacles(struct tomb_pg *pg, int64_t institution_id,
	const struct tomb_deletion_list *list, int64_t own_request, struct tomb_err *err) TOMB_MUST_USE;

#endif

#include "checks.h"

static const struct tomb_obstacle *find(const struct tomb_obstacle *obstacles, size_t n, const char *rule)
{
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(obstacles[i].rule, tomb_str_from(rule)))
			return &obstacles[i];
	return NULL;
}

/* "test.edu/bag/data/1: it is under hold: lawsuit", after how many there are if that is known. */
static struct tomb_str say(struct tomb_view *v, const struct tomb_obstacle *o, int64_t count, const char *noun)
{
	if (!o)
		return TOMB_STR("None");
	if (count <= 0)
		return tomb_view_text(v, "%.*s: %.*s", TOMB_STR_ARG(o->identifier), TOMB_STR_ARG(o->detail));
	return tomb_view_text(v, "%.*s. %.*s: %.*s", TOMB_STR_ARG(tomb_view_count(v, count, noun)),
		TOMB_STR_ARG(o->identifier), TOMB_STR_ARG(o->detail));
}

static struct tomb_str say_young(
	struct tomb_view *v, const struct tomb_deletion_preview *preview, const struct tomb_obstacle *o)
{
	int64_t copies = 0;

	for (size_t i = 0; preview && i < preview->nages; i++)
		copies += preview->ages[i].copies;
	if (!o)
		return TOMB_STR("None");
	return tomb_view_text(v, "%.*s. It may be deleted from %.*s on.", TOMB_STR_ARG(say(v, o, copies, "copy")),
		TOMB_STR_ARG(o->eligible_day));
}

static struct tomb_str say_locked(struct tomb_view *v, const struct tomb_deletion_preview *preview)
{
	if (preview && preview->lockable_copies > 0)
		return tomb_view_text(v,
			"%.*s in stores that may lock them. Each store is asked before anything is "
			"deleted, and a file with a locked copy is left whole.",
			TOMB_STR_ARG(tomb_view_count(v, preview->lockable_copies, "copy")));
	return TOMB_STR("None is known. Each store is asked before anything is deleted.");
}

struct tomb_checks tomb_checks_of(struct tomb_view *v, const struct tomb_deletion_preview *preview,
	const struct tomb_obstacle *obstacles, size_t n)
{
	const struct tomb_obstacle *deleted = find(obstacles, n, "deleted");
	const struct tomb_obstacle *pending = find(obstacles, n, "pending");

	return (struct tomb_checks){
		.young = say_young(v, preview, find(obstacles, n, "young")),
		.held = say(v, find(obstacles, n, "held"), preview ? preview->held_files : 0, "file"),
		.pending = say(v, deleted ? deleted : pending, 0, "file"),
		.locked = say_locked(v, preview),
		.is_clear = n == 0,
	};
}

enum tomb_code tomb_checks_of_request(
	struct tomb_view *v, int64_t request_id, int64_t institution_id, struct tomb_checks *out, struct tomb_err *err)
{
	struct tomb_deletion_preview preview;
	struct tomb_deletion_list list;
	struct tomb_obstacle *obstacles = NULL;
	size_t n = 0;
	bool is_known = tomb_view_may_request(v, institution_id);

	TOMB_TRY(tomb_impact_named(v->pg, v->actor, request_id, v->arena, &list, err));
	TOMB_TRY(tomb_deletion_obstacles(v->pg, institution_id, &list, request_id, v->arena, &obstacles, &n, err));
	is_known = is_known && list.object_ids.n + list.file_ids.n > 0;
	if (is_known)
		TOMB_TRY(tomb_deletion_preview(v->pg, v->actor, &list, v->arena, &preview, err));
	*out = tomb_checks_of(v, is_known ? &preview : NULL, obstacles, n);
	return TOMB_OK;
}

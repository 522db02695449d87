#include "copy_stage.h"

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

struct tomb_copy_stage tomb_copy_stage_of(const struct tomb_deletion_copy *copy, struct tomb_str file_outcome)
{
	if (is(copy->status, "gone"))
		return is(copy->verification, "verified absent")
			       ? (struct tomb_copy_stage){TOMB_STR("Verified"), TOMB_STR("good")}
			       : (struct tomb_copy_stage){TOMB_STR("Gone"), TOMB_STR("calm")};
	if (is(copy->status, "removing"))
		return (struct tomb_copy_stage){TOMB_STR("Sent"), TOMB_STR("busy")};
	if (is(file_outcome, "pending"))
		return (struct tomb_copy_stage){TOMB_STR("Planned"), TOMB_STR("wait")};
	return (struct tomb_copy_stage){TOMB_STR("Kept"), TOMB_STR("bad")};
}

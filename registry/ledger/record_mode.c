/* How, and by which way, records are deleted: names. */
#include "tombstone/record_deletion.h"

static const struct tomb_str modes[] = {
	[TOMB_RECORD_DEFAULT] = {"", 0},
	[TOMB_RECORD_SELF] = {"self", 4},
	[TOMB_RECORD_WITH_CONTENTS] = {"with_contents", 13},
	[TOMB_RECORD_WITH_CHILDREN] = {"with_children", 13},
	[TOMB_RECORD_REASSIGN_CHILDREN] = {"reassign_children", 17},
	[TOMB_RECORD_WITH_EMPTY_ANCESTORS] = {"with_empty_ancestors", 20},
};
_Static_assert(TOMB_COUNTOF(modes) == TOMB_RECORD_MODE_MAX, "modes");

static const struct tomb_str origins[] = {
	[TOMB_RECORD_BY_UI] = {"ui", 2},
	[TOMB_RECORD_BY_API] = {"api", 3},
	[TOMB_RECORD_BY_SOURCE_API] = {"source_api", 10},
	[TOMB_RECORD_BY_LEADER] = {"leader", 6},
	[TOMB_RECORD_BY_IMPORT] = {"import", 6},
	[TOMB_RECORD_BY_JOB] = {"job", 3},
	[TOMB_RECORD_BY_SQL] = {"sql", 3},
};
_Static_assert(TOMB_COUNTOF(origins) == TOMB_RECORD_ORIGIN_MAX, "origins");

struct tomb_str tomb_record_mode_name(enum tomb_record_mode mode)
{
	return modes[mode];
}

struct tomb_str tomb_record_origin_name(enum tomb_record_origin origin)
{
	return origins[origin];
}

enum tomb_record_origin tomb_record_origin_of(struct tomb_str name)
{
	enum tomb_record_origin o = TOMB_RECORD_BY_UI;

	while (o < TOMB_RECORD_BY_SQL && !tomb_str_eq(origins[o], name))
		o++;
	return o;
}

enum tomb_code tomb_record_mode_parse(struct tomb_str name, enum tomb_record_mode *out, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_COUNTOF(modes); i++)
		if (tomb_str_eq(modes[i], name)) {
			*out = (enum tomb_record_mode)i;
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL,
		"\"%.*s\" is no mode of deletion: self, with_contents, with_children, reassign_children, "
		"with_empty_ancestors",
		TOMB_STR_ARG(name));
}

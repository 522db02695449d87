#include "tombstone/record.h"

static const struct tomb_record_kind_info kinds[] = {
#define TOMB_RECORD_KIND(id_, name_, system_, label_, plural_)                                                         \
	[TOMB_RECORD_##id_] = {.name = {(name_), sizeof(name_) - 1},                                                   \
		.system = {(system_), sizeof(system_) - 1},                                                            \
		.label = {(label_), sizeof(label_) - 1},                                                               \
		.plural = {(plural_), sizeof(plural_) - 1}},
#include "tombstone/record_kind.def"
#undef TOMB_RECORD_KIND
};
_Static_assert(TOMB_COUNTOF(kinds) == TOMB_RECORD_KIND_MAX, "kinds of records");

const struct tomb_record_kind_info *tomb_record_kind_info(enum tomb_record_kind kind)
{
	return &kinds[kind];
}

enum tomb_code tomb_record_kind_parse(struct tomb_str name, enum tomb_record_kind *out, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_COUNTOF(kinds); i++)
		if (tomb_str_eq(kinds[i].name, name)) {
			*out = (enum tomb_record_kind)i;
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL, "\"%.*s\" is no kind of record", (int)(name.n > 100 ? 100 : name.n), name.p);
}

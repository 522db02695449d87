#include "tombstone/duty.h"

struct line {
	struct tomb_str name;
	struct tomb_str one;
	struct tomb_str label;
	struct tomb_str words;
};

static const struct line table[] = {
#define TOMB_DUTY(id_, name_, one_, label_, words_, giver_)                                                            \
	[TOMB_DUTY_##id_] = {.name = {(name_), sizeof(name_) - 1},                                                     \
		.one = {(one_), sizeof(one_) - 1},                                                                     \
		.label = {(label_), sizeof(label_) - 1},                                                               \
		.words = {(words_), sizeof(words_) - 1}},
#include "tombstone/duty.def"
#undef TOMB_DUTY
};
_Static_assert(TOMB_COUNTOF(table) == TOMB_DUTY_MAX, "duties");

struct tomb_str tomb_duty_name(enum tomb_duty duty)
{
	return table[duty].name;
}

struct tomb_str tomb_duty_one(enum tomb_duty duty)
{
	return table[duty].one;
}

struct tomb_str tomb_duty_label(enum tomb_duty duty)
{
	return table[duty].label;
}

struct tomb_str tomb_duty_words(enum tomb_duty duty)
{
	return table[duty].words;
}

enum tomb_code tomb_duty_parse(struct tomb_str name, enum tomb_duty *out, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_DUTY_MAX; i++)
		if (tomb_str_eq(name, table[i].name)) {
			*out = (enum tomb_duty)i;
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL,
		"duty \"%.*s\" is none of editor, digitization_coordinator, repository_manager, harvest_admin",
		(int)(name.n < 60 ? name.n : 60), name.p);
}

enum tomb_code tomb_duty_parse_all(struct tomb_strs names, unsigned *out, struct tomb_err *err)
{
	unsigned found = 0;

	for (size_t i = 0; i < names.n; i++) {
		enum tomb_duty duty = TOMB_DUTY_MAX;

		TOMB_TRY(tomb_duty_parse(names.p[i], &duty, err));
		found |= TOMB_DUTY_BIT(duty);
	}
	*out = found;
	return TOMB_OK;
}

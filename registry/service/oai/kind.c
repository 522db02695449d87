#include "kind.h"

enum shown { ALWAYS, HOLDINGS, OBJECTS };

#define FORMAT(name) (1U << TOMB_OAI_FORMAT_##name)

static const struct tomb_oai_kind kinds[] = {
#define TOMB_OAI_KIND(name, system, label, shown, formats) {name, system, label, formats},
#include "kind.def"
#undef TOMB_OAI_KIND
};

static const enum shown shown[] = {
#define TOMB_OAI_KIND(name, system, label, shown, formats) shown,
#include "kind.def"
#undef TOMB_OAI_KIND
};

static bool is_shown(const struct tomb_oai_policy *policy, const struct tomb_oai_kind *kind)
{
	switch (shown[kind - kinds]) {
	case HOLDINGS:
		return policy->shows_holdings;
	case OBJECTS:
		return policy->shows_objects;
	case ALWAYS:
		break;
	}
	return true;
}

const struct tomb_oai_kind *tomb_oai_kind_next(const struct tomb_oai_policy *policy, const struct tomb_oai_kind *after)
{
	const struct tomb_oai_kind *kind = after ? after + 1 : kinds;

	while (kind < kinds + TOMB_COUNTOF(kinds) && !is_shown(policy, kind))
		kind++;
	return kind < kinds + TOMB_COUNTOF(kinds) ? kind : NULL;
}

const struct tomb_oai_kind *tomb_oai_kind_find(const struct tomb_oai_policy *policy, struct tomb_str name)
{
	const struct tomb_oai_kind *kind = NULL;

	while ((kind = tomb_oai_kind_next(policy, kind)) && !tomb_str_eq(name, tomb_str_from(kind->name)))
		continue;
	return kind;
}

/* Takes prefix off text. */
static bool takes_off(struct tomb_str *text, struct tomb_str prefix)
{
	if (text->n < prefix.n || memcmp(text->p, prefix.p, prefix.n) != 0)
		return false;
	*text = (struct tomb_str){text->p + prefix.n, text->n - prefix.n};
	return true;
}

static bool is_in_set(const struct tomb_oai_kind *kind, struct tomb_str set)
{
	struct tomb_str rest = set;

	if (!set.p || tomb_str_eq(set, TOMB_STR("all")) || takes_off(&rest, TOMB_STR("inst:")))
		return true;
	if (takes_off(&rest, TOMB_STR("system:")))
		return tomb_str_eq(rest, tomb_str_from(kind->system));
	return takes_off(&rest, TOMB_STR("kind:")) && tomb_str_eq(rest, tomb_str_from(kind->name));
}

enum tomb_code tomb_oai_kind_select(const struct tomb_oai_policy *policy, enum tomb_oai_format format,
	struct tomb_str set, struct tomb_arena *arena, struct tomb_oai_selection *out, struct tomb_err *err)
{
	struct tomb_str *names = TOMB_NEW(arena, struct tomb_str, TOMB_COUNTOF(kinds));
	const struct tomb_oai_kind *kind = NULL;
	struct tomb_str institution = set;
	size_t n = 0;

	if (!names)
		return TOMB_FAIL(err, TOMB_NOMEM, "the kinds of a set");
	while ((kind = tomb_oai_kind_next(policy, kind)))
		if (is_in_set(kind, set) && (format == TOMB_OAI_FORMAT_MAX || kind->formats & (1U << format)))
			names[n++] = tomb_str_from(kind->name);
	if (!set.p || !takes_off(&institution, TOMB_STR("inst:")))
		institution = (struct tomb_str){NULL, 0};
	*out = (struct tomb_oai_selection){{names, n}, institution};
	return TOMB_OK;
}

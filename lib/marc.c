#include "tombstone/marc.h"

#include "tombstone/time.h"

#include <stdio.h>

static const char *const form_names[] = {
	[TOMB_MARC_ISO2709] = "iso2709",
	[TOMB_MARC_MARCXML] = "marcxml",
};
_Static_assert(TOMB_COUNTOF(form_names) == TOMB_MARC_FORM_MAX, "one name for each form");

const char *tomb_marc_form_name(enum tomb_marc_form form)
{
	return form_names[form];
}

bool tomb_marc_form_parse(struct tomb_str name, enum tomb_marc_form *out)
{
	for (int i = 0; i < TOMB_MARC_FORM_MAX; i++)
		if (tomb_str_eq(name, tomb_str_from(form_names[i]))) {
			*out = (enum tomb_marc_form)i;
			return true;
		}
	return false;
}

char *tomb_marc_time(int64_t us, char out[static TOMB_MARC_TIME])
{
	char text[TOMB_TIME_TEXT];

	tomb_time_format(us, TOMB_TIME_S, text); /* 2024-02-29T23:59:59Z */
	(void)snprintf(out, TOMB_MARC_TIME, "%.4s%.2s%.2s%.2s%.2s%.2s.0", text, text + 5, text + 8, text + 11,
		text + 14, text + 17);
	return out;
}

static bool is_inside(const struct tomb_marc_stored *stored, int32_t at, size_t n)
{
	return at >= 0 && n <= stored->bytes.n && (size_t)at <= stored->bytes.n - n;
}

enum tomb_code tomb_marc_patch(const struct tomb_marc_stored *stored, char status, int64_t at_us,
	struct tomb_arena *arena, struct tomb_marc_stored *out, struct tomb_err *err)
{
	enum { STATUS_AT = 5 };
	char time[TOMB_MARC_TIME];
	char *bytes = NULL;

	if (status < 'a' || status > 'z')
		return TOMB_FAIL(err, TOMB_INVAL, "a record status is a lower-case letter");
	if (!is_inside(stored, stored->leader_at, TOMB_MARC_LEADER) ||
		!is_inside(stored, stored->at_005, TOMB_MARC_TIME - 1))
		return TOMB_FAIL(err, TOMB_CORRUPT, "the leader or field 005 of a MARC record lies outside of it");
	bytes = TOMB_NEW(arena, char, stored->bytes.n);
	if (!bytes)
		return TOMB_FAIL(err, TOMB_NOMEM, "a MARC record of %zu bytes", stored->bytes.n);
	memcpy(bytes, stored->bytes.p, stored->bytes.n);
	bytes[stored->leader_at + STATUS_AT] = status;
	memcpy(bytes + stored->at_005, tomb_marc_time(at_us, time), TOMB_MARC_TIME - 1);
	*out = *stored;
	out->bytes.p = bytes;
	return TOMB_OK;
}

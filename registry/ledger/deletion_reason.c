#include "tombstone/deletion_reason.h"

const struct tomb_deletion_reason tomb_deletion_reasons[] = {
#define TOMB_DELETION_REASON(code, text) {{(code), sizeof(code) - 1}, {(text), sizeof(text) - 1}},
#include "tombstone/deletion_reason.def"
#undef TOMB_DELETION_REASON
};

const size_t tomb_deletion_reasons_count = TOMB_COUNTOF(tomb_deletion_reasons);

struct tomb_str tomb_deletion_reason_text(struct tomb_str code)
{
	for (size_t i = 0; i < tomb_deletion_reasons_count; i++)
		if (tomb_str_eq(code, tomb_deletion_reasons[i].code))
			return tomb_deletion_reasons[i].text;
	return code;
}

static bool is_known(struct tomb_str code)
{
	for (size_t i = 0; i < tomb_deletion_reasons_count; i++)
		if (tomb_str_eq(code, tomb_deletion_reasons[i].code))
			return true;
	return false;
}

enum tomb_code tomb_deletion_reason_check(struct tomb_str code, struct tomb_str text, struct tomb_err *err)
{
	if (code.n > 0 && !is_known(code))
		return TOMB_FAIL(
			err, TOMB_INVAL, "\"%.*s\" is no reason_code: see the list of reasons", TOMB_STR_ARG(code));
	if (tomb_str_eq(code, TOMB_STR("other")) && text.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "say in your own words which other reason there is");
	return TOMB_OK;
}

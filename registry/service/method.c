#include "method.h"

static const char *const names[] = {
	[TOMB_GET] = "GET",
	[TOMB_HEAD] = "HEAD",
	[TOMB_POST] = "POST",
	[TOMB_PUT] = "PUT",
	[TOMB_PATCH] = "PATCH",
	[TOMB_DELETE] = "DELETE",
	[TOMB_OPTIONS] = "OPTIONS",
};

_Static_assert(TOMB_COUNTOF(names) == TOMB_METHOD_MAX, "a name for each method");

const char *tomb_method_name(enum tomb_method method)
{
	return names[method];
}

bool tomb_method_parse(struct tomb_str text, enum tomb_method *out)
{
	for (int m = 0; m < TOMB_METHOD_MAX; m++)
		if (tomb_str_eq(text, tomb_str_from(names[m]))) {
			*out = (enum tomb_method)m;
			return true;
		}
	return false;
}

void tomb_method_list(struct tomb_buf *out, unsigned methods)
{
	const char *between = "";

	for (int m = 0; m < TOMB_METHOD_MAX; m++)
		if (methods & TOMB_METHOD_BIT(m)) {
			tomb_buf_putf(out, "%s%s", between, names[m]);
			between = ", ";
		}
}

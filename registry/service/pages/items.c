#include "items.h"

struct tomb_str tomb_items_named(struct tomb_view *v, const struct tomb_deletion_view *request)
{
	struct tomb_str objects = tomb_view_count(v, request->named_objects, "whole object");
	struct tomb_str files = tomb_view_count(v, request->named_files, "single file");

	if (request->named_files == 0)
		return objects;
	if (request->named_objects == 0)
		return files;
	return tomb_view_text(v, "%.*s and %.*s", TOMB_STR_ARG(objects), TOMB_STR_ARG(files));
}

struct tomb_str tomb_items_more(struct tomb_view *v, const struct tomb_deletion_view *request, size_t shown)
{
	int64_t rest = request->named_objects + request->named_files - (int64_t)shown;

	if (rest <= 0)
		return TOMB_STR("");
	return tomb_view_text(v, "And %.*s.", TOMB_STR_ARG(tomb_view_count(v, rest, "more item")));
}

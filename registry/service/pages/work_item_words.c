#include "work_item_words.h"

static bool is(struct tomb_str word, const char *what)
{
	return tomb_str_eq(word, tomb_str_from(what));
}

bool tomb_work_item_is_running(const struct tomb_work_item *w)
{
	return is(w->status, "Pending") || is(w->status, "Started");
}

int64_t tomb_work_item_settled(const struct tomb_work_item *w)
{
	return w->files_done + w->files_refused + w->files_failed;
}

bool tomb_work_item_has_failed(const struct tomb_work_item *w)
{
	return is(w->status, "Failed") && w->files_failed > 0;
}

struct tomb_str tomb_work_item_progress(struct tomb_view *v, const struct tomb_work_item *w)
{
	if (w->files_total == 0)
		return w->note;
	return tomb_view_text(v, "%.*s of %.*s %s", TOMB_STR_ARG(tomb_view_number(v, w->files_done)),
		TOMB_STR_ARG(tomb_view_count(v, w->files_total, "file")),
		is(w->action, "Delete") ? "deleted" : "stored");
}

#include "chips.h"

static bool is_kept(const struct tomb_pager *pager, struct tomb_str name)
{
	for (size_t i = 0; i < pager->nkept; i++)
		if (tomb_str_eq(pager->kept[i].name, name))
			return true;
	return false;
}

enum tomb_code tomb_chips_of(struct tomb_view *v, const struct tomb_pager *pager, const struct tomb_chip *chips,
	size_t n, struct html_chips *out, struct tomb_err *err)
{
	struct html_chips_items *items = TOMB_NEW(v->arena, struct html_chips_items, n);
	size_t used = 0;

	if (!items)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu filters", n);
	for (size_t i = 0; i < n; i++)
		if (is_kept(pager, tomb_str_from(chips[i].name)))
			items[used++] = (struct html_chips_items){
				.text = chips[i].text, .link = tomb_pager_without(v, pager, chips[i].name)};
	*out = (struct html_chips){.items = items, .nitems = used, .clear = pager->path};
	return TOMB_OK;
}

#include "pager.h"

#include "tombstone/percent.h"

#include <ctype.h>
#include <inttypes.h>

enum { LINK_MAX = 7 * 1024 }; /* bytes: what the server's own guard lets through */

static bool is_trail(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isdigit((unsigned char)s.p[i]) && s.p[i] != '.')
			return false;
	return true;
}

struct tomb_pager tomb_pager_of(const struct tomb_view *v, struct tomb_str path, const char *fragment, int32_t limit)
{
	struct tomb_str trail = tomb_view_query(v, "trail");

	return (struct tomb_pager){
		.path = path,
		.fragment = fragment,
		.page = {.after = tomb_view_query(v, "after"), .limit = limit},
		.trail = is_trail(trail) ? trail : TOMB_STR(""),
	};
}

void tomb_pager_keep(struct tomb_pager *pager, const char *name, struct tomb_str value)
{
	if (value.n > 0 && pager->nkept < TOMB_PAGER_KEPT)
		pager->kept[pager->nkept++] = (struct tomb_field){tomb_str_from(name), value};
}

/* How many pages the trail names. */
static size_t trail_pages(struct tomb_str trail)
{
	size_t n = trail.n > 0 ? 1 : 0;

	for (size_t i = 0; i < trail.n; i++)
		if (trail.p[i] == '.')
			n++;
	return n;
}

/* Cuts the last page off the trail; it becomes *last. */
static struct tomb_str trail_back(struct tomb_str trail, struct tomb_str *last)
{
	size_t at = trail.n;

	while (at > 0 && trail.p[at - 1] != '.')
		at--;
	*last = (struct tomb_str){trail.p + at, trail.n - at};
	return (struct tomb_str){trail.p, at > 0 ? at - 1 : 0};
}

static void put_field(struct tomb_buf *out, char *before, const char *name, struct tomb_str value)
{
	if (value.n == 0)
		return;
	tomb_buf_putf(out, "%c%s=", *before, name);
	tomb_percent_encode(out, value);
	*before = '&';
}

struct tomb_str tomb_pager_without(struct tomb_view *v, const struct tomb_pager *pager, const char *name)
{
	TOMB_BUF_AUTO out = tomb_buf_init(LINK_MAX);
	char before = '?';

	tomb_buf_put(&out, pager->path);
	for (size_t i = 0; i < pager->nkept; i++)
		if (!tomb_str_eq(pager->kept[i].name, tomb_str_from(name)))
			put_field(&out, &before, pager->kept[i].name.p, pager->kept[i].value);
	return tomb_view_keep(v, &out);
}

static struct tomb_str link_to(
	struct tomb_view *v, const struct tomb_pager *pager, struct tomb_str after, struct tomb_str trail)
{
	TOMB_BUF_AUTO out = tomb_buf_init(LINK_MAX);
	char before = '?';

	tomb_buf_put(&out, pager->path);
	for (size_t i = 0; i < pager->nkept; i++)
		put_field(&out, &before, pager->kept[i].name.p, pager->kept[i].value);
	put_field(&out, &before, "after", after);
	put_field(&out, &before, "trail", trail);
	if (pager->fragment[0])
		tomb_buf_putf(&out, "#%s", pager->fragment);
	return tomb_view_keep(v, &out);
}

static struct tomb_str shown(
	struct tomb_view *v, const struct tomb_pager *pager, size_t rows, int64_t total, const char *noun)
{
	int64_t pages_before = pager->page.after.n == 0 ? 0 : (int64_t)trail_pages(pager->trail) + 1;
	int64_t first = pages_before * pager->page.limit + 1;
	int64_t last = first + (int64_t)rows - 1;

	if (rows == 0 || pages_before > TOMB_PAGER_TRAIL)
		return TOMB_STR("");
	if (total < 0 || (total < TOMB_COUNT_MAX && total < last))
		return tomb_view_text(v, "%ss %" PRId64 " to %" PRId64, noun, first, last);
	if (pages_before == 0 && total == (int64_t)rows)
		return tomb_view_count(v, total, noun);
	return tomb_view_text(v, "%" PRId64 " to %" PRId64 " of %s%.*s", first, last,
		total >= TOMB_COUNT_MAX ? "more than " : "", TOMB_STR_ARG(tomb_view_count(v, total, noun)));
}

struct html_pager tomb_pager_links(struct tomb_view *v, const struct tomb_pager *pager, size_t rows,
	struct tomb_str next, int64_t total, const char *noun)
{
	struct html_pager links = {.shown = shown(v, pager, rows, total, noun)};
	struct tomb_str trail = pager->trail;
	struct tomb_str before = TOMB_STR("");

	if (pager->page.after.n > 0) {
		struct tomb_str rest = trail_back(trail, &before);

		links.previous = link_to(v, pager, before, rest);
	}
	if (next.n == 0)
		return links;
	if (trail_pages(trail) >= TOMB_PAGER_TRAIL)
		trail = TOMB_STR("");
	if (pager->page.after.n > 0)
		trail = trail.n > 0
				? tomb_view_text(v, "%.*s.%.*s", TOMB_STR_ARG(trail), TOMB_STR_ARG(pager->page.after))
				: pager->page.after;
	links.next = link_to(v, pager, next, trail);
	return links;
}

struct tomb_str tomb_pager_filtered(struct tomb_view *v, const struct tomb_pager *pager, struct tomb_str path)
{
	struct tomb_pager other = *pager;

	other.path = path;
	other.fragment = "";
	return link_to(v, &other, TOMB_STR(""), TOMB_STR(""));
}

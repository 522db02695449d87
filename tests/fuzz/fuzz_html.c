/* No field leaves its place, whatever bytes it holds. */
#include "tombstone/utf8.h"

#include "sample.gen.h"
#include "skeleton.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what, const struct tomb_buf *page)
{
	if (holds)
		return;
	(void)fprintf(stderr, "%s:\n%.*s\n", what, (int)page->n, page->p);
	abort();
}

/* A page with s in every text field; s is not empty, since an empty field is a branch not taken. */
static void render(struct tomb_buf *out, struct tomb_str s, struct tomb_str link, int64_t n)
{
	const struct html_frame_crumbs crumb = {.label = s, .link = link};
	const struct html_places_rows_copies_tries tries = {.n = n, .error = s};
	const struct html_places_rows_copies copies = {.place = s, .tries = &tries, .ntries = 1, .id = s};
	const struct html_places_rows rows = {.id = s, .name = s, .bytes = n, .copies = &copies, .ncopies = 1};
	const struct html_places page = {
		.frame = {.title = s, .signed_in = true, .user = s, .crumbs = &crumb, .ncrumbs = 1},
		.pages = {.next = TOMB_STR("/next"), .at = n},
		.text = s,
		.link = link,
		.id = s,
		.n = n,
		.yes = true,
		.bytes = n,
		.at = n,
		.rows = &rows,
		.nrows = 1,
	};

	html_places(out, &page);
	must(out->broken == TOMB_OK, "does not fit", out);
}

static bool is_clean(const struct tomb_buf *page)
{
	if (!tomb_utf8_valid((struct tomb_str){page->p, page->n}))
		return false;
	for (size_t i = 0; i < page->n; i++)
		if ((unsigned char)page->p[i] < ' ' && !strchr("\t\n", page->p[i]))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tomb_str s = {(const char *)data, size};
	TOMB_BUF_AUTO calm = tomb_buf_init(1 << 20);
	TOMB_BUF_AUTO wild = tomb_buf_init(1 << 20);
	TOMB_BUF_AUTO expected = tomb_buf_init(1 << 20);
	TOMB_BUF_AUTO found = tomb_buf_init(1 << 20);
	int64_t n = 0;

	if (size == 0)
		return 0;
	memcpy(&n, data, size < sizeof n ? size : sizeof n);
	render(&calm, TOMB_STR("x"), TOMB_STR("/l"), 1);
	render(&wild, s, TOMB_STR("/l"), n);
	skeleton_put(&expected, (struct tomb_str){calm.p, calm.n}, true);
	skeleton_put(&found, (struct tomb_str){wild.p, wild.n}, true);
	must(tomb_str_eq((struct tomb_str){expected.p, expected.n}, (struct tomb_str){found.p, found.n}),
		"another skeleton", &wild);
	must(is_clean(&wild), "not clean", &wild);
	tomb_buf_reset(&wild);
	render(&wild, s, s, n);
	must(is_clean(&wild), "not clean", &wild);
	must(skeleton_has_safe_urls((struct tomb_str){wild.p, wild.n}), "an unsafe address", &wild);
	return 0;
}

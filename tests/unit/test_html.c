/* What the HTML writers promise, and that no field of a template leaves its place. */
#include "tombstone/html.h"

#include "sample.gen.h"
#include "skeleton.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef void write_str_fn(struct tomb_buf *out, struct tomb_str s);
typedef void write_int_fn(struct tomb_buf *out, int64_t n);

struct str_row {
	struct tomb_str in;
	const char *out;
};

struct int_row {
	int64_t in;
	const char *out;
};

static void check_strs(write_str_fn *write, const struct str_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);

		tomb_buf_put(&b, TOMB_STR("|"));
		write(&b, rows[i].in);
		assert_string_equal(b.p + 1, rows[i].out);
	}
}

static void check_ints(write_int_fn *write, const struct int_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);

		write(&b, rows[i].in);
		assert_string_equal(b.p, rows[i].out);
	}
}

#define FFFD "\xef\xbf\xbd"

static void text_cannot_become_markup_and_is_always_utf_8(void **state)
{
	const struct str_row rows[] = {
		{TOMB_STR(""), ""}, {TOMB_STR("plain"), "plain"},
		{TOMB_STR("<a b='c' d=\"e\">&lt;"), "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;lt;"},
		{TOMB_STR("a\0b\x1b\x7f"), "a" FFFD "b" FFFD FFFD}, {TOMB_STR("a\tb\nc\r\n"), "a\tb\nc&#13;\n"},
		{TOMB_STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
		{TOMB_STR("\xc2\x85\xc2\xa0"), FFFD "\xc2\xa0"}, /* a C1 control, a space that does not break */
		{TOMB_STR("a\xff\xc3"), "a" FFFD FFFD},
		{TOMB_STR("\xc0\xbc\xed\xa0\x80<"), FFFD FFFD FFFD FFFD FFFD "&lt;"}, /* overlong <, surrogate */
		{TOMB_STR("\xf0\x9f\x98<"), FFFD "&lt;"}, /* a piece does not swallow what follows */
	};

	(void)state;
	check_strs(tomb_html_text, rows, TOMB_COUNTOF(rows));
}

static void an_address_is_http_mailto_or_relative(void **state)
{
	const struct str_row rows[] = {
		{TOMB_STR(""), ""},
		{TOMB_STR("/a?b=c&d#e"), "/a?b=c&amp;d#e"},
		{TOMB_STR("https://h/?a=b:c"), "https://h/?a=b:c"},
		{TOMB_STR("HTTP://h/"), "HTTP://h/"},
		{TOMB_STR("mailto:a@b.org"), "mailto:a@b.org"},
		{TOMB_STR("a/b:c"), "a/b:c"},
		{TOMB_STR("javascript:x"), "#"},
		{TOMB_STR("JavaScript:x"), "#"},
		{TOMB_STR(" javascript:x"), "#"},
		{TOMB_STR("\1javascript:x"), "#"},
		{TOMB_STR("java\nscript:x"), "#"},
		{TOMB_STR("java\0script:x"), "#"},
		{TOMB_STR("data:text/html,x"), "#"},
		{TOMB_STR("s3://bucket/key"), "#"},
		{TOMB_STR(":x"), "#"},
		{TOMB_STR("/a\nb"), "#"},
		{TOMB_STR("/\xff"), "/" FFFD},
	};

	(void)state;
	check_strs(tomb_html_url, rows, TOMB_COUNTOF(rows));
}

static void a_segment_stays_one_segment(void **state)
{
	const struct str_row rows[] = {
		{TOMB_STR("a b/c?d#e%2f&\"'<"), "a%20b%2Fc%3Fd%23e%252f%26%22%27%3C"},
		{TOMB_STR(""), "%EF%BF%BD"},
		{TOMB_STR("."), "%EF%BF%BD"},
		{TOMB_STR(".."), "%EF%BF%BD"},
		{TOMB_STR("..."), "..."},
		{TOMB_STR("test.edu/bag/data/\xc3\xa9"), "test.edu%2Fbag%2Fdata%2F%C3%A9"},
	};

	(void)state;
	check_strs(tomb_html_url_segment, rows, TOMB_COUNTOF(rows));
}

static void a_query_value_stays_one_value(void **state)
{
	const struct str_row rows[] = {
		{TOMB_STR(""), ""},
		{TOMB_STR(".."), ".."},
		{TOMB_STR("a=b&c+d;e"), "a%3Db%26c%2Bd%3Be"},
	};

	(void)state;
	check_strs(tomb_html_url_query, rows, TOMB_COUNTOF(rows));
}

static void numbers_are_written_whole(void **state)
{
	static const struct int_row rows[] = {
		{0, "0"}, {INT64_MIN, "-9223372036854775808"}, {INT64_MAX, "9223372036854775807"}};

	(void)state;
	check_ints(tomb_html_int, rows, TOMB_COUNTOF(rows));
}

static void sizes_are_rounded_for_people(void **state)
{
	static const struct int_row rows[] = {
		{0, "0 bytes"},
		{1, "1 byte"},
		{999, "999 bytes"},
		{1000, "1.0 kB"},
		{1049, "1.0 kB"},
		{1050, "1.1 kB"},
		{999949, "999.9 kB"},
		{999950, "1.0 MB"},
		{1200000000, "1.2 GB"},
		{5000000000000, "5.0 TB"},
		{999950000000000000, "1.0 EB"},
		{INT64_MAX, "9.2 EB"},
		{-1, "-1 byte"},
		{INT64_MIN, "-9.2 EB"},
	};

	(void)state;
	check_ints(tomb_html_size, rows, TOMB_COUNTOF(rows));
}

static void times_are_utc_for_people_and_machines(void **state)
{
	static const struct int_row element[] = {
		{1767322445999999, "<time datetime=\"2026-01-02T02:54:05Z\">2026-01-02 02:54:05 UTC</time>"},
		{-1, "<time datetime=\"1969-12-31T23:59:59Z\">1969-12-31 23:59:59 UTC</time>"},
	};
	static const struct int_row iso[] = {{0, "1970-01-01T00:00:00Z"}, {INT64_MAX, "9999-12-31T23:59:59Z"}};

	(void)state;
	check_ints(tomb_html_time, element, TOMB_COUNTOF(element));
	check_ints(tomb_html_time_iso, iso, TOMB_COUNTOF(iso));
}

/* A page with s in every text field. */
static void render(struct tomb_buf *out, struct tomb_str s, struct tomb_str link)
{
	const struct html_frame_crumbs crumb = {.label = s, .link = link};
	const struct html_places_rows_copies_tries tries[] = {{7, TOMB_STR("timeout")}, {8, TOMB_STR("<gone>")}};
	const struct html_places_rows_copies copies[] = {{s, tries, 2, TOMB_STR("inner")}, {s, NULL, 0, s}};
	const struct html_places_rows rows[] = {{s, s, 1200, copies, 2}, {TOMB_STR("outer"), s, 0, copies, 1}};
	const struct html_places page = {
		.frame = {.title = s, .signed_in = true, .user = s, .crumbs = &crumb, .ncrumbs = 1},
		.pages = {.next = link, .at = 3},
		.text = s,
		.link = link,
		.id = s,
		.n = INT64_MIN,
		.yes = true,
		.bytes = 1000,
		.rows = rows,
		.nrows = 2,
	};

	html_places(out, &page);
	assert_int_equal(out->broken, TOMB_OK);
}

static void no_field_leaves_its_place(void **state)
{
	const struct tomb_str nasty[] = {TOMB_STR("<script>alert(1)</script>"), TOMB_STR("\" onmouseover=\"x"),
		TOMB_STR("' x='"), TOMB_STR("&lt;"), TOMB_STR("a\0b"), TOMB_STR("javascript:alert(1)"),
		TOMB_STR(" javascript:x"), TOMB_STR("java\tscript:x"), TOMB_STR("data:text/html,x"),
		TOMB_STR("//host/x"), TOMB_STR("https://h/?a=b&c=d"), TOMB_STR("-->"), TOMB_STR("</title><p>"),
		TOMB_STR("</textarea><p>"), TOMB_STR(".."), TOMB_STR("\\\\h\\x"), TOMB_STR("\xff\xfe"),
		TOMB_STR("a?b#c/d&e=f"), TOMB_STR("")};
	TOMB_BUF_AUTO calm = tomb_buf_init(1 << 16);
	TOMB_BUF_AUTO expected = tomb_buf_init(1 << 16);

	(void)state;
	render(&calm, TOMB_STR("x"), TOMB_STR("/l"));
	skeleton_put(&expected, (struct tomb_str){calm.p, calm.n}, true);
	for (size_t i = 0; i < TOMB_COUNTOF(nasty); i++) {
		TOMB_BUF_AUTO wild = tomb_buf_init(1 << 16);
		TOMB_BUF_AUTO found = tomb_buf_init(1 << 16);

		render(&wild, nasty[i], TOMB_STR("/l"));
		skeleton_put(&found, (struct tomb_str){wild.p, wild.n}, true);
		assert_string_equal(found.p, expected.p);
		tomb_buf_reset(&wild);
		render(&wild, nasty[i], nasty[i]);
		assert_true(skeleton_has_safe_urls((struct tomb_str){wild.p, wild.n}));
	}
}

/* So that the test above can fail. */
static void the_skeleton_shows_what_an_unescaped_field_would_do(void **state)
{
	TOMB_BUF_AUTO out = tomb_buf_init(1 << 16);

	(void)state;
	skeleton_put(&out, TOMB_STR("<!-- <x> --><title><b></title><a href=\"/a?b\" x='>' y=z on>t</a>"), true);
	assert_string_equal(out.p, "(comment)<title></title><a href/? x y (not quoted) on></a>");
	assert_false(skeleton_has_safe_urls(TOMB_STR("<a href=\" java\nscript:x\">")));
	assert_false(skeleton_has_safe_urls(TOMB_STR("<a href=\"&#106;avascript:x\">")));
	assert_false(skeleton_has_safe_urls(TOMB_STR("<form action='averylongscheme:x'>")));
	assert_true(skeleton_has_safe_urls(TOMB_STR("<a href=\"HTTPS://h\"><a href=\"/a:b\">")));
}

static void the_page_reads_as_its_template_says(void **state)
{
	static const char *const parts[] = {
		"<html lang=\"en\"><head><!-- a comment --><title>x&amp;</title></head>\n<body class=\"in\">\n<nav><a",
		"</nav>\n<h1 title=\"x&amp;\" data-x='x&amp;'>x&amp;</h1>\n<p>-9223372036854775808 of 1.0 kB at <time ",
		" ?\?/ \"q\" 'q' \\n</p>\n",
		"<a href=\"/files/x%26/show?name=x%26&amp;n=-9223372036854775808#x%26\">composed</a>",
		"<a href=\"?after=x%26&amp;at=1970-01-01T00:00:00Z\">query</a>",
		" <a href=\"https://host/x%26.csv\">host</a>",
		"<form action=\"/a/x%26\" method=\"post\"><button formaction=\"/b/-9223372036854775808\" disabled>",
		"<input value=\"x&amp;\" checked><textarea>x&amp; 1970-01-01T00:00:00Z</textarea>",
		"max=\"1000\"></progress>\n<table>\n",
		"<tr id='row-x&amp;'><td>x&amp;</td><td title=\"1.2 kB\">1200</td><td>1.2 kB</td></tr>",
		"<td>inner x&amp; 7 timeout inner x&amp; 8 &lt;gone&gt; inner x&amp;</td>", /* the nearest id wins */
		"<td>x&amp; x&amp;</td>", "<tr id='row-outer'>", "<a href=\"/l\">after 3</a>",
		"<footer>x&amp;</footer>\n</body></html>"};
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);
	const char *p = NULL;

	(void)state;
	render(&b, TOMB_STR("x&"), TOMB_STR("/l"));
	p = b.p;
	for (size_t i = 0; i < TOMB_COUNTOF(parts); i++) {
		const char *found = strstr(p, parts[i]);

		if (!found)
			print_error("%s\nis not in\n%s\n", parts[i], p);
		assert_non_null(found);
		p = found + strlen(parts[i]);
	}
	assert_int_equal(*p, '\0');
}

static void an_empty_list_takes_the_other_branch(void **state)
{
	const struct html_places page = {.text = TOMB_STR("t"), .link = TOMB_STR("/l")};
	const struct html_bare bare = {.nrows = 0};
	TOMB_BUF_AUTO b = tomb_buf_init(1 << 16);

	(void)state;
	html_places(&b, &page);
	assert_non_null(strstr(b.p, "<body>\n<h1"));
	assert_non_null(strstr(b.p, "<form action=\"/l\""));
	assert_non_null(strstr(b.p, "<input value=\"t\" readonly title=\"0\">"));
	assert_non_null(strstr(b.p, "<p>no rows</p>\n\n<footer></footer>"));
	tomb_buf_reset(&b);
	html_bare(&b, &bare);
	assert_string_equal(b.p, "<p>no field is used here</p>");
}

static void a_full_buffer_says_so_once(void **state)
{
	const struct html_places page = {.text = TOMB_STR("<\xff>"), .at = INT64_MAX};
	struct tomb_str out = {NULL, 7};
	struct tomb_err err;
	size_t max = 0;

	(void)state;
	for (;; max++) {
		TOMB_BUF_AUTO b = tomb_buf_init(max);

		html_places(&b, &page);
		assert_true(b.n <= max);
		if (tomb_buf_done(&b, &out, &err) == TOMB_OK)
			break;
		assert_int_equal(err.code, TOMB_TOOBIG);
		assert_int_equal(out.n, 7); /* untouched on failure */
	}
	assert_int_equal(out.n, max);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_cannot_become_markup_and_is_always_utf_8),
		cmocka_unit_test(an_address_is_http_mailto_or_relative),
		cmocka_unit_test(a_segment_stays_one_segment),
		cmocka_unit_test(a_query_value_stays_one_value),
		cmocka_unit_test(numbers_are_written_whole),
		cmocka_unit_test(sizes_are_rounded_for_people),
		cmocka_unit_test(times_are_utc_for_people_and_machines),
		cmocka_unit_test(no_field_leaves_its_place),
		cmocka_unit_test(the_skeleton_shows_what_an_unescaped_field_would_do),
		cmocka_unit_test(the_page_reads_as_its_template_says),
		cmocka_unit_test(an_empty_list_takes_the_other_branch),
		cmocka_unit_test(a_full_buffer_says_so_once),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}

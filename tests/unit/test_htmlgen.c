/* The template compiler refuses what it cannot make safe, and says where.  Runs the tool itself. */
#include "tombstone/base.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

#define HEAD "{{struct t: str s, int n, bool b, size z, time at, each rows: str x, each deep: str y end end}}\n"

struct bad {
	const char *page;
	const char *part; /* part/p.html */
	const char *message;
};

static const struct bad places[] = {
	{HEAD "<p {{s}}>", "", "page.html:2: field s cannot stand in a tag"},
	{HEAD "<p{{s}}>", "", "page.html:2: field s cannot stand in the name of a tag"},
	{HEAD "<{{s}}>", "", "page.html:2: field s cannot stand after <"},
	{HEAD "</{{s}}>", "", "page.html:2: field s cannot stand after </"},
	{HEAD "<p a{{s}}>", "", "page.html:2: field s cannot stand in the name of an attribute"},
	{HEAD "<p id={{s}}>", "", "page.html:2: field s cannot stand as a value without quotes"},
	{HEAD "<p id=a{{s}}>", "", "page.html:2: field s cannot stand in a value without quotes"},
	{HEAD "<p id =\n{{s}}>", "", "page.html:3: field s cannot stand as a value without quotes"},
	{HEAD "<p id=\"a\"{{s}}>", "", "page.html:2: field s cannot stand in a tag"},
	{HEAD "<a/{{s}}>", "", "page.html:2: field s cannot stand in a tag"},
	{HEAD "<!-- {{s}} -->", "", "page.html:2: field s cannot stand in a comment"},
	{HEAD "<!--> {{s}}\n<!---> {{s}}\n<!-- --!> {{s}}\n<!-- --- --> {{s}}\n<!-- -- > --!-> {{s}}", "",
		"page.html:6: field s cannot stand in a comment"},
	{HEAD "<!--! -->", "", "page.html:2: write &lt; for a '<' that begins no tag"},
	{HEAD "<!doctype {{s}}>", "", "page.html:2: field s cannot stand in a declaration"},
	{HEAD "<script>{{s}}</script>", "", "page.html:2: field s cannot stand in a script"},
	{HEAD "<script src=\"/x\"></script><SCRIPT>let x</SCRIPT>", "", "page.html:2: scripts belong in static files"},
	{HEAD "<script src=\"{{s}}\"></script>", "", "page.html:2: no field may say what <script> loads"},
	{HEAD "<link href=\"{{s}}\">", "", "page.html:2: no field may say what <link> loads"},
	{HEAD "<style>p{}</style>", "", "page.html:2: <style> is refused in templates"},
	{HEAD "<iframe{{if b}} id=\"x\"{{end}}>", "", "page.html:2: <iframe> is refused in templates"},
	{HEAD "<p style=\"{{s}}\">", "", "page.html:2: style= is refused: scripts and styles belong in static files"},
	{HEAD "<p OnClick = \"x\">", "", "page.html:2: onclick= is refused: scripts and styles belong in static files"},
	{HEAD "<p onclick{{if b}} id=\"x\"{{end}}>", "",
		"page.html:2: onclick= is refused: scripts and styles belong in static files"},
	{HEAD "<p srcdoc='x'>", "", "page.html:2: srcdoc= is refused: scripts and styles belong in static files"},
	{HEAD "<img srcset=\"{{s}}\">", "",
		"page.html:2: field s in srcset=: it is not among the attributes that hold only text"},
	{HEAD "<a ping=\"/x/{{s}}\">", "",
		"page.html:2: field s in ping=: it is not among the attributes that hold only text"},
	{HEAD "<a target=\"{{s}}\">", "",
		"page.html:2: field s in target=: it is not among the attributes that hold only text"},
	{HEAD "<meta http-equiv=\"refresh\" content=\"{{n}}; url={{s}}\">", "",
		"page.html:2: only an int may stand in content= of <meta>"},
	{HEAD "<p title=\"{{s}}", "", "page.html:2: the page ends inside a tag, a comment or a title"},
	{HEAD "<title>{{s}}</titles>", "", "page.html:2: the page ends inside a tag, a comment or a title"},
	{HEAD "1 < 2", "", "page.html:2: write &lt; for a '<' that begins no tag"},
	{HEAD "</ p>", "", "page.html:2: expected the name of an end tag"},
	{HEAD "</p id=\"x\">", "", "page.html:2: an end tag has no attributes"},
	{HEAD "<p id=\"x\"class=\"y\">", "", "page.html:2: expected a space, '/' or '>' here"},
	{HEAD "<p id=>", "", "page.html:2: id= has no value"},
	{HEAD "<p id=a\"b>", "", "page.html:2: put the value of id= in quotes"},
	{HEAD "<p \"x>", "", "page.html:2: '\"' cannot stand in the name of an attribute"},
	{HEAD "<p<b>", "", "page.html:2: '<' cannot stand in the name of a tag"},
};

static const struct bad addresses[] = {
	{HEAD "<a href=\"{{s}}/x\">", "",
		"page.html:2: a field in href= must be the whole address, or come after what settles it"},
	{HEAD "<a href=\"{{s}}{{s}}\">", "",
		"page.html:2: field s in href=: nothing may follow a field that is the whole address"},
	{HEAD "<a href='x{{s}}'>", "",
		"page.html:2: field s in href=: what is before the field must settle the address: begin with / or ?"},
	{HEAD "<a href='//{{s}}/'>", "",
		"page.html:2: field s in href=: what is before the field must settle the host"},
	{HEAD "<a href='/\\{{s}}/'>", "",
		"page.html:2: field s in href=: what is before the field must settle the host"},
	{HEAD "<a href='http:{{s}}'>", "",
		"page.html:2: field s in href=: what is before the field must settle the host"},
	{HEAD "<a href='http://h{{s}}'>", "",
		"page.html:2: field s in href=: what is before the field must settle the host"},
	{HEAD "<a href='javascript://h/%0a{{s}}'>", "",
		"page.html:2: field s in href=: no field may stand in an address of this scheme"},
	{HEAD "<a href='&#106;avascript:{{n}}'>", "",
		"page.html:2: field n in href=: no field may stand in an address of this scheme"},
	{HEAD "<a href=' /{{s}}'>", "", "page.html:2: a blank in the address of href="},
	{HEAD "<a href='/{{s}}{{s}}'>", "",
		"page.html:2: field s in href=: put something other than '.' or '%' between the fields of a path"},
	{HEAD "<a href='/a/.{{s}}'>", "",
		"page.html:2: field s in href=: put something other than '.' or '%' between the fields of a path"},
	{HEAD "<a href='/{{z}}'>", "", "page.html:2: field z in href=: only a str or an int may stand in a path"},
	{HEAD "<a href='{{n}}'>", "", "page.html:2: field n in href=: the whole address must be a str"},
	{HEAD "<a href='/a{{if b}}?q={{end}}{{s}}'>", "",
		"page.html:2: field s in href=: the branches before it end in different parts of the address"},
};

static const struct bad blocks[] = {
	{HEAD "{{if b}}<p>", "", "page.html:2: the block has no {{end}}"},
	{HEAD "<p>{{end}}", "", "page.html:2: {{end}} without a beginning"},
	{HEAD "{{else}}", "", "page.html:2: {{else}} without {{if}}"},
	{HEAD "{{each rows}}{{else}}{{end}}", "", "page.html:2: {{else}} without {{if}}"},
	{HEAD "{{if b}}{{else}}{{else}}{{end}}", "", "page.html:2: {{else}} after {{else}}"},
	{HEAD "{{if b}}<p title=\"{{else}}<p class=\"{{end}}{{s}}\">", "",
		"page.html:2: one branch ends in a value, the other in a value"},
	{HEAD "{{if b}}<p {{end}}", "", "page.html:2: one branch ends in a tag, the other in text"},
	{HEAD "<p{{if b}}re{{end}}>", "", "page.html:2: expected a space, '/' or '>' here"},
	{HEAD "<p id{{if b}}x{{end}}>", "", "page.html:2: expected a space, '/' or '>' here"},
	{HEAD "<p {{if b}}id{{end}}=\"x\">", "", "page.html:2: expected a space, '/' or '>' here"},
	{HEAD "<p id{{if b}} class{{end}}=\"x\">", "", "page.html:2: expected a space, '/' or '>' here"},
	{HEAD "<p id={{if b}}\"x\"{{end}}>", "", "page.html:2: a block cannot begin or end as a value without quotes"},
	{HEAD "<!-- {{if b}} --> {{end}}", "", "page.html:2: a block cannot begin or end in a comment"},
	{HEAD "<p {{each rows}}id=\"x\"{{end}}>", "",
		"page.html:2: a loop begins in a tag and ends in a tag, in another part of it"},
	{HEAD "<a href=\"{{each rows}}/{{x}}{{end}}\">", "",
		"page.html:2: a loop begins in a value and ends in a value, in another part of it"},
};

static const struct bad fields[] = {
	{"<p>", "", "page.html:1: expected {{struct NAME: ...}} at the top"},
	{"{{struct t}}<p>", "", "page.html:1: expected ':' after t"},
	{"{{struct t: int}}", "", "page.html:1: expected the name of a field"},
	{"{{struct t: float x}}", "", "page.html:1: float is not a type: str, int, bool, size, time or each"},
	{"{{struct t: str x, int x}}", "", "page.html:1: there is a field x already"},
	{"{{struct t: int nrows, each rows: str x end}}", "",
		"page.html:1: nrows and rows: one is a list, and the other the name of its length"},
	{"{{struct t: str default}}", "", "page.html:1: a field cannot be called default"},
	{"{{struct t: str X}}", "", "page.html:1: 'X' cannot stand in a header"},
	{"{{struct t: each rows: str x}}", "", "page.html:1: a list has no end"},
	{"{{struct t: each rows: end}}", "", "page.html:1: a list needs a field"},
	{"{{struct t: str x end}}", "", "page.html:1: end without each"},
	{"{{struct t:}}<p>", "", "page.html:1: struct t has no field"},
	{HEAD "{{q}}", "", "page.html:2: there is no field q in struct t"},
	{HEAD "{{each rows}}{{q}}{{end}}", "", "page.html:2: there is no field q in struct t_rows"},
	{HEAD "{{x}}", "", "page.html:2: there is no field x in struct t"},
	{HEAD "{{b}}", "", "page.html:2: b is a bool: use {{if b}}"},
	{HEAD "{{rows}}", "", "page.html:2: rows is a list: use {{each rows}}"},
	{HEAD "{{each s}}{{end}}", "", "page.html:2: s is not a list"},
	{HEAD "{{int s}}", "", "page.html:2: {{int s}}: it is not a number"},
	{HEAD "{{s.q}}", "", "page.html:2: s is not a struct"},
	{HEAD "{{S}}", "", "page.html:2: not understood: {{S}}"},
	{HEAD "{{raw s}}", "", "page.html:2: not understood: {{raw s}}"},
	{HEAD "{{}}", "", "page.html:2: not understood: {{}}"},
	{HEAD "{{s", "", "page.html:2: {{ without }}"},
	{HEAD "\r\n", "", "page.html:2: control character 0x0d"},
	{HEAD, "", "page.html:1: the page is empty"},
};

static const struct bad files[] = {
	{HEAD "{{> part/p}}", "<p>\n{{q}}", "part/p.html:2: there is no field q in struct t"},
	{HEAD "{{> part/p}}", "{{if b}}", "part/p.html:1: the block has no {{end}}"},
	{HEAD "{{if b}}{{> part/p}}{{end}}", "{{end}}", "part/p.html:1: {{end}} without a beginning"},
	{HEAD "{{> part/p}}", "{{> part/p}}", "part/p.html:1: part/p.html includes itself"},
	{HEAD "{{> ../p}}", "", "page.html:2: not the name of a part: ../p"},
	{HEAD "{{> part/../../p}}", "", "page.html:2: not the name of a part: part/../../p"},
	{HEAD "{{> /etc/passwd}}", "", "page.html:2: not the name of a part: /etc/passwd"},
	{HEAD "{{> part/none}}", "", "part/none.html: No such file or directory"},
	{HEAD "{{> part/p}}", "{{fields p:}}", "part/p.html:1: {{fields}} without a field"},
	{HEAD "{{> part/p}}{{p}}", "{{fields p: int n}}", "page.html:2: p is a struct: name a field of it"},
	{HEAD "{{> part/p}}{{p.q}}", "{{fields p: int n}}", "page.html:2: there is no field q in struct p"},
	{HEAD "{{> part/p}}", "{{fields t: int n}}", "part/p.html:1: struct html_t is declared in page.html already"},
	{HEAD "{{> part/p}}", "{{fields s: int n}}", "part/p.html:1: there is a field s already"},
	{HEAD "{{> part/p}}", "x{{fields s: int n}}",
		"part/p.html:1: {{fields}} belongs at the top of a layout or part"},
	{HEAD "{{> part/p}}", "{{body}}", "part/p.html:1: {{body}} belongs in a layout"},
	{HEAD "{{body}}", "", "page.html:2: {{body}} belongs in a layout"},
	{HEAD "{{layout part/p}}", "", "page.html:2: {{layout}} belongs at the top of a page"},
	{HEAD HEAD, "", "page.html:2: {{struct}} belongs at the top of a page"},
	{"{{layout part/p}}" HEAD, "<p>", "part/p.html:1: a layout has one {{body}}"},
	{"{{layout part/p}}" HEAD, "{{body}}\n{{body}}", "part/p.html:2: a layout has one {{body}}"},
	{"{{layout part/p}}" HEAD, "{{if b}}{{body}}{{end}}", "part/p.html:1: {{body}} cannot stand in a block"},
	{"{{layout part/p}}" HEAD "</p>", "<p {{body}}", "page.html:2: '<' cannot stand in the name of an attribute"},
};

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void read_file(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, size - 1, f)] = '\0';
	(void)fclose(f);
}

/* Compiles page.html; returns the exit status, and what the tool said. */
static int compile(const struct bad *t, char *said, size_t size)
{
	static char words[][PATH_MAX] = {TOMB_HTMLGEN, "out.h", "out.c", "page.html"};
	char *const argv[] = {words[0], words[1], words[2], words[3], NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	int status = -1;

	write_file("page.html", t->page);
	write_file("part/p.html", t->part);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 2, "said", O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
	assert_int_equal(posix_spawn(&pid, argv[0], &actions, NULL, argv, environ), 0);
	assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	read_file("said", said, size);
	return status;
}

static void check(const struct bad *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char said[1024];
		int status = compile(&table[i], said, sizeof said);

		said[strcspn(said, "\n")] = '\0';
		if (strcmp(said, table[i].message) != 0)
			print_error("for: %s\n", table[i].page);
		assert_string_equal(said, table[i].message);
		assert_int_equal(WEXITSTATUS(status), 1);
		assert_int_equal(access("out.c", F_OK), -1);
	}
}

static void a_field_where_no_escaping_is_safe_is_refused(void **state)
{
	(void)state;
	check(places, TOMB_COUNTOF(places));
}

static void a_field_cannot_choose_the_scheme_or_host_of_an_address(void **state)
{
	(void)state;
	check(addresses, TOMB_COUNTOF(addresses));
}

static void a_block_cannot_join_two_places(void **state)
{
	(void)state;
	check(blocks, TOMB_COUNTOF(blocks));
}

static void a_field_must_be_declared_and_fit(void **state)
{
	(void)state;
	check(fields, TOMB_COUNTOF(fields));
}

static void a_mistake_in_a_part_is_reported_in_that_part(void **state)
{
	(void)state;
	check(files, TOMB_COUNTOF(files));
}

static void a_good_page_is_compiled_without_a_word(void **state)
{
	static const struct bad good = {HEAD "<p class='{{s}}'{{if b}} hidden{{end}}>{{> part/p}}", "{{s}}", ""};
	char said[1024];

	(void)state;
	assert_int_equal(compile(&good, said, sizeof said), 0);
	assert_string_equal(said, "");
	assert_int_equal(access("out.h", F_OK) | access("out.c", F_OK), 0);
	assert_int_equal(unlink("out.h") | unlink("out.c"), 0);
}

static char folder[] = "/tmp/tomb-htmlgen-XXXXXX";

static int enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 && mkdir("part", 0700) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink("page.html");
	(void)unlink("part/p.html");
	(void)unlink("said");
	(void)rmdir("part");
	return chdir("/") | rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_where_no_escaping_is_safe_is_refused),
		cmocka_unit_test(a_field_cannot_choose_the_scheme_or_host_of_an_address),
		cmocka_unit_test(a_block_cannot_join_two_places),
		cmocka_unit_test(a_field_must_be_declared_and_fit),
		cmocka_unit_test(a_mistake_in_a_part_is_reported_in_that_part),
		cmocka_unit_test(a_good_page_is_compiled_without_a_word),
	};

	return cmocka_run_group_tests_name("htmlgen", tests, enter_folder, remove_folder);
}

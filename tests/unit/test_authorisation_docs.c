/* docs/authorisation.md is what the table of permissions says.  With --write it makes the file anew. */
#include "tombstone/permission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DOCS_MAX = 64 * 1024 };

static const char docs_path[] = TOMB_TESTS_DIR "/../docs/authorisation.md";

static const char intro[] =
	"# Who may do what\n"
	"\n"
	"This page is made from `include/tombstone/permission.def`, the one table that the service asks too. To make "
	"it\n"
	"anew: `build/tests/unit_test_authorisation_docs --write`.\n"
	"\n"
	"A person has one role. **Users** and **admins** belong to the institution whose holdings they look after;\n"
	"**operators** run the repository. An API key has the rights of the person who made it. The operator's "
	"command\n"
	"`tombstone` may do all of it, because whoever can run it can reach the database.\n"
	"\n"
	"Besides, a person may have **duties**: editor, digitization coordinator, repository manager, harvest admin. "
	"Each\n"
	"adds what the last column says, in the person's own institution, and nothing else. Admins give and take the "
	"first\n"
	"three in their institution, operators all of them; both count from the next request on.\n"
	"\n"
	"| what | user | admin | operator | by duty |\n"
	"|---|---|---|---|---|\n";

static const char outro[] =
	"\n"
	"- *own* means: of their own account.\n"
	"- *institution* means: of their own institution. What is another institution's is answered as if it were not\n"
	"  there (404), or refused (403).\n"
	"- *all* means: of every institution.\n"
	"- Nobody restores a record without the duty of a repository manager, whatever their role.\n"
	"- A dash means never: the service answers 403 before it looks at what was asked for.\n"
	"\n"
	"What the table allows may still be refused for what it is about:\n"
	"\n"
	"- A deletion takes two people. Nobody decides their own request, and nobody decides without the token from\n"
	"  their mail. Operators decide only where an institution has a single admin and asked for that.\n"
	"- Operators never request deletions for themselves; in an admin's name they can, and the institution's "
	"admins\n"
	"  decide.\n"
	"- Admins look after the accounts of users; only operators look after admins and operators.\n"
	"- Holds, minimum retention and pending work refuse everybody.\n"
	"- Whoever is deactivated has no rights from that moment on: sessions, API keys and tokens end at once, and "
	"what\n"
	"  they had asked for is not executed.\n"
	"\n"
	"The HTTP routes name their line of the table in `registry/service/api/routes.def` and\n"
	"`registry/service/pages/routes.def`; `tests/integration/test_authorisation_*.c` asks every route as each "
	"role,\n"
	"with the own and with another institution's things.\n";

static void put_scope(struct tomb_buf *b, enum tomb_role role, enum tomb_permission permission)
{
	static const char *const words[] = {
		[TOMB_SCOPE_NONE] = " \u2013 |",
		[TOMB_SCOPE_SELF] = " own |",
		[TOMB_SCOPE_OWN] = " institution |",
		[TOMB_SCOPE_ALL] = " all |",
	};

	tomb_buf_put(b, tomb_str_from(words[tomb_permission_of_role(role, permission)]));
}

static void put_duties(struct tomb_buf *b, enum tomb_permission permission)
{
	bool any = false;

	for (int d = 0; d < TOMB_DUTY_MAX; d++)
		if (tomb_permission_of_duties(TOMB_DUTY_BIT(d), permission) != TOMB_SCOPE_NONE) {
			tomb_buf_putf(b, "%s %.*s", any ? "," : "", TOMB_STR_ARG(tomb_duty_label((enum tomb_duty)d)));
			any = true;
		}
	tomb_buf_put(b, any ? TOMB_STR(" |") : tomb_str_from(" \u2013 |"));
}

static struct tomb_str render(struct tomb_buf *b)
{
	struct tomb_str text = {NULL, 0};
	struct tomb_err err;

	tomb_buf_put(b, tomb_str_from(intro));
	for (int p = 0; p < TOMB_MAY_MAX; p++) {
		tomb_buf_putf(b, "| %.*s |", TOMB_STR_ARG(tomb_permission_words((enum tomb_permission)p)));
		put_scope(b, TOMB_ROLE_INST_USER, (enum tomb_permission)p);
		put_scope(b, TOMB_ROLE_INST_ADMIN, (enum tomb_permission)p);
		put_scope(b, TOMB_ROLE_SYSADMIN, (enum tomb_permission)p);
		put_duties(b, (enum tomb_permission)p);
		tomb_buf_put(b, TOMB_STR("\n"));
	}
	tomb_buf_put(b, tomb_str_from(outro));
	assert_int_equal(tomb_buf_done(b, &text, &err), TOMB_OK);
	return text;
}

static void the_page_says_what_the_table_says(void **state)
{
	TOMB_BUF_AUTO b = tomb_buf_init(DOCS_MAX);
	struct tomb_str wanted = render(&b);
	static char docs[DOCS_MAX];
	FILE *f = fopen(docs_path, "r");
	size_t n = 0;

	(void)state;
	if (!f)
		fail_msg("%s cannot be read", docs_path);
	n = fread(docs, 1, sizeof docs, f);
	assert_int_equal(fclose(f), 0);
	if (!tomb_str_eq((struct tomb_str){docs, n}, wanted))
		fail_msg("%s is not what permission.def says: make it anew by "
			 "build/tests/unit_test_authorisation_docs --write",
			docs_path);
}

static int write_docs(void)
{
	TOMB_BUF_AUTO b = tomb_buf_init(DOCS_MAX);
	struct tomb_str text = render(&b);
	FILE *f = fopen(docs_path, "w");
	bool written = f && fwrite(text.p, 1, text.n, f) == text.n;

	return f && fclose(f) == 0 && written ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_says_what_the_table_says),
	};

	if (argc == 2 && strcmp(argv[1], "--write") == 0)
		return write_docs();
	return cmocka_run_group_tests_name("the page on authorisation", tests, NULL, NULL);
}

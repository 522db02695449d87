/* What the mails about deletions say of the reason: the vocabulary's sentence, what was written, both, or that none was
 * given. */
#include "../../registry/service/deletion_mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void says(const char *reason_text, const char *reason, const char *line)
{
	const struct tomb_outbox_mail mail = {.type = TOMB_STR("Deletion Requested"), .to_name = TOMB_STR("Bob")};
	const struct tomb_outbox_request request = {.id = 7,
		.institution = TOMB_STR("test.edu"),
		.reason = tomb_str_from(reason),
		.reason_text = tomb_str_from(reason_text),
		.items = 1};
	const struct tomb_deletion_mail facts = {
		&mail, &request, TOMB_STR("token"), TOMB_STR("https://registry.test.edu")};
	TOMB_BUF_AUTO subject = tomb_buf_init(TOMB_DELETION_MAIL_SUBJECT_MAX);
	TOMB_BUF_AUTO text = tomb_buf_init(TOMB_DELETION_MAIL_TEXT_MAX);
	struct tomb_err err;

	assert_int_equal(tomb_deletion_mail_write(&facts, &subject, &text, &err), TOMB_OK);
	if (!strstr(text.p, line))
		fail_msg("no \"%s\" in:\n%s", line, text.p);
}

static void the_reason_is_said_in_whatever_form_it_was_given(void **state)
{
	(void)state;
	says("It holds personal data", "Letters name patients.",
		"\nReason:       It holds personal data: Letters name patients.\n");
	says("It holds personal data", "", "\nReason:       It holds personal data\n");
	says("", "no longer needed", "\nReason:       no longer needed\n");
	says("", "", "\nReason:       none given\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_reason_is_said_in_whatever_form_it_was_given)};

	return cmocka_run_group_tests_name("mails about deletions", tests, NULL, NULL);
}

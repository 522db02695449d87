/* Mails handed to a real SMTP server, and read back by somebody else's decoder. */
#include "servers.h"
#include "tombstone/clock.h"
#include "tombstone/smtp_client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct server *server; /* without TLS and sign-in */

static int start(void **state)
{
	(void)state;
	server = smtp_server_start(NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	server_end(server);
	return 0;
}

static struct tomb_mail mail_to(const char *to)
{
	return (struct tomb_mail){
		.from_name = TOMB_STR("Tombstone \xe2\x9c\x9d"),
		.from = TOMB_STR("tombstone@example.org"),
		.to = tomb_str_from(to),
		.subject = TOMB_STR("Deletion of 3 files requested"),
		.message_id = TOMB_STR("42@registry.example.org"),
		.date_us = INT64_C(1709251199000000),
		.body = TOMB_STR("Please decide.\n"),
	};
}

/* An open handle for a server; url is its own buffer. */
static struct tomb_smtp *open_to(const struct server *s, const char *scheme, struct tomb_smtp_options options)
{
	char url[64];
	struct tomb_smtp *smtp = NULL;
	struct tomb_err err = {.text = ""};

	(void)snprintf(url, sizeof url, "%s://127.0.0.1:%d", scheme, smtp_server_port(s));
	options.url = tomb_str_from(url);
	if (tomb_smtp_open(&smtp, &options, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	return smtp;
}

static void send_ok(struct tomb_smtp *smtp, const struct tomb_mail *mail)
{
	struct tomb_err err = {.text = ""};

	if (tomb_smtp_send(smtp, mail, &err) != TOMB_OK)
		fail_msg("%s", err.text);
}

static void assert_fails(struct tomb_smtp *smtp, const char *to, enum tomb_code code, const char *piece)
{
	const struct tomb_mail mail = mail_to(to);
	struct tomb_err err = {.text = ""};

	assert_int_equal(tomb_smtp_send(smtp, &mail, &err), code);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, piece))
		fail_msg("\"%s\" does not say \"%s\"", err.text, piece);
}

static void assert_newest(const struct server *s, const char *address, const char *expected)
{
	char *text = smtp_server_newest(s, address);

	assert_string_equal(text, expected);
	free(text);
}

static const struct tomb_smtp_options defaults = {.connect_ms = 5000, .total_ms = 20000};

static void a_mail_arrives_as_it_was_meant(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);
	struct tomb_mail mail = mail_to("first@example.edu");

	(void)state;
	mail.to_name = TOMB_STR("O'Neill, \"Jack\"");
	mail.subject = TOMB_STR("L\xc3\xb6schung von drei Dateien in der Sammlung \xe2\x80\x9e"
				"Br\xc3\xbc"
				"cken und T\xc3\xbcrme\xe2\x80\x9c, "
				"vorgeschlagen von J\xc3\xb6rg");
	mail.body = TOMB_STR("Sehr geehrte Admins,\n\n.dots\n..\nFrom here \nto\tthere\t\n\xf0\x9f\xaa\xa6 1=1 "
			     "https://registry.example.org/deletions/42?token=0123456789abcdef0123456789abcdef"
			     "0123456789abcdef0123456789abcdef\n");
	send_ok(smtp, &mail);
	assert_newest(server, "first@example.edu",
		"From: Tombstone \xe2\x9c\x9d <tombstone@example.org>\n"
		"To: \"O'Neill, \\\"Jack\\\"\" <first@example.edu>\n"
		"Subject: L\xc3\xb6schung von drei Dateien in der Sammlung \xe2\x80\x9e"
		"Br\xc3\xbc"
		"cken und T\xc3\xbcrme\xe2\x80\x9c, "
		"vorgeschlagen von J\xc3\xb6rg\n"
		"Message-ID: <42@registry.example.org>\n"
		"Date: Thu, 29 Feb 2024 23:59:59 +0000\n"
		"\n"
		"Sehr geehrte Admins,\n\n.dots\n..\nFrom here \nto\tthere\t\n\xf0\x9f\xaa\xa6 1=1 "
		"https://registry.example.org/deletions/42?token=0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef\n");
}

static void many_mails_go_over_one_connection(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);

	(void)state;
	for (int i = 0; i < 20; i++) {
		char to[32];
		struct tomb_mail mail;

		(void)snprintf(to, sizeof to, "many-%d@example.edu", i);
		mail = mail_to(to);
		mail.body = tomb_str_from(to);
		send_ok(smtp, &mail);
	}
	for (int i = 0; i < 20; i += 19) {
		char to[32];
		char *text = NULL;

		(void)snprintf(to, sizeof to, "many-%d@example.edu", i);
		text = smtp_server_newest(server, to);
		assert_non_null(strstr(text, to));
		free(text);
	}
}

static void the_largest_body_arrives_whole(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);
	struct tomb_mail mail = mail_to("large@example.edu");
	static char body[TOMB_MAIL_BODY_MAX];
	char *text = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = i % 1000 == 999 ? '\n' : "=.x \x7f"[i * i % 5];
	for (size_t i = 998; i < sizeof body; i += 1000)
		body[i] = '!'; /* blanks at the end of a line survive too, but the reader's library has views on them */
	body[sizeof body - 1] = '\n';
	mail.body = (struct tomb_str){body, sizeof body};
	send_ok(smtp, &mail);
	text = smtp_server_newest(server, "large@example.edu");
	assert_int_equal(strlen(strstr(text, "\n\n") + 2), sizeof body);
	assert_memory_equal(strstr(text, "\n\n") + 2, body, sizeof body);
	free(text);
}

static void an_empty_body_is_fine(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);
	struct tomb_mail mail = mail_to("empty@example.edu");
	char *text = NULL;

	(void)state;
	mail.body = TOMB_STR("");
	send_ok(smtp, &mail);
	text = smtp_server_newest(server, "empty@example.edu");
	assert_string_equal(strstr(text, "\n\n"), "\n\n");
	free(text);
}

static void what_cannot_be_built_is_not_sent(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);
	struct tomb_mail mail = mail_to("evil@example.edu");
	struct tomb_err err;
	char *text = NULL;

	(void)state;
	mail.subject = TOMB_STR("x\r\nBcc: other@example.edu");
	assert_int_equal(tomb_smtp_send(smtp, &mail, &err), TOMB_INVAL);
	mail = mail_to("a@b>\r\nRCPT TO:<other@example.edu");
	assert_int_equal(tomb_smtp_send(smtp, &mail, &err), TOMB_INVAL);
	text = smtp_server_newest(server, "evil@example.edu");
	assert_string_equal(text, "");
	free(text);
}

static void a_recipient_refused_for_good_is_invalid(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);

	(void)state;
	assert_fails(smtp, "unknown@example.edu", TOMB_INVAL, "refuses for good: 550 5.1.1 No such user here");
}

static void a_message_refused_for_good_is_invalid(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);

	(void)state;
	assert_fails(smtp, "refused@example.edu", TOMB_INVAL, "refuses for good: 554 5.7.1 Content refused");
}

static void not_now_is_worth_another_try(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);

	(void)state;
	assert_fails(smtp, "busy@example.edu", TOMB_NET, "450 4.2.1 Mailbox busy, try later");
	assert_fails(smtp, "later@example.edu", TOMB_NET, "451 4.7.1 Try again later");
}

static void a_refusal_about_us_is_worth_another_try(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);

	(void)state;
	assert_fails(smtp, "norelay@example.edu", TOMB_NET, "550 5.7.1 Relaying denied");
}

static void a_handle_works_on_after_refusals(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);
	const struct tomb_mail mail = mail_to("after@example.edu");
	char *text = NULL;

	(void)state;
	assert_fails(smtp, "unknown@example.edu", TOMB_INVAL, "550");
	assert_fails(smtp, "later@example.edu", TOMB_NET, "451");
	assert_fails(smtp, "vanish@example.edu", TOMB_UNCERTAIN, "did not say");
	send_ok(smtp, &mail);
	text = smtp_server_newest(server, "after@example.edu");
	assert_non_null(strstr(text, "Please decide."));
	free(text);
}

static void a_server_that_hangs_up_after_the_mail_leaves_us_uncertain(void **state)
{
	TOMB_SMTP_AUTO *smtp = open_to(server, "smtp", defaults);

	(void)state;
	assert_fails(smtp, "vanish@example.edu", TOMB_UNCERTAIN, "did not say whether it takes it");
}

static void a_server_that_does_not_answer_leaves_us_uncertain(void **state)
{
	const struct tomb_smtp_options impatient = {.connect_ms = 5000, .total_ms = 500};
	int64_t before = tomb_clock_monotonic_us(tomb_clock_real());
	struct tomb_smtp *smtp = open_to(server, "smtp", impatient);

	(void)state;
	assert_fails(smtp, "deaf@example.edu", TOMB_UNCERTAIN, "did not say whether it takes it");
	tomb_smtp_close(smtp);
	/* libcurl alone would wait another two minutes for an answer to QUIT. */
	assert_true(tomb_clock_monotonic_us(tomb_clock_real()) - before < INT64_C(60) * TOMB_US_PER_S);
}

static void an_absent_server_is_a_matter_of_the_network(void **state)
{
	struct server *mortal = smtp_server_start(NULL);
	TOMB_SMTP_AUTO *smtp = open_to(mortal, "smtp", defaults);
	const struct tomb_mail mail = mail_to("back@example.edu");
	char *text = NULL;

	(void)state;
	send_ok(smtp, &mail);
	server_kill(mortal);
	assert_fails(smtp, "x@example.edu", TOMB_NET, "smtp://127.0.0.1:");
	assert_fails(smtp, "x@example.edu", TOMB_NET, "connect to");
	server_start_again(mortal);
	send_ok(smtp, &mail);
	text = smtp_server_newest(mortal, "back@example.edu");
	assert_non_null(strstr(text, "Please decide."));
	free(text);
	server_end(mortal);
}

static void starttls_is_used_and_insisted_on(void **state)
{
	struct server *secure = smtp_server_start((const char *const[]){"--starttls", NULL});
	struct tomb_smtp_options options = defaults;
	const struct tomb_mail mail = mail_to("tls@example.edu");
	TOMB_SMTP_AUTO *trusting = NULL;
	TOMB_SMTP_AUTO *distrusting = NULL;
	TOMB_SMTP_AUTO *plain = NULL;
	TOMB_SMTP_AUTO *insisting = NULL;
	char *text = NULL;

	(void)state;
	plain = open_to(secure, "smtp", options);
	assert_fails(plain, "x@example.edu", TOMB_NET, "530");
	options.starttls = true;
	distrusting = open_to(secure, "smtp", options);
	assert_fails(distrusting, "x@example.edu", TOMB_NET, "certificate");
	insisting = open_to(server, "smtp", options);
	assert_fails(insisting, "x@example.edu", TOMB_NET, "STARTTLS");
	options.ca_file = tomb_str_from(smtp_server_certificate(secure));
	trusting = open_to(secure, "smtp", options);
	send_ok(trusting, &mail);
	text = smtp_server_newest(secure, "tls@example.edu");
	assert_non_null(strstr(text, "Please decide."));
	free(text);
	server_end(secure);
}

static void smtps_works(void **state)
{
	struct server *secure = smtp_server_start((const char *const[]){"--smtps", NULL});
	struct tomb_smtp_options options = defaults;
	const struct tomb_mail mail = mail_to("smtps@example.edu");
	TOMB_SMTP_AUTO *smtp = NULL;
	char *text = NULL;

	(void)state;
	options.ca_file = tomb_str_from(smtp_server_certificate(secure));
	smtp = open_to(secure, "smtps", options);
	send_ok(smtp, &mail);
	text = smtp_server_newest(secure, "smtps@example.edu");
	assert_non_null(strstr(text, "Please decide."));
	free(text);
	server_end(secure);
}

static void signing_in_takes_the_right_password(void **state)
{
	struct server *closed = smtp_server_start((const char *const[]){"--auth", NULL});
	const struct tomb_secret right = {.text = "swordfish", .n = 9};
	const struct tomb_secret wrong = {.text = "sardine", .n = 7};
	struct tomb_smtp_options options = defaults;
	const struct tomb_mail mail = mail_to("signed-in@example.edu");
	TOMB_SMTP_AUTO *nobody = NULL;
	TOMB_SMTP_AUTO *stranger = NULL;
	TOMB_SMTP_AUTO *tester = NULL;
	char *text = NULL;

	(void)state;
	nobody = open_to(closed, "smtp", options);
	assert_fails(nobody, "x@example.edu", TOMB_NET, "530");
	options.user = TOMB_STR("tester");
	options.password = &wrong;
	stranger = open_to(closed, "smtp", options);
	assert_fails(stranger, "x@example.edu", TOMB_NET, "535");
	options.password = &right;
	tester = open_to(closed, "smtp", options);
	send_ok(tester, &mail);
	text = smtp_server_newest(closed, "signed-in@example.edu");
	assert_non_null(strstr(text, "Please decide."));
	free(text);
	server_end(closed);
}

static void passwords_do_not_cross_the_network_in_the_clear(void **state)
{
	static const struct {
		const char *url;
		bool starttls;
		enum tomb_code code;
	} cases[] = {
		{"smtp://mail.example.org", false, TOMB_INVAL},
		{"smtp://127.0.0.1.example.org", false, TOMB_INVAL},
		{"smtp://mail.example.org", true, TOMB_OK},
		{"smtps://mail.example.org", false, TOMB_OK},
		{"smtp://localhost:25", false, TOMB_OK},
		{"smtp://[::1]:25", false, TOMB_OK},
	};
	const struct tomb_secret password = {.text = "swordfish", .n = 9};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		const struct tomb_smtp_options options = {.url = tomb_str_from(cases[i].url),
			.starttls = cases[i].starttls,
			.user = TOMB_STR("tester"),
			.password = &password};
		TOMB_SMTP_AUTO *smtp = NULL;
		struct tomb_err err = {.text = ""};

		assert_int_equal(tomb_smtp_open(&smtp, &options, &err), cases[i].code);
		assert_null(strstr(err.text, "swordfish"));
	}
}

static void other_urls_are_refused(void **state)
{
	static const char *const wrong[] = {"", "127.0.0.1", "http://127.0.0.1", "file:///etc/passwd", "smtp://",
		"smtp://a b", "smtp://host:port", "smtp://host:70000"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		const struct tomb_smtp_options options = {.url = tomb_str_from(wrong[i])};
		TOMB_SMTP_AUTO *smtp = NULL;
		struct tomb_err err = {.code = TOMB_OK};

		assert_int_equal(tomb_smtp_open(&smtp, &options, &err), TOMB_INVAL);
		assert_null(smtp);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_arrives_as_it_was_meant),
		cmocka_unit_test(many_mails_go_over_one_connection),
		cmocka_unit_test(the_largest_body_arrives_whole),
		cmocka_unit_test(an_empty_body_is_fine),
		cmocka_unit_test(what_cannot_be_built_is_not_sent),
		cmocka_unit_test(a_recipient_refused_for_good_is_invalid),
		cmocka_unit_test(a_message_refused_for_good_is_invalid),
		cmocka_unit_test(not_now_is_worth_another_try),
		cmocka_unit_test(a_refusal_about_us_is_worth_another_try),
		cmocka_unit_test(a_handle_works_on_after_refusals),
		cmocka_unit_test(a_server_that_hangs_up_after_the_mail_leaves_us_uncertain),
		cmocka_unit_test(a_server_that_does_not_answer_leaves_us_uncertain),
		cmocka_unit_test(an_absent_server_is_a_matter_of_the_network),
		cmocka_unit_test(starttls_is_used_and_insisted_on),
		cmocka_unit_test(smtps_works),
		cmocka_unit_test(signing_in_takes_the_right_password),
		cmocka_unit_test(passwords_do_not_cross_the_network_in_the_clear),
		cmocka_unit_test(other_urls_are_refused),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, start, end);
}

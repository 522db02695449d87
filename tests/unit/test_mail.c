/* Mails as text. */
#include "tombstone/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct tomb_mail sample(void)
{
	return (struct tomb_mail){
		.from_name = TOMB_STR("Tombstone"),
		.from = TOMB_STR("tombstone@example.org"),
		.to = TOMB_STR("admin@example.edu"),
		.subject = TOMB_STR("Deletion requested"),
		.message_id = TOMB_STR("1234-5678@registry.example.org"),
		.date_us = INT64_C(1709251199999999),
		.body = TOMB_STR("Dear admin,\n\nplease decide.\n"),
	};
}

static struct tomb_str build(const struct tomb_mail *mail, struct tomb_buf *buf)
{
	struct tomb_str out = {NULL, 0};
	struct tomb_err err = {.text = ""};

	tomb_buf_reset(buf);
	if (tomb_mail_build(mail, buf, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	assert_int_equal(tomb_buf_done(buf, &out, &err), TOMB_OK);
	return out;
}

static void a_simple_mail_is_what_one_would_write(void **state)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);
	const struct tomb_mail mail = sample();

	(void)state;
	assert_string_equal(build(&mail, &buf).p, "Date: Thu, 29 Feb 2024 23:59:59 +0000\r\n"
						  "From: \"Tombstone\"\r\n <tombstone@example.org>\r\n"
						  "To: <admin@example.edu>\r\n"
						  "Subject: Deletion requested\r\n"
						  "Message-ID: <1234-5678@registry.example.org>\r\n"
						  "MIME-Version: 1.0\r\n"
						  "Content-Type: text/plain; charset=utf-8\r\n"
						  "Content-Transfer-Encoding: quoted-printable\r\n"
						  "Auto-Submitted: auto-generated\r\n"
						  "\r\n"
						  "Dear admin,\r\n\r\nplease decide.\r\n");
}

static void dates_are_utc_on_the_right_day(void **state)
{
	static const struct {
		int64_t us;
		const char *line;
	} cases[] = {
		{0, "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"},
		{-1, "Date: Wed, 31 Dec 1969 23:59:59 +0000\r\n"},
		{INT64_C(951827445000001), "Date: Tue, 29 Feb 2000 12:30:45 +0000\r\n"},
	};
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);
	struct tomb_mail mail = sample();

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		mail.date_us = cases[i].us;
		assert_non_null(strstr(build(&mail, &buf).p, cases[i].line));
	}
}

static void other_subjects_than_short_ascii_are_encoded(void **state)
{
	static const struct {
		const char *subject;
		const char *line;
	} cases[] = {
		{"", "\r\nSubject: \r\n"},
		{"1234567890123456789012345678901234567890123456789012345678901234567",
			"\r\nSubject: 1234567890123456789012345678901234567890123456789012345678901234567\r\n"},
		{"12345678901234567890123456789012345678901234567890123456789012345678",
			"\r\nSubject: =?UTF-8?B?MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5?=\r\n"
			" =?UTF-8?B?MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg=?=\r\n"},
		{"L\xc3\xb6schung", "\r\nSubject: =?UTF-8?B?TMO2c2NodW5n?=\r\n"},
		{"=?UTF-8?B?aGk=?=", "\r\nSubject: =?UTF-8?B?PT9VVEYtOD9CP2FHaz0/PQ==?=\r\n"},
		/* 38 letters and a character of two bytes: it goes into the second word, whole. */
		{"12345678901234567890123456789012345678\xc3\xb6",
			"\r\nSubject: =?UTF-8?B?MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg=?=\r\n"
			" =?UTF-8?B?w7Y=?=\r\n"},
	};
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);
	struct tomb_mail mail = sample();

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		mail.subject = tomb_str_from(cases[i].subject);
		if (!strstr(build(&mail, &buf).p, cases[i].line))
			fail_msg("%s\nis not in\n%s", cases[i].line, buf.p);
	}
}

static void names_are_quoted_or_encoded(void **state)
{
	static const struct {
		const char *name;
		const char *line;
	} cases[] = {
		{"", "\r\nTo: <admin@example.edu>\r\n"},
		{"O'Neill, Jack", "\r\nTo: \"O'Neill, Jack\"\r\n <admin@example.edu>\r\n"},
		{"a \"b\" \\ c", "\r\nTo: \"a \\\"b\\\" \\\\ c\"\r\n <admin@example.edu>\r\n"},
		{"x\" <evil@example.com>, \"y",
			"\r\nTo: \"x\\\" <evil@example.com>, \\\"y\"\r\n <admin@example.edu>\r\n"},
		{"J\xc3\xbcrgen", "\r\nTo: =?UTF-8?B?SsO8cmdlbg==?=\r\n <admin@example.edu>\r\n"},
	};
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);
	struct tomb_mail mail = sample();

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		mail.to_name = tomb_str_from(cases[i].name);
		if (!strstr(build(&mail, &buf).p, cases[i].line))
			fail_msg("%s\nis not in\n%s", cases[i].line, buf.p);
	}
}

static void no_header_can_be_injected(void **state)
{
	static const char *const evil[] = {"x\r\nBcc: evil@example.com", "x\nBcc: evil@example.com", "x\r", "x\n", "\n",
		"x\x01", "x\x7f", "x\xc2\x85y", "x\xe2\x80\xa8y", "x\xff"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(evil); i++) {
		struct tomb_mail all[] = {sample(), sample(), sample(), sample(), sample(), sample()};

		all[0].from_name = tomb_str_from(evil[i]);
		all[1].from = tomb_str_from(evil[i]);
		all[2].to_name = tomb_str_from(evil[i]);
		all[3].to = tomb_str_from(evil[i]);
		all[4].subject = tomb_str_from(evil[i]);
		all[5].message_id = tomb_str_from(evil[i]);
		for (size_t j = 0; j < TOMB_COUNTOF(all); j++) {
			TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);
			struct tomb_err err = {.code = TOMB_OK};

			assert_int_equal(tomb_mail_build(&all[j], &buf, &err), TOMB_INVAL);
			assert_int_equal(err.code, TOMB_INVAL);
			assert_int_equal(buf.n, 0);
		}
	}
	struct tomb_mail nul = sample();
	struct tomb_err err;
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);

	nul.subject = TOMB_STR("a\0b");
	assert_int_equal(tomb_mail_build(&nul, &buf, &err), TOMB_INVAL);
}

static void assert_body(struct tomb_str body, const char *expected)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);
	struct tomb_mail mail = sample();

	mail.body = body;
	assert_string_equal(strstr(build(&mail, &buf).p, "\r\n\r\n") + 4, expected);
}

static void bodies_are_quoted_printable(void **state)
{
	(void)state;
	assert_body(TOMB_STR(""), "");
	assert_body(TOMB_STR("a"), "a\r\n");
	assert_body(TOMB_STR("a\nb\r\nc"), "a\r\nb\r\nc\r\n");
	assert_body(TOMB_STR("\n\n"), "\r\n\r\n");
	assert_body(TOMB_STR("1+1=2 \xe2\x82\xac"), "1+1=3D2 =E2=82=AC\r\n");
	assert_body(TOMB_STR("end \nend\t\nmid \t x"), "end=20\r\nend=09\r\nmid \t x\r\n");
	assert_body(TOMB_STR("a\rb\0c\x1b"), "a=0Db=00c=1B\r\n");
	assert_body(TOMB_STR(".\n..a\nFrom me\nx.F"), "=2E\r\n=2E.a\r\n=46rom me\r\nx.F\r\n");
}

static void long_lines_are_broken_softly_and_never_inside_a_character(void **state)
{
	(void)state;
	assert_body(TOMB_STR("1234567890123456789012345678901234567890123456789012345678901234567890123456789"),
		"123456789012345678901234567890123456789012345678901234567890123456789012345=\r\n6789\r\n");
	assert_body(TOMB_STR("12345678901234567890123456789012345678901234567890123456789012345678\xe2\x82\xac"),
		"12345678901234567890123456789012345678901234567890123456789012345678=\r\n=E2=82=AC\r\n");
	/* A dot that a soft line end would bring to the start of a line. */
	assert_body(TOMB_STR("123456789012345678901234567890123456789012345678901234567890123456789012345."),
		"123456789012345678901234567890123456789012345678901234567890123456789012345=\r\n=2E\r\n");
}

static void no_line_is_too_long_or_begins_with_a_dot(void **state)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);
	static char body[5000];
	static char subject[900];
	struct tomb_mail mail = sample();

	(void)state;
	for (size_t i = 0; i < sizeof body; i++)
		body[i] = ". =\tF\nx"[i * i % 7];
	for (size_t i = 0; i + 1 < sizeof subject; i += 2)
		memcpy(subject + i, "\xc3\xa4", 2);
	mail.body = (struct tomb_str){body, sizeof body};
	mail.subject = (struct tomb_str){subject, sizeof subject};
	mail.from_name = mail.subject;
	mail.to_name = mail.subject;
	for (const char *line = build(&mail, &buf).p; *line; line = strstr(line, "\r\n") + 2) {
		size_t n = (size_t)(strstr(line, "\r\n") - line);

		assert_true(n <= 76);
		assert_true(line[0] != '.');
		assert_null(memchr(line, '\n', n));
		assert_null(memchr(line, '\r', n));
	}
}

static void limits_hold(void **state)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_MAIL_MAX);
	static char big[TOMB_MAIL_BODY_MAX + 1];
	struct tomb_mail mail = sample();
	struct tomb_err err;

	(void)state;
	memset(big, '=', sizeof big);
	mail.body = (struct tomb_str){big, TOMB_MAIL_BODY_MAX};
	assert_true(build(&mail, &buf).n < TOMB_MAIL_MAX);
	mail.body.n++;
	assert_int_equal(tomb_mail_build(&mail, &buf, &err), TOMB_TOOBIG);
	mail = sample();
	memset(big, 'x', sizeof big);
	mail.subject = (struct tomb_str){big, TOMB_MAIL_HEADER_MAX};
	(void)build(&mail, &buf);
	mail.subject.n++;
	assert_int_equal(tomb_mail_build(&mail, &buf, &err), TOMB_TOOBIG);
	mail = sample();
	mail.body = TOMB_STR("caf\xe9");
	assert_int_equal(tomb_mail_build(&mail, &buf, &err), TOMB_INVAL);
	mail = sample();
	mail.date_us = INT64_MAX;
	assert_int_equal(tomb_mail_build(&mail, &buf, &err), TOMB_INVAL);
}

static void too_small_a_buffer_is_noticed_at_every_size(void **state)
{
	struct tomb_mail mail = sample();
	enum tomb_code code = TOMB_TOOBIG;
	size_t max = 0;

	(void)state;
	mail.subject = TOMB_STR("L\xc3\xb6schung");
	for (; code != TOMB_OK && max < 4096; max++) {
		TOMB_BUF_AUTO buf = tomb_buf_init(max);
		struct tomb_str out = {NULL, 7};
		struct tomb_err err;

		assert_int_equal(tomb_mail_build(&mail, &buf, &err), TOMB_OK);
		code = tomb_buf_done(&buf, &out, &err);
		assert_true(code == TOMB_OK ? out.n == max : code == TOMB_TOOBIG && out.n == 7);
	}
	assert_int_equal(code, TOMB_OK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_simple_mail_is_what_one_would_write),
		cmocka_unit_test(dates_are_utc_on_the_right_day),
		cmocka_unit_test(other_subjects_than_short_ascii_are_encoded),
		cmocka_unit_test(names_are_quoted_or_encoded),
		cmocka_unit_test(no_header_can_be_injected),
		cmocka_unit_test(bodies_are_quoted_printable),
		cmocka_unit_test(long_lines_are_broken_softly_and_never_inside_a_character),
		cmocka_unit_test(no_line_is_too_long_or_begins_with_a_dot),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(too_small_a_buffer_is_noticed_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

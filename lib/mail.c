#include "tombstone/mail.h"

#include "tombstone/base64.h"
#include "tombstone/clock.h"
#include "tombstone/mailbox.h"
#include "tombstone/time.h"
#include "tombstone/utf8.h"

#include <time.h>

enum {
	LINE = 76,       /* characters, without the line end: RFC 2045 and RFC 2047 */
	WORD_BYTES = 39, /* of text in one encoded word: with "Subject: =?UTF-8?B?", 52 digits and "?=" a full line */
};

/* ---- headers ---- */

static bool is_ascii(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	}
	return true;
}

/* As much of s as fits an encoded word, in whole characters. */
static size_t word_size(struct tomb_str s)
{
	uint32_t code = 0;
	size_t n = 0;

	while (n < s.n) {
		size_t next = tomb_utf8_next((struct tomb_str){s.p + n, s.n - n}, &code);

		if (n + next > WORD_BYTES)
			break;
		n += next;
	}
	return n;
}

/* =?UTF-8?B?...?=, as many as it takes, each on a line of its own. */
static void put_encoded(struct tomb_buf *out, struct tomb_str s)
{
	char digits[TOMB_BASE64_SIZE(WORD_BYTES) + 1];

	while (s.n > 0) {
		size_t n = word_size(s);

		tomb_buf_putf(out, "=?UTF-8?B?%s?=", tomb_base64_encode((const uint8_t *)s.p, n, digits));
		s = (struct tomb_str){s.p + n, s.n - n};
		if (s.n > 0)
			tomb_buf_put(out, TOMB_STR("\r\n "));
	}
}

static void put_subject(struct tomb_buf *out, struct tomb_str s)
{
	bool is_plain = is_ascii(s) && s.n + strlen("Subject: ") <= LINE && !memmem(s.p, s.n, "=?", 2);

	tomb_buf_put(out, TOMB_STR("Subject: "));
	if (is_plain)
		tomb_buf_put(out, s);
	else
		put_encoded(out, s);
	tomb_buf_put(out, TOMB_STR("\r\n"));
}

/* A short ASCII name as a quoted string, any other in encoded words. */
static void put_name(struct tomb_buf *out, struct tomb_str name)
{
	if (!is_ascii(name) || name.n > LINE / 2) {
		put_encoded(out, name);
		return;
	}
	tomb_buf_put(out, TOMB_STR("\""));
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			tomb_buf_put(out, TOMB_STR("\\"));
		tomb_buf_put(out, (struct tomb_str){name.p + i, 1});
	}
	tomb_buf_put(out, TOMB_STR("\""));
}

static void put_person(struct tomb_buf *out, const char *header, struct tomb_str name, struct tomb_str address)
{
	tomb_buf_putf(out, "%s: ", header);
	if (name.n > 0) {
		put_name(out, name);
		tomb_buf_put(out, TOMB_STR("\r\n <"));
	} else {
		tomb_buf_put(out, TOMB_STR("<"));
	}
	tomb_buf_put(out, address);
	tomb_buf_put(out, TOMB_STR(">\r\n"));
}

/* RFC 5322, 3.3; not strftime(), whose names of days and months follow the locale. */
static void put_date(struct tomb_buf *out, int64_t us)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t s = us / TOMB_US_PER_S - (us % TOMB_US_PER_S < 0 ? 1 : 0);
	struct tm tm = {0};

	(void)gmtime_r(&s, &tm); /* cannot fail: the caller has checked the range */
	tomb_buf_putf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
		months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* ---- the body ---- */

/* The line being written. */
struct quoter {
	struct tomb_buf *out;
	size_t column;
};

static bool needs_quoting(uint32_t code, size_t column)
{
	/* A dot at the start of a line is SMTP's; "F" of "From " there is mbox's. */
	if (column == 0 && (code == '.' || code == 'F'))
		return true;
	return (code < ' ' && code != '\t') || code > '~' || code == '=';
}

/* One character of n bytes; is_last: a line end follows. */
static void put_character(struct quoter *q, const char *p, size_t n, uint32_t code, bool is_last)
{
	bool is_blank = code == ' ' || code == '\t';
	bool quoted = needs_quoting(code, q->column) || (is_blank && is_last);
	size_t width = quoted ? 3 * n : 1;

	if (q->column + width > LINE - 1) { /* room for the "=" of a soft line end */
		tomb_buf_put(q->out, TOMB_STR("=\r\n"));
		q->column = 0;
		quoted = needs_quoting(code, 0) || (is_blank && is_last);
		width = quoted ? 3 * n : 1;
	}
	q->column += width;
	for (size_t i = 0; quoted && i < n; i++)
		tomb_buf_putf(q->out, "=%02X", (unsigned)(unsigned char)p[i]);
	if (!quoted)
		tomb_buf_put(q->out, (struct tomb_str){p, n});
}

static size_t line_end(struct tomb_str s)
{
	if (s.n > 0 && s.p[0] == '\n')
		return 1;
	return s.n > 1 && s.p[0] == '\r' && s.p[1] == '\n' ? 2 : 0;
}

static void put_body(struct tomb_buf *out, struct tomb_str s)
{
	struct quoter q = {.out = out};

	while (s.n > 0) {
		uint32_t code = 0;
		size_t n = line_end(s);
		struct tomb_str rest = {s.p + n, s.n - n};

		if (n > 0) {
			tomb_buf_put(out, TOMB_STR("\r\n"));
			q.column = 0;
		} else {
			n = tomb_utf8_next(s, &code);
			rest = (struct tomb_str){s.p + n, s.n - n};
			put_character(&q, s.p, n, code, rest.n == 0 || line_end(rest) > 0);
		}
		s = rest;
	}
	if (q.column > 0)
		tomb_buf_put(out, TOMB_STR("\r\n"));
}

/* ---- the whole ---- */

static enum tomb_code check_line(const char *what, struct tomb_str s, struct tomb_err *err)
{
	if (s.n > TOMB_MAIL_HEADER_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "the %s of a mail has at most %d bytes", what, TOMB_MAIL_HEADER_MAX);
	if (!tomb_utf8_is_line(s))
		return TOMB_FAIL(
			err, TOMB_INVAL, "the %s of a mail is one line of UTF-8 without control characters", what);
	return TOMB_OK;
}

static enum tomb_code check(const struct tomb_mail *mail, struct tomb_err *err)
{
	TOMB_TRY(check_line("sender's name", mail->from_name, err));
	TOMB_TRY(check_line("recipient's name", mail->to_name, err));
	TOMB_TRY(check_line("subject", mail->subject, err));
	TOMB_TRY(tomb_mailbox_check(mail->from, err));
	TOMB_TRY(tomb_mailbox_check(mail->to, err));
	TOMB_TRY(tomb_mailbox_check(mail->message_id, err)); /* the same form, RFC 5322, 3.6.4 */
	if (mail->date_us < TOMB_TIME_MIN || mail->date_us > TOMB_TIME_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "the date of a mail has a year of four digits");
	if (mail->body.n > TOMB_MAIL_BODY_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "the text of a mail has at most %d bytes", TOMB_MAIL_BODY_MAX);
	if (!tomb_utf8_valid(mail->body))
		return TOMB_FAIL(err, TOMB_INVAL, "the text of a mail must be UTF-8");
	return TOMB_OK;
}

enum tomb_code tomb_mail_build(const struct tomb_mail *mail, struct tomb_buf *out, struct tomb_err *err)
{
	TOMB_TRY(check(mail, err));
	put_date(out, mail->date_us);
	put_person(out, "From", mail->from_name, mail->from);
	put_person(out, "To", mail->to_name, mail->to);
	put_subject(out, mail->subject);
	tomb_buf_put(out, TOMB_STR("Message-ID: <"));
	tomb_buf_put(out, mail->message_id);
	tomb_buf_put(out, TOMB_STR(">\r\n"
				   "MIME-Version: 1.0\r\n"
				   "Content-Type: text/plain; charset=utf-8\r\n"
				   "Content-Transfer-Encoding: quoted-printable\r\n"
				   "Auto-Submitted: auto-generated\r\n"
				   "\r\n"));
	put_body(out, mail->body);
	return TOMB_OK;
}

/* A mail: whatever people write into its fields, it is refused or has our headers, each once, and lines that every
 * server takes. */
#include "tombstone/mail.h"

#include <assert.h>

static const char *const headers[] = {"Date: ", "From: ", "To: ", "Subject: ", "Message-ID: ", "MIME-Version: ",
	"Content-Type: ", "Content-Transfer-Encoding: ", "Auto-Submitted: "};

/* The next line without its end; every line has one. */
static struct tomb_str take_line(struct tomb_str *rest)
{
	const char *end = memmem(rest->p, rest->n, "\r\n", 2);
	struct tomb_str line = {rest->p, 0};

	assert(end);
	line.n = (size_t)(end - rest->p);
	*rest = (struct tomb_str){end + 2, rest->n - line.n - 2};
	assert(line.n <= 998 && (line.n == 0 || line.p[0] != '.')); /* RFC 5322, 2.1.1 */
	for (size_t i = 0; i < line.n; i++)
		assert(line.p[i] == '\t' || (line.p[i] >= ' ' && line.p[i] <= '~'));
	return line;
}

static void check(struct tomb_str text)
{
	size_t header = 0;

	for (struct tomb_str line = take_line(&text); line.n > 0; line = take_line(&text)) {
		if (line.p[0] == ' ')
			continue; /* folded */
		assert(header < TOMB_COUNTOF(headers));
		assert(strncmp(line.p, headers[header], strlen(headers[header])) == 0);
		header++;
	}
	assert(header == TOMB_COUNTOF(headers));
	while (text.n > 0)
		assert(take_line(&text).n <= 76); /* RFC 2045, 6.7, (5) */
}

/* What the input has before its next 0xff byte, which no UTF-8 holds. */
static struct tomb_str take_field(struct tomb_str *rest)
{
	const char *end = rest->n ? memchr(rest->p, 0xff, rest->n) : NULL;
	struct tomb_str field = {rest->p, end ? (size_t)(end - rest->p) : rest->n};

	*rest = end ? (struct tomb_str){end + 1, rest->n - field.n - 1} : (struct tomb_str){rest->p, 0};
	return field;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TOMB_MAIL_MAX);
	struct tomb_str rest = {(const char *)data, size};
	struct tomb_mail mail = {.date_us = (int64_t)size * 1000000007};
	struct tomb_str text = {NULL, 0};
	struct tomb_err err;

	mail.from = size % 2 ? take_field(&rest) : TOMB_STR("tombstone@example.org");
	mail.to = size % 3 ? TOMB_STR("admin@example.edu") : take_field(&rest);
	mail.message_id = size % 5 ? TOMB_STR("1@example.org") : take_field(&rest);
	mail.from_name = take_field(&rest);
	mail.to_name = take_field(&rest);
	mail.subject = take_field(&rest);
	mail.body = take_field(&rest);
	if (tomb_mail_build(&mail, &out, &err) != TOMB_OK)
		return 0;
	assert(tomb_buf_done(&out, &text, &err) == TOMB_OK);
	check(text);
	return 0;
}

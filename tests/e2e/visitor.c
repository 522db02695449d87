#include "visitor.h"

#include "tombstone/percent.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { TARGET_MAX = 4096, REQUEST_MAX = 2 << 20, ANSWER_MAX = 8 << 20, SILENCE_MS = 240 * 1000 };

/* -1 if nobody listens there. */
static int reach(uint16_t port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
		return fd;
	assert_int_equal(close(fd), 0);
	return -1;
}

/* Until the other side closes or dies. */
static size_t read_to_end(int fd, char *text)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0) {
		if (poll(&poller, 1, SILENCE_MS) != 1)
			fail_msg("the registry is silent");
		got = recv(fd, text + n, ANSWER_MAX - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
	}
	text[n] = '\0';
	return n;
}

/* Takes a whole answer apart; leaves *out empty but for its status if it is not whole. */
static void take_apart(const char *text, size_t n, struct raw_answer *out)
{
	const char *end = strstr(text, "\r\n\r\n");
	size_t head = end ? (size_t)(end - text) + 4 : 0;
	struct raw_answer a = {0};

	out->status = n > 0 ? -1 : 0;
	if (!end || head >= sizeof a.head || strncmp(text, "HTTP/1.1 ", 9) != 0)
		return;
	memcpy(a.head, text, head);
	a.nbody = strtoul(raw_header(&a, "Content-Length"), NULL, 10);
	if (n - head < a.nbody)
		return;
	a.status = (int)strtol(text + 9, NULL, 10);
	a.body = calloc(1, a.nbody + 1);
	assert_non_null(a.body);
	memcpy(a.body, text + head, a.nbody);
	*out = a;
}

int visitor_send(struct visitor *v, struct tomb_str request, struct raw_answer *out)
{
	int fd = reach(*v->port);
	char *text = NULL;
	size_t n = 0;

	raw_answer_fini(out);
	if (fd < 0)
		return 0;
	(void)raw_send(fd, request); /* whoever refuses it half-way has answered all the same */
	text = malloc(ANSWER_MAX);
	assert_non_null(text);
	n = read_to_end(fd, text);
	assert_int_equal(close(fd), 0);
	take_apart(text, n, out);
	free(text);
	return out->status;
}

void visitor_write(const struct visitor *v, const char *method, const char *target, const char *type, const char *body,
	struct tomb_buf *out)
{
	tomb_buf_putf(out, "%s %s HTTP/1.1\r\nHost: registry\r\nConnection: close\r\n", method, target);
	tomb_buf_putf(out, "Accept: %s\r\n", v->key[0] ? "application/json" : "text/html");
	if (v->cookie[0])
		tomb_buf_putf(out, "Cookie: %s\r\n", v->cookie);
	if (v->key[0])
		tomb_buf_putf(out, "X-Pharos-API-User: %s\r\nX-Pharos-API-Key: %s\r\n", v->email, v->key);
	if (body)
		tomb_buf_putf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, strlen(body));
	tomb_buf_putf(out, "\r\n");
	tomb_buf_put(out, tomb_str_from(body ? body : ""));
}

static int ask(struct visitor *v, const char *method, const char *target, const char *type, const char *body,
	struct raw_answer *out)
{
	TOMB_BUF_AUTO request = tomb_buf_init(REQUEST_MAX);
	struct tomb_str bytes;
	struct tomb_err err;

	visitor_write(v, method, target, type, body, &request);
	assert_int_equal(tomb_buf_done(&request, &bytes, &err), TOMB_OK);
	return visitor_send(v, bytes, out);
}

#define FORMAT_TARGET(target, fmt)                                                                                     \
	do {                                                                                                           \
		va_list ap_;                                                                                           \
		va_start(ap_, fmt);                                                                                    \
		assert_in_range(vsnprintf((target), sizeof(target), (fmt), ap_), 1, sizeof(target) - 1);               \
		va_end(ap_);                                                                                           \
	} while (0)

int visitor_get(struct visitor *v, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	return ask(v, "GET", target, NULL, NULL, out);
}

int visitor_post(struct visitor *v, const char *form, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];
	char whole[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	assert_in_range(
		snprintf(whole, sizeof whole, "csrf=%s%s%s", v->csrf, form[0] ? "&" : "", form), 1, sizeof whole - 1);
	return ask(v, "POST", target, "application/x-www-form-urlencoded", whole, out);
}

int visitor_call(struct visitor *v, const char *json, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	return ask(v, "POST", target, "application/json", json, out);
}

int visitor_ask(struct visitor *v, const char *method, const char *json, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	return ask(v, method, target, "application/json", json, out);
}

/* The value that the page's forms carry. */
static bool take_csrf(struct visitor *v, const char *page)
{
	static const char field[] = "name=\"csrf\" value=\"";
	const char *at = page ? strstr(page, field) : NULL;

	if (!at || strspn(at + sizeof field - 1, "0123456789abcdef") != TOMB_CSRF_TEXT - 1)
		return false;
	(void)snprintf(v->csrf, sizeof v->csrf, "%s", at + sizeof field - 1);
	return true;
}

int visitor_sign_in(struct visitor *v, const char *password)
{
	RAW_ANSWER_AUTO a = {0};
	TOMB_BUF_AUTO form = tomb_buf_init(TARGET_MAX);
	struct tomb_str text;
	struct tomb_err err;
	int status = 0;

	v->cookie[0] = '\0';
	v->csrf[0] = '\0';
	tomb_buf_put(&form, TOMB_STR("email="));
	tomb_percent_encode(&form, tomb_str_from(v->email));
	tomb_buf_put(&form, TOMB_STR("&password="));
	tomb_percent_encode(&form, tomb_str_from(password));
	tomb_buf_put(&form, (struct tomb_str){"", 1}); /* a C string from here */
	assert_int_equal(tomb_buf_done(&form, &text, &err), TOMB_OK);
	status = visitor_post(v, text.p, &a, "/sign_in");
	if (status != 303)
		return status;
	(void)snprintf(v->cookie, sizeof v->cookie, "%.*s", (int)strcspn(raw_header(&a, "Set-Cookie"), ";"),
		raw_header(&a, "Set-Cookie"));
	if (visitor_get(v, &a, "/objects") == 0 || !take_csrf(v, a.body))
		fail_msg("no session: %d %s", a.status, a.body ? a.body : "");
	return status;
}

#include "request.h"

#include <arpa/inet.h>
#include <strings.h>

struct tomb_str tomb_request_header(const struct tomb_request *req, struct tomb_str name)
{
	const struct tomb_field *f = tomb_fields_next_header(req->headers, name, NULL);

	return f ? f->value : (struct tomb_str){NULL, 0};
}

struct tomb_str tomb_request_query(const struct tomb_request *req, struct tomb_str name)
{
	const struct tomb_field *f = tomb_fields_next(req->query, name, NULL);

	return f ? f->value : (struct tomb_str){NULL, 0};
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n && is_space(s.p[0]))
		s = (struct tomb_str){s.p + 1, s.n - 1};
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* The part of *rest before the next c, without the space around it; *rest keeps what is behind. */
static struct tomb_str piece(struct tomb_str *rest, char c)
{
	const char *at = memchr(rest->p, c, rest->n);
	struct tomb_str head = {rest->p, at ? (size_t)(at - rest->p) : rest->n};
	size_t used = at ? head.n + 1 : head.n;

	*rest = (struct tomb_str){rest->p + used, rest->n - used};
	return trim(head);
}

static bool same(struct tomb_str a, struct tomb_str b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* A weight in thousandths: "0", "0.3", "1.000".  What is none counts as 1. */
static int weight(struct tomb_str q)
{
	int value = 0;

	if (q.n == 0 || q.n > 5 || (q.p[0] != '0' && q.p[0] != '1') || (q.n > 1 && q.p[1] != '.'))
		return 1000;
	value = (q.p[0] - '0') * 1000;
	for (size_t i = 2, unit = 100; i < q.n; i++, unit /= 10) {
		if (q.p[i] < '0' || q.p[i] > '9')
			return 1000;
		value += (q.p[i] - '0') * (int)unit;
	}
	return value > 1000 ? 1000 : value;
}

static int weight_of(struct tomb_str params)
{
	while (params.n) {
		struct tomb_str param = piece(&params, ';');

		if (param.n >= 2 && (param.p[0] == 'q' || param.p[0] == 'Q') && param.p[1] == '=')
			return weight((struct tomb_str){param.p + 2, param.n - 2});
	}
	return 1000;
}

static bool is_html(struct tomb_str type)
{
	return same(type, TOMB_STR("text/html")) || same(type, TOMB_STR("application/xhtml+xml"));
}

static bool is_json(struct tomb_str type)
{
	return same(type, TOMB_STR("application/json")) || same(type, TOMB_STR("application/problem+json"));
}

static bool is_api(struct tomb_str path)
{
	static const struct tomb_str single[] = {{"/healthz", 8}, {"/readyz", 7}, {"/openapi.json", 13}};
	static const struct tomb_str folio[] = {{"inventory", 9}, {"instance-storage", 16}, {"holdings-storage", 16},
		{"item-storage", 12}, {"authority-storage", 17}, {"source-storage", 14}};
	const char *slash = NULL;
	size_t n = 0;

	for (size_t i = 0; i < TOMB_COUNTOF(single); i++)
		if (tomb_str_eq(path, single[i]))
			return true;
	if (path.n < 2)
		return false;
	slash = memchr(path.p + 1, '/', path.n - 1);
	n = slash ? (size_t)(slash - path.p) - 1 : path.n - 1;
	for (size_t i = 0; i < TOMB_COUNTOF(folio); i++)
		if (tomb_str_eq((struct tomb_str){path.p + 1, n}, folio[i]))
			return true;
	return (n == 3 && memcmp(path.p + 1, "api", 3) == 0) || (n > 4 && memcmp(path.p + 1 + n - 4, "-api", 4) == 0);
}

enum tomb_wants tomb_request_negotiate(struct tomb_str path, struct tomb_str accept)
{
	int html = 0;
	int json = 0;

	while (accept.n) {
		struct tomb_str range = piece(&accept, ',');
		struct tomb_str type = range.n ? piece(&range, ';') : range;
		int q = weight_of(range);

		if (is_html(type) && q > html)
			html = q;
		if (is_json(type) && q > json)
			json = q;
	}
	if (html == 0 && json == 0)
		return is_api(path) ? TOMB_WANTS_JSON : TOMB_WANTS_HTML;
	return html >= json ? TOMB_WANTS_HTML : TOMB_WANTS_JSON;
}

struct tomb_str tomb_request_media_type(struct tomb_str content_type)
{
	return content_type.n ? piece(&content_type, ';') : (struct tomb_str){"", 0};
}

bool tomb_request_is_type(const struct tomb_request *req, struct tomb_str type)
{
	return same(req->content_type, type);
}

static bool is_in_list(struct tomb_str list, struct tomb_str one)
{
	while (list.n)
		if (tomb_str_eq(piece(&list, ','), one))
			return true;
	return false;
}

static bool is_ip(struct tomb_str text)
{
	char copy[INET6_ADDRSTRLEN];
	struct in6_addr ignored;

	if (text.n == 0 || text.n >= sizeof copy)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	return inet_pton(AF_INET, copy, &ignored) == 1 || inet_pton(AF_INET6, copy, &ignored) == 1;
}

struct tomb_str tomb_request_client(struct tomb_fields headers, struct tomb_str remote, struct tomb_str trusted)
{
	const struct tomb_field *f = NULL;
	struct tomb_str list = {NULL, 0};
	struct tomb_str client = remote;

	if (!is_in_list(trusted, remote))
		return remote;
	while ((f = tomb_fields_next_header(headers, TOMB_STR("X-Forwarded-For"), f)))
		list = f->value;
	while (list.n) {
		struct tomb_str hop = piece(&list, ',');

		if (!is_in_list(trusted, hop))
			client = is_ip(hop) ? hop : remote;
	}
	return client;
}

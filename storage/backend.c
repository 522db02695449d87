#include "backend.h"

#include "backend_rule.h"
#include "tombstone/parse.h"

#include <stdarg.h>
#include <stdio.h>

enum kinds {
	DIRECTORY = 1 << BACKEND_DIRECTORY,
	S3 = 1 << BACKEND_S3,
	GLACIER = 1 << BACKEND_GLACIER,
	AWS = S3 | GLACIER
};
enum value { TEXT, BOOL, CONDITION, MS, LOOKS, FLIGHT };
enum { TIMEOUT_MAX_MS = 3600 * 1000 }; /* no store takes longer for one request */
enum { LOOKS_MAX = 10 };               /* what ten looks did not show, an eleventh will not */
enum { FLIGHT_MAX = 256 };             /* a lane is one thread: more would only wait in it */

/* Every key of a section, but for "kind". */
static const struct key {
	const char *name;
	unsigned kinds;    /* where it may stand */
	unsigned required; /* where it must */
	enum value value;
	size_t at; /* in struct backend */
	backend_rule *rule;
} keys[] = {
	{"path", DIRECTORY, DIRECTORY, TEXT, offsetof(struct backend, path), backend_rule_folder},
	{"endpoint", AWS, S3, TEXT, offsetof(struct backend, endpoint), backend_rule_endpoint},
	{"region", AWS, AWS, TEXT, offsetof(struct backend, region), backend_rule_region},
	{"bucket", S3, S3, TEXT, offsetof(struct backend, bucket), backend_rule_bucket},
	{"account_id", GLACIER, 0, TEXT, offsetof(struct backend, account_id), backend_rule_account_id},
	{"vault", GLACIER, GLACIER, TEXT, offsetof(struct backend, vault), backend_rule_vault},
	{"storage_class", S3, 0, TEXT, offsetof(struct backend, storage_class), backend_rule_storage_class},
	{"style", S3, 0, TEXT, offsetof(struct backend, style), backend_rule_style},
	{"expected_bucket_owner", S3, 0, TEXT, offsetof(struct backend, expected_bucket_owner), backend_rule_account},
	{"credentials", AWS, 0, TEXT, offsetof(struct backend, credentials), backend_rule_credentials},
	{"profile", AWS, 0, TEXT, offsetof(struct backend, profile), backend_rule_profile},
	{"access_key_file", AWS, 0, TEXT, offsetof(struct backend, access_key_file), backend_rule_file},
	{"secret_key_file", AWS, 0, TEXT, offsetof(struct backend, secret_key_file), backend_rule_file},
	{"session_token_file", AWS, 0, TEXT, offsetof(struct backend, session_token_file), backend_rule_file},
	{"ca_file", AWS, 0, TEXT, offsetof(struct backend, ca_file), backend_rule_file},
	{"allow_plain_http", AWS, 0, BOOL, offsetof(struct backend, allow_plain_http), NULL},
	{"conditional_delete", S3, 0, CONDITION, offsetof(struct backend, conditional_delete), NULL},
	{"allow_governance_bypass", S3, 0, BOOL, offsetof(struct backend, allow_governance_bypass), NULL},
	{"provider", S3, 0, TEXT, offsetof(struct backend, provider), backend_rule_provider},
	{"connect_timeout_ms", AWS, 0, MS, offsetof(struct backend, connect_timeout_ms), NULL},
	{"request_timeout_ms", AWS, 0, MS, offsetof(struct backend, request_timeout_ms), NULL},
	{"requests_in_flight", AWS, 0, FLIGHT, offsetof(struct backend, requests_in_flight), NULL},
	{"verify_looks", S3, 0, LOOKS, offsetof(struct backend, verify_looks), NULL},
	{"verify_delay_ms", S3, 0, MS, offsetof(struct backend, verify_delay_ms), NULL},
};

static const char *const kind_names[] = {
	[BACKEND_DIRECTORY] = "directory", [BACKEND_S3] = "s3", [BACKEND_GLACIER] = "glacier"};
_Static_assert(TOMB_COUNTOF(kind_names) == BACKEND_KIND_MAX, "every kind has a name");

struct tomb_str backend_kind_name(enum backend_kind kind)
{
	return tomb_str_from(kind_names[kind]);
}

/* One pass over the file. */
struct parser {
	const char *what;
	int line;
	struct tomb_arena *arena;
	struct tomb_err *err;
	struct backend *backends;
	size_t n;
	bool has_kind; /* of the section that is being read */
	unsigned seen; /* its keys, by index */
};

static enum tomb_code refuse(const struct parser *p, int line, const char *fmt, ...) TOMB_PRINTF(3, 4);

static enum tomb_code refuse(const struct parser *p, int line, const char *fmt, ...)
{
	char rule[384];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(rule, sizeof rule, fmt, ap);
	va_end(ap);
	return TOMB_FAIL(p->err, TOMB_INVAL, "%s:%d: %s", p->what, line, rule);
}

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* The field of b that a key sets. */
static void *field(struct backend *b, const struct key *key)
{
	return (char *)b + key->at;
}

static void set_defaults(struct backend *b, int line)
{
	*b = (struct backend){.line = line,
		.connect_timeout_ms = 5000,
		.request_timeout_ms = 60000,
		.requests_in_flight = 16,
		.verify_looks = 1,
		.verify_delay_ms = 1000};
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++) {
		struct tomb_str *text = keys[i].value == TEXT ? field(b, &keys[i]) : NULL;

		if (text)
			*text = TOMB_STR("");
	}
	b->style = TOMB_STR("path");
	b->account_id = TOMB_STR("-");
}

static enum tomb_code begin_section(struct parser *p, struct tomb_str name)
{
	struct backend *b = &p->backends[p->n];

	if (!backend_rule_is_name(name))
		return refuse(p, p->line, "a backend's name is 1 to %d of a-z A-Z 0-9 . _ -", BACKEND_NAME_MAX);
	for (size_t i = 0; i < p->n; i++)
		if (tomb_str_eq(p->backends[i].name, name))
			return refuse(p, p->line, "backend %.*s is already in line %d", TOMB_STR_ARG(name),
				p->backends[i].line);
	if (p->n == BACKENDS_MAX)
		return refuse(p, p->line, "more than %d backends", BACKENDS_MAX);
	set_defaults(b, p->line);
	b->name = tomb_arena_str(p->arena, name);
	if (!b->name.p)
		return TOMB_FAIL(p->err, TOMB_NOMEM, "%s", p->what);
	p->n++;
	p->has_kind = false;
	p->seen = 0;
	return TOMB_OK;
}

static enum tomb_code default_endpoint(struct parser *p, struct backend *b)
{
	char text[128];

	(void)snprintf(text, sizeof text, "https://glacier.%s.amazonaws.com", b->region.p);
	b->endpoint = tomb_arena_str(p->arena, tomb_str_from(text));
	return b->endpoint.p ? TOMB_OK : TOMB_FAIL(p->err, TOMB_NOMEM, "%s", p->what);
}

/* What can only be said when the whole section is known. */
static enum tomb_code end_section(struct parser *p)
{
	struct backend *b = p->n ? &p->backends[p->n - 1] : NULL;
	const char *broken = NULL;

	if (!b)
		return TOMB_OK;
	if (!p->has_kind)
		return refuse(p, b->line, "backend %s has no kind", b->name.p);
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++) {
		bool is_there = p->seen & (1U << i);

		if (!is_there && (keys[i].required & (1U << b->kind)))
			return refuse(p, b->line, "backend %s has no %s", b->name.p, keys[i].name);
		if (is_there && !(keys[i].kinds & (1U << b->kind)))
			return refuse(p, b->line, "backend %s: %s is not for kind %s", b->name.p, keys[i].name,
				kind_names[b->kind]);
	}
	if (b->kind == BACKEND_GLACIER && b->endpoint.n == 0)
		TOMB_TRY(default_endpoint(p, b));
	if (b->kind != BACKEND_DIRECTORY && !b->allow_plain_http && !backend_rule_is_private(b->endpoint))
		return refuse(
			p, b->line, "backend %s: http is for loopback addresses, or allow_plain_http = yes", b->name.p);
	if (b->kind != BACKEND_DIRECTORY)
		broken = backend_rule_keys(b);
	if (broken)
		return refuse(p, b->line, "backend %s: %s", b->name.p, broken);
	b->key_chain = b->kind != BACKEND_DIRECTORY && b->access_key_file.n == 0;
	broken = backend_is_virtual(b) ? backend_rule_virtual(b->endpoint, b->bucket) : NULL;
	if (broken)
		return refuse(p, b->line, "backend %s: style = virtual: %s", b->name.p, broken);
	return TOMB_OK;
}

static enum tomb_code set_kind(struct parser *p, struct tomb_str value)
{
	if (p->has_kind)
		return refuse(p, p->line, "kind is set twice");
	for (size_t i = 0; i < TOMB_COUNTOF(kind_names); i++)
		if (tomb_str_eq(value, tomb_str_from(kind_names[i]))) {
			p->backends[p->n - 1].kind = (enum backend_kind)i;
			p->has_kind = true;
			return TOMB_OK;
		}
	return refuse(p, p->line, "kind is directory, s3 or glacier");
}

static enum tomb_code set_text(struct parser *p, const struct key *key, struct tomb_str value)
{
	struct tomb_str *text = field(&p->backends[p->n - 1], key);
	const char *broken = key->rule(value);
	struct tomb_str copy = {NULL, 0};

	if (broken)
		return refuse(p, p->line, "%s: %s", key->name, broken);
	copy = tomb_arena_str(p->arena, value);
	if (!copy.p)
		return TOMB_FAIL(p->err, TOMB_NOMEM, "%s", p->what);
	*text = copy;
	return TOMB_OK;
}

static enum tomb_code set_bool(struct parser *p, const struct key *key, struct tomb_str value)
{
	bool *flag = field(&p->backends[p->n - 1], key);
	bool yes = tomb_str_eq(value, TOMB_STR("yes"));

	if (!yes && !tomb_str_eq(value, TOMB_STR("no")))
		return refuse(p, p->line, "%s is yes or no", key->name);
	*flag = yes;
	return TOMB_OK;
}

static enum tomb_code set_condition(struct parser *p, const struct key *key, struct tomb_str value)
{
	enum backend_condition *condition = field(&p->backends[p->n - 1], key);

	if (tomb_str_eq(value, TOMB_STR("auto")))
		*condition = BACKEND_IF_PROVEN;
	else if (tomb_str_eq(value, TOMB_STR("yes")))
		*condition = BACKEND_ALWAYS;
	else if (tomb_str_eq(value, TOMB_STR("no")))
		*condition = BACKEND_NEVER;
	else
		return refuse(p, p->line, "%s is auto, yes or no", key->name);
	return TOMB_OK;
}

static enum tomb_code set_number(struct parser *p, const struct key *key, int64_t max, struct tomb_str value)
{
	int64_t *number = field(&p->backends[p->n - 1], key);

	if (!tomb_parse_i64(value, 1, max, number))
		return refuse(p, p->line, "%s is 1 to %d", key->name, (int)max);
	return TOMB_OK;
}

static enum tomb_code set_value(struct parser *p, const struct key *key, struct tomb_str value)
{
	switch (key->value) {
	case TEXT:
		return set_text(p, key, value);
	case BOOL:
		return set_bool(p, key, value);
	case CONDITION:
		return set_condition(p, key, value);
	case MS:
		return set_number(p, key, TIMEOUT_MAX_MS, value);
	case LOOKS:
		return set_number(p, key, LOOKS_MAX, value);
	case FLIGHT:
		break;
	}
	return set_number(p, key, FLIGHT_MAX, value);
}

static enum tomb_code set_key(struct parser *p, struct tomb_str name, struct tomb_str value)
{
	if (p->n == 0)
		return refuse(p, p->line, "a key before the first [backend NAME]");
	if (value.n == 0)
		return refuse(p, p->line, "%.*s has no value", TOMB_STR_ARG(name));
	if (tomb_str_eq(name, TOMB_STR("kind")))
		return set_kind(p, value);
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++) {
		if (!tomb_str_eq(name, tomb_str_from(keys[i].name)))
			continue;
		if (p->seen & (1U << i))
			return refuse(p, p->line, "%s is set twice", keys[i].name);
		p->seen |= 1U << i;
		return set_value(p, &keys[i], value);
	}
	return refuse(p, p->line, "unknown key %.*s", TOMB_STR_ARG(name));
}

static enum tomb_code parse_line(struct parser *p, struct tomb_str line)
{
	static const struct tomb_str section = {"[backend ", 9};
	const char *equals = NULL;

	for (size_t i = 0; i < line.n; i++)
		if (((unsigned char)line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 127)
			return refuse(p, p->line, "a control character");
	if (line.n == 0 || line.p[0] == '#')
		return TOMB_OK;
	if (line.p[0] == '[') {
		if (line.n <= section.n || memcmp(line.p, section.p, section.n) != 0 || line.p[line.n - 1] != ']')
			return refuse(p, p->line, "a section is [backend NAME]");
		TOMB_TRY(end_section(p));
		return begin_section(p, trim((struct tomb_str){line.p + section.n, line.n - section.n - 1}));
	}
	equals = memchr(line.p, '=', line.n);
	if (!equals)
		return refuse(p, p->line, "a line is a comment, [backend NAME], or key = value");
	return set_key(p, trim((struct tomb_str){line.p, (size_t)(equals - line.p)}),
		trim((struct tomb_str){equals + 1, line.n - (size_t)(equals + 1 - line.p)}));
}

static bool starts_with(struct tomb_str s, struct tomb_str prefix)
{
	return prefix.n > 0 && s.n >= prefix.n && memcmp(s.p, prefix.p, prefix.n) == 0;
}

/* The same bucket has another URL in each style. */
static bool are_one_bucket(const struct backend *a, const struct backend *b)
{
	return a->kind == BACKEND_S3 && b->kind == BACKEND_S3 && tomb_str_eq(a->endpoint, b->endpoint) &&
	       tomb_str_eq(a->bucket, b->bucket);
}

/* A URL must belong to one backend: no place may be, or lie in, another's. */
static enum tomb_code check_apart(struct parser *p)
{
	struct tomb_str prefix[BACKENDS_MAX] = {{NULL, 0}};

	for (size_t i = 0; i < p->n; i++) {
		TOMB_TRY(backend_url_prefix(&p->backends[i], p->arena, &prefix[i], p->err));
		for (size_t j = 0; j < i; j++)
			if (starts_with(prefix[i], prefix[j]) || starts_with(prefix[j], prefix[i]) ||
				are_one_bucket(&p->backends[i], &p->backends[j]))
				return refuse(p, p->backends[i].line, "backend %s is in the same place as %s",
					p->backends[i].name.p, p->backends[j].name.p);
	}
	return TOMB_OK;
}

enum tomb_code backend_parse(struct tomb_str text, const char *what, struct tomb_arena *arena, struct backend **out,
	size_t *n, struct tomb_err *err)
{
	struct parser p = {.what = what, .arena = arena, .err = err};

	p.backends = TOMB_NEW(arena, struct backend, BACKENDS_MAX);
	if (!p.backends)
		return TOMB_FAIL(err, TOMB_NOMEM, "%s", what);
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t len = end ? (size_t)(end - text.p) : text.n;

		p.line++;
		TOMB_TRY(parse_line(&p, trim((struct tomb_str){text.p, len})));
		len += end ? 1 : 0;
		text.p += len;
		text.n -= len;
	}
	TOMB_TRY(end_section(&p));
	if (p.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "%s: no [backend NAME]", what);
	TOMB_TRY(check_apart(&p));
	*out = p.backends;
	*n = p.n;
	return TOMB_OK;
}

bool backend_is_virtual(const struct backend *backend)
{
	return backend->kind == BACKEND_S3 && tomb_str_eq(backend->style, TOMB_STR("virtual"));
}

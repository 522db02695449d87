#include "config_internal.h"

#include "tombstone/mailbox.h"
#include "tombstone/parse.h"
#include "tombstone/utf8.h"

#include <inttypes.h>
#include <strings.h>

/* The word of a "first|second|..." list that equals text; -1 if there is none. */
static int find_word(const char *list, struct tomb_str text)
{
	const char *word = list;

	for (int i = 0;; i++) {
		size_t n = strcspn(word, "|");

		if (tomb_str_eq(text, (struct tomb_str){word, n}))
			return i;
		if (word[n] == '\0')
			return -1;
		word += n + 1;
	}
}

/* scheme://host, without a password before the host, in characters that a URL may have. */
static bool is_url(const char *schemes, struct tomb_str s)
{
	const char *colon = memmem(s.p, s.n, "://", 3);
	const char *host = colon ? colon + 3 : NULL;
	size_t n = 0;

	if (!colon || find_word(schemes, (struct tomb_str){s.p, (size_t)(colon - s.p)}) < 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("\"<>\\^`{|}", s.p[i]))
			return false;
	}
	n = strcspn(host, "/?#"); /* s ends in NUL */
	return n > 0 && host[0] != ':' && !memchr(host, '@', n);
}

/* Both forms that libpq reads: "password = x" among the words, and "//user:x@host". */
static bool has_password(const char *conninfo)
{
	const char *authority = strstr(conninfo, "://");

	for (const char *p = strcasestr(conninfo, "password"); p; p = strcasestr(p + 1, "password")) {
		const char *after = p + strlen("password");

		if (after[strspn(after, " \t")] == '=')
			return true;
	}
	if (authority) {
		const char *user = authority + 3;
		const char *at = memchr(user, '@', strcspn(user, "/?"));

		return at && memchr(user, ':', (size_t)(at - user));
	}
	return false;
}

static bool set_int(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	return tomb_parse_i64(text, key->min, key->max, at);
}

static void put_int(const struct tomb_config_key *key, const void *at, struct tomb_buf *out)
{
	(void)key;
	tomb_buf_putf(out, "%" PRId64, *(const int64_t *)at);
}

static void rule_int(const struct tomb_config_key *key, struct tomb_buf *out)
{
	tomb_buf_putf(out, "a whole number from %" PRId64 " to %" PRId64, key->min, key->max);
	if (key->unit[0])
		tomb_buf_putf(out, " (%s)", key->unit);
}

static bool set_bool(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	int word = find_word("no|yes|off|on|false|true|0|1", text);

	(void)key;
	if (word < 0)
		return false;
	*(bool *)at = word % 2 == 1;
	return true;
}

static void put_bool(const struct tomb_config_key *key, const void *at, struct tomb_buf *out)
{
	(void)key;
	tomb_buf_put(out, *(const bool *)at ? TOMB_STR("yes") : TOMB_STR("no"));
}

static void rule_bool(const struct tomb_config_key *key, struct tomb_buf *out)
{
	(void)key;
	tomb_buf_put(out, TOMB_STR("yes or no"));
}

static bool set_choice(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	int word = find_word(key->unit, text);

	if (word < 0)
		return false;
	*(int *)at = word;
	return true;
}

static void put_choice(const struct tomb_config_key *key, const void *at, struct tomb_buf *out)
{
	const char *word = key->unit;

	for (int i = *(const int *)at; i > 0; i--)
		word += strcspn(word, "|") + 1;
	tomb_buf_put(out, (struct tomb_str){word, strcspn(word, "|")});
}

static void rule_choice(const struct tomb_config_key *key, struct tomb_buf *out)
{
	tomb_buf_putf(out, "one of %s", key->unit);
}

static bool set_address(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	struct tomb_err unused; /* the rule says it all */

	(void)key;
	if (text.n > 0)
		return tomb_address_parse(text, at, &unused) == TOMB_OK;
	*(struct tomb_address *)at = (struct tomb_address){.port = 0};
	return true;
}

static void put_address(const struct tomb_config_key *key, const void *at, struct tomb_buf *out)
{
	const struct tomb_address *address = at;
	char text[TOMB_ADDRESS_TEXT];

	(void)key;
	if (address->name[0])
		tomb_buf_put(out, tomb_str_from(tomb_address_text(address, text)));
}

static void rule_address(const struct tomb_config_key *key, struct tomb_buf *out)
{
	(void)key;
	tomb_buf_put(out, TOMB_STR("unix:/path, host:port or [IPv6]:port"));
}

static bool set_string(struct tomb_str text, void *at)
{
	*(struct tomb_str *)at = text;
	return true;
}

static void put_string(const struct tomb_config_key *key, const void *at, struct tomb_buf *out)
{
	(void)key;
	tomb_buf_put(out, *(const struct tomb_str *)at);
}

static bool set_text(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	return text.n <= (size_t)key->max && set_string(text, at);
}

static void rule_text(const struct tomb_config_key *key, struct tomb_buf *out)
{
	tomb_buf_putf(out, "a text of at most %" PRId64 " bytes", key->max);
}

static bool set_path(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	(void)key;
	return set_string(text, at);
}

static void rule_path(const struct tomb_config_key *key, struct tomb_buf *out)
{
	(void)key;
	tomb_buf_put(out, TOMB_STR("a path"));
}

static bool set_url(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	return (text.n == 0 || is_url(key->unit, text)) && set_string(text, at);
}

static void rule_url(const struct tomb_config_key *key, struct tomb_buf *out)
{
	tomb_buf_putf(out, "a URL that begins with %s:// and holds no user or password", key->unit);
}

static bool set_mailbox(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	struct tomb_err unused;

	(void)key;
	return (text.n == 0 || tomb_mailbox_check(text, &unused) == TOMB_OK) && set_string(text, at);
}

static void rule_mailbox(const struct tomb_config_key *key, struct tomb_buf *out)
{
	(void)key;
	tomb_buf_put(out, TOMB_STR("an e-mail address"));
}

static bool set_conninfo(const struct tomb_config_key *key, struct tomb_str text, void *at)
{
	(void)key;
	return !has_password(text.p) && set_string(text, at);
}

static void rule_conninfo(const struct tomb_config_key *key, struct tomb_buf *out)
{
	(void)key;
	tomb_buf_put(out, TOMB_STR("a libpq connection string without a password (name a passfile instead)"));
}

static const struct {
	bool (*set)(const struct tomb_config_key *key, struct tomb_str text, void *at); /* text ends in NUL */
	void (*put)(const struct tomb_config_key *key, const void *at, struct tomb_buf *out);
	void (*rule)(const struct tomb_config_key *key, struct tomb_buf *out);
} kinds[] = {
	[TOMB_CFG_INT] = {set_int, put_int, rule_int},
	[TOMB_CFG_BOOL] = {set_bool, put_bool, rule_bool},
	[TOMB_CFG_TEXT] = {set_text, put_string, rule_text},
	[TOMB_CFG_PATH] = {set_path, put_string, rule_path},
	[TOMB_CFG_CHOICE] = {set_choice, put_choice, rule_choice},
	[TOMB_CFG_ADDRESS] = {set_address, put_address, rule_address},
	[TOMB_CFG_URL] = {set_url, put_string, rule_url},
	[TOMB_CFG_MAILBOX] = {set_mailbox, put_string, rule_mailbox},
	[TOMB_CFG_CONNINFO] = {set_conninfo, put_string, rule_conninfo},
};
_Static_assert(TOMB_COUNTOF(kinds) == TOMB_CFG_KIND_MAX, "one row for each kind");

/* A conninfo may be refused for the password in it: only that kind's values stay out of error texts. */
static enum tomb_code refuse(const struct tomb_config_key *key, struct tomb_str text, struct tomb_err *err)
{
	TOMB_BUF_AUTO rule = tomb_buf_init(1024);
	struct tomb_str words = {NULL, 0};

	tomb_config_value_rule(key, &rule);
	TOMB_TRY(tomb_buf_done(&rule, &words, err));
	if (key->kind == TOMB_CFG_CONNINFO || key->kind == TOMB_CFG_URL)
		return TOMB_FAIL(err, TOMB_INVAL, "%s must be %.*s", key->name, TOMB_STR_ARG(words));
	return TOMB_FAIL(err, TOMB_INVAL, "%s must be %.*s, not \"%.*s\"", key->name, TOMB_STR_ARG(words),
		(int)(text.n > 100 ? 100 : text.n), text.p);
}

enum tomb_code tomb_config_value_set(const struct tomb_config_key *key, struct tomb_str text, struct tomb_arena *arena,
	void *config, struct tomb_err *err)
{
	struct tomb_str kept = {NULL, 0};

	if (text.n > TOMB_CONFIG_VALUE_MAX || !tomb_utf8_is_line(text))
		return TOMB_FAIL(err, TOMB_INVAL, "%s must be one line of UTF-8 text, at most %d bytes", key->name,
			TOMB_CONFIG_VALUE_MAX);
	kept = tomb_arena_str(arena, text);
	if (!kept.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "%s: %zu bytes", key->name, text.n);
	if (!kinds[key->kind].set(key, kept, (char *)config + key->at))
		return refuse(key, kept, err);
	return TOMB_OK;
}

bool tomb_config_value_is_missing(const struct tomb_config_key *key, const void *config)
{
	const void *at = (const char *)config + key->at;

	if (key->min < 1 || key->kind == TOMB_CFG_INT || key->kind == TOMB_CFG_BOOL || key->kind == TOMB_CFG_CHOICE)
		return false;
	if (key->kind == TOMB_CFG_ADDRESS)
		return ((const struct tomb_address *)at)->name[0] == '\0';
	return ((const struct tomb_str *)at)->n == 0;
}

void tomb_config_value_rule(const struct tomb_config_key *key, struct tomb_buf *out)
{
	kinds[key->kind].rule(key, out);
}

void tomb_config_put_value(const struct tomb_config_key *key, const void *config, struct tomb_buf *out)
{
	kinds[key->kind].put(key, (const char *)config + key->at, out);
}

#include "aws/profile_file.h"

#include <strings.h>

static const char *const key_names[] = {
	[PROFILE_ACCESS_KEY_ID] = "aws_access_key_id",
	[PROFILE_SECRET_ACCESS_KEY] = "aws_secret_access_key",
	[PROFILE_SESSION_TOKEN] = "aws_session_token",
	[PROFILE_SECURITY_TOKEN] = "aws_security_token",
	[PROFILE_CREDENTIAL_PROCESS] = "credential_process",
	[PROFILE_ROLE_ARN] = "role_arn",
	[PROFILE_ROLE_SESSION_NAME] = "role_session_name",
	[PROFILE_WEB_IDENTITY_TOKEN_FILE] = "web_identity_token_file",
	[PROFILE_SOURCE_PROFILE] = "source_profile",
	[PROFILE_CREDENTIAL_SOURCE] = "credential_source",
	[PROFILE_SSO_SESSION] = "sso_session",
	[PROFILE_SSO_START_URL] = "sso_start_url",
	[PROFILE_SSO_REGION] = "sso_region",
	[PROFILE_SSO_ACCOUNT_ID] = "sso_account_id",
	[PROFILE_SSO_ROLE_NAME] = "sso_role_name",
	[PROFILE_LOGIN_SESSION] = "login_session",
};
_Static_assert(TOMB_COUNTOF(key_names) == PROFILE_KEY_MAX, "every key has a name");

/* One pass over the text. */
struct parser {
	const char *what;
	int line;
	enum profile_file_kind kind;
	struct tomb_str name;
	struct tomb_err *err;

	struct profile plain;    /* [NAME] */
	struct profile prefixed; /* [profile NAME] */
	struct profile *here;    /* the one that is being read, NULL in other sections */
	bool has_section;
	bool has_property; /* in this section */
	size_t indent;     /* of the last property: what is deeper belongs to it */
	int last;          /* its key, -1 if it is not one of ours */
};

const char *profile_key_name(enum profile_key key)
{
	return key_names[key];
}

static enum tomb_code refuse(const struct parser *p, const char *rule)
{
	return TOMB_FAIL(p->err, TOMB_INVAL, "%s:%d: %s", p->what, p->line, rule);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && (is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

static struct tomb_str unquote(struct tomb_str s)
{
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return (struct tomb_str){s.p + 1, s.n - 2};
	return s;
}

/* "profile NAME" without its first word; unchanged, with *prefixed false, for anything else. */
static struct tomb_str cut_prefix(struct tomb_str header, bool *prefixed)
{
	static const struct tomb_str word = {"profile", 7};

	*prefixed = header.n > word.n && memcmp(header.p, word.p, word.n) == 0 && is_blank(header.p[word.n]);
	if (!*prefixed)
		return header;
	return unquote(trim((struct tomb_str){header.p + word.n, header.n - word.n}));
}

/* The profile that a section is, if it is the one that is looked for. */
static struct profile *section_of(struct parser *p, struct tomb_str header)
{
	bool prefixed = false;
	struct tomb_str name = cut_prefix(header, &prefixed);

	if (p->kind == PROFILE_FILE_CREDENTIALS)
		return tomb_str_eq(header, p->name) ? &p->plain : NULL;
	if (!tomb_str_eq(name, p->name))
		return NULL;
	if (prefixed)
		return &p->prefixed;
	return tomb_str_eq(name, TOMB_STR("default")) ? &p->plain : NULL;
}

static enum tomb_code begin_section(struct parser *p, struct tomb_str line)
{
	const char *end = memchr(line.p, ']', line.n);
	struct tomb_str rest = {NULL, 0};

	if (!end)
		return refuse(p, "a section is [NAME] or [profile NAME]");
	rest = trim((struct tomb_str){end + 1, line.n - (size_t)(end + 1 - line.p)});
	if (rest.n && rest.p[0] != '#' && rest.p[0] != ';')
		return refuse(p, "nothing but a comment may follow a section's ]");
	p->here = section_of(p, trim((struct tomb_str){line.p + 1, (size_t)(end - line.p - 1)}));
	if (p->here && p->here->found)
		return refuse(p, "the profile is here for the second time; put the two together");
	if (p->here)
		p->here->found = true;
	p->has_section = true;
	p->has_property = false;
	p->last = -1;
	return TOMB_OK;
}

static int key_of(struct tomb_str name)
{
	for (int i = 0; i < PROFILE_KEY_MAX; i++)
		if (strlen(key_names[i]) == name.n && strncasecmp(key_names[i], name.p, name.n) == 0)
			return i;
	return -1;
}

static enum tomb_code set_property(struct parser *p, struct tomb_str line)
{
	const char *equals = memchr(line.p, '=', line.n);
	struct tomb_str value = {NULL, 0};

	if (!p->has_section)
		return refuse(p, "a property before the first section");
	if (!equals || equals == line.p)
		return refuse(p, "a line is a comment, [NAME], or key = value");
	p->has_property = true;
	p->last = p->here ? key_of(trim((struct tomb_str){line.p, (size_t)(equals - line.p)})) : -1;
	if (p->last < 0)
		return TOMB_OK;
	if (p->here->value[p->last].p)
		return refuse(p, "the property is here for the second time; leave one");
	value = trim((struct tomb_str){equals + 1, line.n - (size_t)(equals + 1 - line.p)});
	p->here->value[p->last] = value;
	return TOMB_OK;
}

static enum tomb_code parse_line(struct parser *p, struct tomb_str raw)
{
	struct tomb_str line = trim(raw);
	size_t indent = (size_t)(line.p - raw.p);

	for (size_t i = 0; i < line.n; i++)
		if (((unsigned char)line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 127)
			return refuse(p, "a control character");
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
		return TOMB_OK;
	if (p->has_property && indent > p->indent) {
		if (p->last >= 0)
			return refuse(p, "a property about keys does not go on in the next line");
		return TOMB_OK; /* part of a property that is not about keys */
	}
	p->indent = indent;
	return line.p[0] == '[' ? begin_section(p, line) : set_property(p, line);
}

enum tomb_code profile_file_parse(struct tomb_str text, enum profile_file_kind kind, const char *what,
	struct tomb_str name, struct profile *out, struct tomb_err *err)
{
	struct parser p = {.what = what, .kind = kind, .name = name, .err = err, .last = -1};

	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t len = end ? (size_t)(end - text.p) : text.n;

		p.line++;
		TOMB_TRY(parse_line(&p, (struct tomb_str){text.p, len}));
		len += end ? 1 : 0;
		text.p += len;
		text.n -= len;
	}
	*out = p.prefixed.found ? p.prefixed : p.plain;
	for (size_t i = 0; i < PROFILE_KEY_MAX; i++)
		if (!out->value[i].p)
			out->value[i] = TOMB_STR("");
	return TOMB_OK;
}

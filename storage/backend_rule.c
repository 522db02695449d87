#include "backend_rule.h"

#include "backend.h"
#include "tombstone/parse.h"

enum {
	FOLDER_MAX = 1024,
	HOST_MAX = 253,
	LABEL_MAX = 63, /* of a host's name */
	BUCKET_MIN = 3,
	BUCKET_MAX = 255,
	VAULT_MAX = 255,
	WORD_MAX = 64,
	ACCOUNT_DIGITS = 12
};

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

static bool is_made_of(struct tomb_str s, const char *set, size_t min, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || !strchr(set, s.p[i]))
			return false;
	return s.n >= min && s.n <= max;
}

static bool cut_prefix(struct tomb_str *s, struct tomb_str prefix)
{
	if (s->n < prefix.n || memcmp(s->p, prefix.p, prefix.n) != 0)
		return false;
	s->p += prefix.n;
	s->n -= prefix.n;
	return true;
}

bool backend_rule_is_name(struct tomb_str name)
{
	return is_made_of(name, LOWER UPPER DIGIT "._-", 1, BACKEND_NAME_MAX);
}

const char *backend_rule_file(struct tomb_str value)
{
	return value.p[0] == '/' && value.n <= FOLDER_MAX ? NULL : "an absolute path";
}

/* One name for one folder: its URLs are compared as text. */
const char *backend_rule_folder(struct tomb_str value)
{
	static const char *const rule =
		"an absolute path without empty, \".\" or \"..\" parts and without \"/\" at its end";
	size_t begin = 1;

	if (value.p[0] != '/' || value.n > FOLDER_MAX)
		return rule;
	for (size_t i = 1; i <= value.n; i++) {
		struct tomb_str part = {value.p + begin, i - begin};

		if (i < value.n && value.p[i] != '/')
			continue;
		if (part.n == 0 || tomb_str_eq(part, TOMB_STR(".")) || tomb_str_eq(part, TOMB_STR("..")))
			return rule;
		begin = i + 1;
	}
	return NULL;
}

/* Splits host[:port] or [v6][:port]; port is empty if there is none. */
static bool split_port(struct tomb_str authority, struct tomb_str *host, struct tomb_str *port)
{
	const char *end = authority.n && authority.p[0] == '[' ? memchr(authority.p, ']', authority.n) : NULL;
	size_t from = end ? (size_t)(end - authority.p) : 0;
	const char *colon = memchr(authority.p + from, ':', authority.n - from);

	*host = (struct tomb_str){authority.p, colon ? (size_t)(colon - authority.p) : authority.n};
	*port = colon ? (struct tomb_str){colon + 1, authority.n - host->n - 1} : TOMB_STR("");
	return !colon || port->n > 0;
}

static bool is_host(struct tomb_str host)
{
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		return is_made_of((struct tomb_str){host.p + 1, host.n - 2}, DIGIT "abcdef:.", 2, 45);
	return is_made_of(host, LOWER DIGIT ".-", 1, HOST_MAX) && host.p[0] != '.' && host.p[0] != '-';
}

const char *backend_rule_endpoint(struct tomb_str value)
{
	bool https = cut_prefix(&value, TOMB_STR("https://"));
	struct tomb_str host = {NULL, 0};
	struct tomb_str port = {NULL, 0};
	uint64_t number = 0;

	if (!https && !cut_prefix(&value, TOMB_STR("http://")))
		return "https://host or https://host:port";
	if (!split_port(value, &host, &port) || !is_host(host))
		return "https://host or https://host:port, lower case, nothing behind it";
	if (port.n && (!tomb_parse_u64(port, 1, 65535, &number) || port.p[0] == '0'))
		return "a port is 1 to 65535";
	if (number == (https ? 443 : 80))
		return "leave the default port out: signatures do not have it";
	return NULL;
}

bool backend_rule_is_private(struct tomb_str endpoint)
{
	struct tomb_str host = {NULL, 0};
	struct tomb_str port = {NULL, 0};

	if (!cut_prefix(&endpoint, TOMB_STR("http://")))
		return true;
	if (!split_port(endpoint, &host, &port))
		return false;
	if (tomb_str_eq(host, TOMB_STR("localhost")) || tomb_str_eq(host, TOMB_STR("[::1]")))
		return true;
	return cut_prefix(&host, TOMB_STR("127.")) && is_made_of(host, DIGIT ".", 5, 11);
}

const char *backend_rule_region(struct tomb_str value)
{
	return is_made_of(value, LOWER DIGIT "-", 1, WORD_MAX) ? NULL : "1 to 64 of a-z 0-9 -";
}

/* Old buckets and other providers know capitals and underscores. */
const char *backend_rule_bucket(struct tomb_str value)
{
	if (!is_made_of(value, LOWER UPPER DIGIT "._-", BUCKET_MIN, BUCKET_MAX) || value.p[0] == '.')
		return "3 to 255 of a-z A-Z 0-9 . _ -, not beginning with a dot";
	return NULL;
}

const char *backend_rule_storage_class(struct tomb_str value)
{
	return is_made_of(value, UPPER DIGIT "_", 1, WORD_MAX) ? NULL : "1 to 64 of A-Z 0-9 _";
}

const char *backend_rule_style(struct tomb_str value)
{
	return tomb_str_eq(value, TOMB_STR("virtual")) || tomb_str_eq(value, TOMB_STR("path")) ? NULL
											       : "path or virtual";
}

const char *backend_rule_account(struct tomb_str value)
{
	return is_made_of(value, DIGIT, ACCOUNT_DIGITS, ACCOUNT_DIGITS) ? NULL : "an AWS account's 12 digits";
}

const char *backend_rule_account_id(struct tomb_str value)
{
	if (tomb_str_eq(value, TOMB_STR("-")) || !backend_rule_account(value))
		return NULL;
	return "an AWS account's 12 digits, or - for that of the keys";
}

/* Dots alone would be taken out of the path before it is signed. */
const char *backend_rule_vault(struct tomb_str value)
{
	if (is_made_of(value, ".", 1, 2) || !is_made_of(value, LOWER UPPER DIGIT "._-", 1, VAULT_MAX))
		return "1 to 255 of a-z A-Z 0-9 . _ -, and not . or ..";
	return NULL;
}

static bool is_address(struct tomb_str host)
{
	return host.p[0] == '[' || is_made_of(host, DIGIT ".", 1, HOST_MAX);
}

const char *backend_rule_virtual(struct tomb_str endpoint, struct tomb_str bucket)
{
	bool https = cut_prefix(&endpoint, TOMB_STR("https://"));
	struct tomb_str host = {NULL, 0};
	struct tomb_str port = {NULL, 0};

	if (!https && !cut_prefix(&endpoint, TOMB_STR("http://")))
		return "the endpoint is no URL";
	if (!split_port(endpoint, &host, &port) || is_address(host))
		return "the endpoint is an address, and nothing can be put before that: use style = path";
	if (!is_made_of(bucket, LOWER DIGIT ".-", BUCKET_MIN, LABEL_MAX) || !is_host(bucket) ||
		bucket.p[bucket.n - 1] == '-' || bucket.p[bucket.n - 1] == '.' || memmem(bucket.p, bucket.n, "..", 2) ||
		bucket.n + 1 + host.n > HOST_MAX)
		return "the bucket's name cannot be a part of a host's: use style = path";
	if (https && memchr(bucket.p, '.', bucket.n))
		return "a TLS certificate covers no bucket name with dots: use style = path";
	return NULL;
}

const char *backend_rule_provider(struct tomb_str value)
{
	bool known = tomb_str_eq(value, TOMB_STR("wasabi")) || tomb_str_eq(value, TOMB_STR("other"));

	return known ? NULL : "wasabi or other";
}

const char *backend_rule_profile(struct tomb_str value)
{
	return is_made_of(value, LOWER UPPER DIGIT "._-+=,@/:", 1, WORD_MAX)
		       ? NULL
		       : "1 to 64 of a-z A-Z 0-9 . _ - + = , @ / :";
}

const char *backend_rule_credentials(struct tomb_str value)
{
	bool known = tomb_str_eq(value, TOMB_STR("files")) || tomb_str_eq(value, TOMB_STR("chain"));

	return known ? NULL : "files or chain";
}

const char *backend_rule_keys(const struct backend *b)
{
	bool has_files = b->access_key_file.n || b->secret_key_file.n || b->session_token_file.n;
	bool is_chain = b->credentials.n ? tomb_str_eq(b->credentials, TOMB_STR("chain")) : !has_files;

	if (is_chain && has_files)
		return "credentials = chain has no key files";
	if (!is_chain && b->profile.n)
		return "a profile is for credentials = chain";
	if (!is_chain && !(b->access_key_file.n && b->secret_key_file.n))
		return "keys from files need access_key_file and secret_key_file";
	return NULL;
}

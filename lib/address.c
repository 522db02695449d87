#include "tombstone/address.h"

#include "tombstone/parse.h"
#include "tombstone/utf8.h"

#include <stdio.h>

/* Letters, digits, hyphens and dots; what a resolver makes of it is the resolver's business. */
static bool is_host_name(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
			    c == '.' || c == '_'))
			return false;
	}
	return s.n > 0 && s.n <= TOMB_ADDRESS_NAME_MAX && s.p[0] != '-';
}

static bool is_ipv6(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
			    c == '.'))
			return false;
	}
	return s.n >= 2 && s.n <= 45 && memchr(s.p, ':', s.n); /* 45: the longest form, with an IPv4 tail */
}

static bool is_socket_path(struct tomb_str s)
{
	return s.n > 1 && s.n <= TOMB_ADDRESS_PATH_MAX && s.p[0] == '/' && tomb_utf8_is_line(s);
}

static void fill(struct tomb_address *out, bool is_unix, struct tomb_str name, uint64_t port)
{
	*out = (struct tomb_address){.is_unix = is_unix, .port = (uint16_t)port};
	memcpy(out->name, name.p, name.n);
}

static bool parse_tcp(struct tomb_str text, struct tomb_address *out)
{
	const char *colon = text.n ? memrchr(text.p, ':', text.n) : NULL;
	struct tomb_str host = {text.p, colon ? (size_t)(colon - text.p) : 0};
	struct tomb_str port = {colon ? colon + 1 : NULL, colon ? text.n - host.n - 1 : 0};
	bool bracketed = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	uint64_t number = 0;

	if (bracketed)
		host = (struct tomb_str){host.p + 1, host.n - 2};
	if (!(bracketed ? is_ipv6(host) : is_host_name(host)) || port.n > 5 ||
		!tomb_parse_u64(port, 0, UINT16_MAX, &number))
		return false;
	fill(out, false, host, number);
	return true;
}

enum tomb_code tomb_address_parse(struct tomb_str text, struct tomb_address *out, struct tomb_err *err)
{
	static const char scheme[] = "unix:";
	const size_t n = sizeof scheme - 1;

	if (text.n >= n && memcmp(text.p, scheme, n) == 0) {
		struct tomb_str path = {text.p + n, text.n - n};

		if (!is_socket_path(path))
			return TOMB_FAIL(err, TOMB_INVAL,
				"the socket's path must begin with / and have at most %d bytes", TOMB_ADDRESS_PATH_MAX);
		fill(out, true, path, 0);
		return TOMB_OK;
	}
	if (!parse_tcp(text, out))
		return TOMB_FAIL(err, TOMB_INVAL, "must be unix:/path, host:port or [IPv6]:port, port 0 to 65535");
	return TOMB_OK;
}

char *tomb_address_text(const struct tomb_address *address, char out[static TOMB_ADDRESS_TEXT])
{
	const char *name = address->name;
	unsigned port = address->port;

	if (address->is_unix)
		(void)snprintf(out, TOMB_ADDRESS_TEXT, "unix:%s", name);
	else if (strchr(name, ':'))
		(void)snprintf(out, TOMB_ADDRESS_TEXT, "[%s]:%u", name, port);
	else
		(void)snprintf(out, TOMB_ADDRESS_TEXT, "%s:%u", name, port);
	return out;
}

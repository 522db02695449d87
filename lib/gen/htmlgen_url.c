/*
 * Addresses in attributes.  A field may be the whole address, and then its scheme is checked when the page is written.
 * Or a literal goes before it, and then that literal must have settled scheme and host: "/...", "?...", "#...",
 * "name/...", "http://host/...".  Such a field is percent-encoded, so it can neither leave its segment nor its value.
 */
#include "htmlgen.h"

#include <ctype.h>
#include <string.h>

static enum url after_path_character(enum url part, char c)
{
	return c == '?' || c == '#' ? URL_QUERY : part;
}

/* Cannot end, hide or be part of a scheme in any other way than by a colon. */
static bool is_segment(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-';
}

static enum url step_start(struct url_place *url, char c)
{
	url->scheme[0] = c;
	url->scheme[1] = '\0';
	if (c == '/')
		return URL_SLASH;
	if (c == '?' || c == '#')
		return URL_QUERY;
	return is_segment(c) ? URL_RELATIVE : URL_FIXED;
}

static enum url step_relative(struct url_place *url, char c)
{
	size_t n = strlen(url->scheme);

	if (c == ':')
		return strcmp(url->scheme, "http") == 0 || strcmp(url->scheme, "https") == 0 ? URL_SCHEME : URL_FIXED;
	if (n + 1 < sizeof url->scheme) {
		url->scheme[n] = c;
		url->scheme[n + 1] = '\0';
	}
	if (c == '/')
		return URL_PATH;
	if (c == '?' || c == '#')
		return URL_QUERY;
	return is_segment(c) ? URL_RELATIVE : URL_FIXED;
}

static enum url step_slash(char c)
{
	return c == '/' || c == '\\' ? URL_HOST : after_path_character(URL_PATH, c);
}

static enum url step_host(char c)
{
	return c == '/' ? URL_PATH : after_path_character(URL_HOST, c);
}

void url_step(struct url_place *url, char c)
{
	switch (url->part) {
	case URL_START:
		url->part = step_start(url, c);
		break;
	case URL_RELATIVE:
		url->part = step_relative(url, c);
		break;
	case URL_SCHEME:
		url->part = c == '/' ? URL_SLASHES : URL_FIXED;
		break;
	case URL_SLASHES:
		url->part = c == '/' ? URL_HOST : URL_FIXED;
		break;
	case URL_SLASH:
		url->part = step_slash(c);
		break;
	case URL_HOST:
		url->part = step_host(c);
		break;
	case URL_PATH:
		url->part = after_path_character(URL_PATH, c);
		break;
	case URL_WHOLE:
	case URL_QUERY:
	case URL_FIXED:
	case URL_BRANCHED:
	case URL_MAX:
		break;
	}
	url->last = c;
}

static const char *const refusal[URL_MAX] = {
	[URL_WHOLE] = "nothing may follow a field that is the whole address",
	[URL_RELATIVE] = "what is before the field must settle the address: begin with / or ?",
	[URL_SCHEME] = "what is before the field must settle the host",
	[URL_SLASHES] = "what is before the field must settle the host",
	[URL_HOST] = "what is before the field must settle the host",
	[URL_FIXED] = "no field may stand in an address of this scheme",
	[URL_BRANCHED] = "the branches before it end in different parts of the address",
};

static const char *whole(enum type type, const char **why)
{
	if (type == TYPE_STR)
		return "tomb_html_url";
	*why = "the whole address must be a str";
	return NULL;
}

const char *url_writer(struct url_place *url, enum type type, const char **why)
{
	enum url part = url->part;
	char last = url->last;

	*why = refusal[part];
	if (*why)
		return NULL;
	url->last = '\0';
	if (part == URL_START) {
		url->part = URL_WHOLE;
		return whole(type, why);
	}
	if (part == URL_SLASH)
		url->part = URL_PATH;
	if (type == TYPE_INT)
		return "tomb_html_int";
	if (type == TYPE_STR && part == URL_QUERY)
		return "tomb_html_url_query";
	if (type == TYPE_TIME && part == URL_QUERY)
		return "tomb_html_time_iso";
	if (type != TYPE_STR)
		*why = "only a str or an int may stand in a path";
	else if (last == '\0' || last == '.' || last == '%')
		*why = "put something other than '.' or '%' between the fields of a path";
	return *why ? NULL : "tomb_html_url_segment";
}

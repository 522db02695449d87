#include "aws/place.h"

#include "backend_rule.h"

#include <stdio.h>

static const char scheme_end[] = "://";

/* The last label of the host that is the configured region; past the end if none is. */
static size_t find_label(struct tomb_str host, struct tomb_str region)
{
	size_t found = host.n;
	size_t begin = 0;

	for (size_t i = 0; i <= host.n; i++) {
		if (i < host.n && host.p[i] != '.' && host.p[i] != ':')
			continue;
		if (tomb_str_eq((struct tomb_str){host.p + begin, i - begin}, region))
			found = begin;
		if (i < host.n && host.p[i] == ':') /* a port follows */
			break;
		begin = i + 1;
	}
	return found;
}

struct tomb_str aws_place_host(const struct aws_client *client)
{
	return tomb_str_from(strstr(client->endpoint, scheme_end) + strlen(scheme_end));
}

enum tomb_code aws_place_set(struct aws_client *client, struct tomb_str region, struct tomb_err *err)
{
	const struct backend *b = client->backend;
	const char *at = strstr(b->endpoint.p, scheme_end);
	struct tomb_str bucket = backend_is_virtual(b) ? b->bucket : TOMB_STR("");
	struct tomb_str host = {NULL, 0};
	struct tomb_str rest = {NULL, 0};
	char endpoint[AWS_ENDPOINT_MAX];
	size_t label = 0;
	int n = 0;

	if (!at)
		return TOMB_FAIL(err, TOMB_BUG, "endpoint %s", b->endpoint.p);
	if (region.n == 0 || backend_rule_region(region) || region.n >= sizeof client->region)
		return TOMB_FAIL(err, TOMB_INVAL, "not the name of a region");
	host = tomb_str_from(at + strlen(scheme_end));
	label = find_label(host, b->region);
	if (label < host.n)
		rest = (struct tomb_str){host.p + label + b->region.n, host.n - label - b->region.n};
	n = snprintf(endpoint, sizeof endpoint, "%.*s%.*s%s%.*s%.*s%.*s", (int)(host.p - b->endpoint.p), b->endpoint.p,
		TOMB_STR_ARG(bucket), bucket.n ? "." : "", (int)label, host.p, label < host.n ? (int)region.n : 0,
		region.p, TOMB_STR_ARG(rest));
	if (n < 0 || (size_t)n >= sizeof endpoint)
		return TOMB_FAIL(err, TOMB_INVAL, "endpoint %s: too long", b->endpoint.p);
	memcpy(client->endpoint, endpoint, (size_t)n + 1);
	(void)snprintf(client->region, sizeof client->region, "%.*s", TOMB_STR_ARG(region));
	return TOMB_OK;
}

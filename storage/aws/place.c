#include "aws/place.h"

#include "backend_rule.h"

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

/* The operator's endpoint with the bucket before its host, and another region where its own stands. */
static void put_endpoint(const struct backend *b, struct tomb_str host, struct tomb_str region, struct tomb_buf *out)
{
	size_t label = find_label(host, b->region);

	tomb_buf_put(out, (struct tomb_str){b->endpoint.p, (size_t)(host.p - b->endpoint.p)});
	if (backend_is_virtual(b)) {
		tomb_buf_put(out, b->bucket);
		tomb_buf_put(out, TOMB_STR("."));
	}
	tomb_buf_put(out, (struct tomb_str){host.p, label});
	if (label < host.n) {
		size_t end = label + b->region.n;

		tomb_buf_put(out, region);
		tomb_buf_put(out, (struct tomb_str){host.p + end, host.n - end});
	}
}

enum tomb_code aws_place_set(struct aws_client *client, struct tomb_str region, struct tomb_err *err)
{
	const struct backend *b = client->backend;
	const char *at = strstr(b->endpoint.p, scheme_end);
	TOMB_BUF_AUTO buf = tomb_buf_init(AWS_ENDPOINT_MAX - 1);
	struct tomb_str endpoint = {NULL, 0};

	if (!at)
		return TOMB_FAIL(err, TOMB_BUG, "endpoint %s", b->endpoint.p);
	if (region.n == 0 || backend_rule_region(region) || region.n >= sizeof client->region)
		return TOMB_FAIL(err, TOMB_INVAL, "not the name of a region");
	put_endpoint(b, tomb_str_from(at + strlen(scheme_end)), region, &buf);
	if (tomb_buf_done(&buf, &endpoint, err) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_INVAL, "endpoint %s: too long", b->endpoint.p);
	memcpy(client->endpoint, endpoint.p, endpoint.n);
	client->endpoint[endpoint.n] = '\0';
	memmove(client->region, region.p, region.n);
	client->region[region.n] = '\0';
	return TOMB_OK;
}

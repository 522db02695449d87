#include "answer.h"

#include "etag.h"
#include "tombstone/parse.h"
#include "tombstone/percent.h"
#include "tombstone/time.h"

#include <inttypes.h>
#include <stdio.h>

enum { LINK_BYTES_MAX = 64 * 1024 /* a target of the longest request line, encoded anew */ };

enum tomb_code tomb_api_order(struct tomb_str word, bool may_be_name, struct tomb_api_order *out, struct tomb_err *err)
{
	bool is_name = may_be_name && tomb_str_eq(word, TOMB_STR("name"));
	bool is_newest = word.n == 0 || tomb_str_eq(word, TOMB_STR("newest"));

	if (!is_name && !is_newest && !tomb_str_eq(word, TOMB_STR("oldest")))
		return TOMB_FAIL(
			err, TOMB_INVAL, "order is \"newest\"%s \"oldest\"", may_be_name ? ", \"name\" or" : " or");
	*out = (struct tomb_api_order){.newest_first = is_newest, .by_name = is_name};
	return TOMB_OK;
}

enum tomb_code tomb_api_body(
	const struct tomb_request *req, const struct tomb_json_field *fields, size_t n, void *out, struct tomb_err *err)
{
	struct tomb_str body = req->body.n > 0 ? req->body : TOMB_STR("{}");

	if (req->body.n > 0 && !tomb_request_is_type(req, TOMB_STR("application/json")))
		return TOMB_FAIL(err, TOMB_UNSUPPORTED, "the body is not application/json");
	return tomb_json_read_text(body, req->route->body_max, fields, n, req->arena, out, err);
}

enum tomb_code tomb_api_moment(struct tomb_str text, const char *name, int64_t *us, struct tomb_err *err)
{
	enum {
		DAY = sizeof "2027-01-31" - 1,
		EARLIEST = 1000000 /* us: nothing here is as old, and 0 would be no bound */
	};
	char first[DAY + sizeof "T00:00:00Z"];
	struct tomb_err why;

	if (text.n == 0) {
		*us = 0;
		return TOMB_OK;
	}
	if (text.n == DAY) {
		memcpy(first, text.p, DAY);
		memcpy(first + DAY, "T00:00:00Z", sizeof "T00:00:00Z");
		text = tomb_str_from(first);
	}
	if (tomb_time_parse(text, us, &why) != TOMB_OK)
		return TOMB_FAIL(
			err, TOMB_INVAL, "\"%s\" is a time, as 2027-01-31T10:00:00Z, or a day, as 2027-01-31", name);
	if (*us < EARLIEST)
		*us = EARLIEST;
	return TOMB_OK;
}

void tomb_api_time(struct tomb_json *w, const char *key, int64_t us)
{
	if (us == 0)
		tomb_json_null(w, key);
	else
		tomb_json_time(w, key, us);
}

void tomb_api_id(struct tomb_json *w, const char *key, int64_t id)
{
	if (id == 0)
		tomb_json_null(w, key);
	else
		tomb_json_int(w, key, id);
}

void tomb_api_begin_list(struct tomb_json *w)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_begin_array(w, "results");
}

enum tomb_code tomb_api_end_list(struct tomb_json *w, const struct tomb_request *req, struct tomb_response *res,
	struct tomb_str next, struct tomb_err *err)
{
	TOMB_BUF_AUTO link = tomb_buf_init(LINK_BYTES_MAX);
	struct tomb_str path;

	tomb_json_end_array(w);
	if (next.n > 0) {
		tomb_api_link(&link, req, TOMB_STR("after"), next);
		TOMB_TRY(tomb_buf_done(&link, &path, err));
		tomb_json_str(w, "next", path);
	} else {
		tomb_json_null(w, "next");
	}
	tomb_json_end_object(w);
	return tomb_api_sent(w, res, 200, err);
}

enum tomb_code tomb_api_after(struct tomb_str after, int64_t *id, struct tomb_err *err)
{
	*id = 0;
	if (after.n > 0 && !tomb_parse_i64(after, 1, INT64_MAX - 1, id))
		return TOMB_FAIL(
			err, TOMB_INVAL, "\"%.*s\" is not where a page of this list begins", TOMB_STR_ARG(after));
	return TOMB_OK;
}

size_t tomb_api_shown(int64_t limit, size_t n)
{
	size_t most = limit == 0 ? TOMB_PAGE_DEFAULT : (size_t)limit;

	return n > most ? most : n;
}

enum tomb_code tomb_api_end_list_at(struct tomb_json *w, const struct tomb_request *req, struct tomb_response *res,
	int64_t next_id, struct tomb_err *err)
{
	char next[24] = "";

	if (next_id != 0)
		(void)snprintf(next, sizeof next, "%" PRId64, next_id);
	return tomb_api_end_list(w, req, res, tomb_str_from(next), err);
}

enum tomb_code tomb_api_sent(
	const struct tomb_json *w, struct tomb_response *res, unsigned status, struct tomb_err *err)
{
	struct tomb_str json;

	TOMB_TRY(tomb_json_done(w, &json, err));
	res->status = status;
	res->content_type = "application/json; charset=utf-8";
	return TOMB_OK;
}

enum tomb_code tomb_api_sent_thing(const struct tomb_json *w, const struct tomb_request *req, struct tomb_response *res,
	unsigned status, struct tomb_err *err)
{
	char etag[TOMB_ETAG_TEXT];

	TOMB_TRY(tomb_api_sent(w, res, status, err));
	tomb_etag_of((struct tomb_str){res->body.p, res->body.n}, etag);
	TOMB_TRY(tomb_response_header(res, "ETag", tomb_str_from(etag), err));
	if (req->method == TOMB_GET && tomb_etag_is_known(req, tomb_str_from(etag))) {
		tomb_buf_reset(&res->body);
		res->content_type = NULL;
		res->status = 304;
	}
	return TOMB_OK;
}

static void put_parameter(struct tomb_buf *out, bool *is_first, struct tomb_str name, struct tomb_str value)
{
	tomb_buf_put(out, *is_first ? TOMB_STR("?") : TOMB_STR("&"));
	*is_first = false;
	tomb_percent_encode(out, name);
	tomb_buf_put(out, TOMB_STR("="));
	tomb_percent_encode(out, value);
}

void tomb_api_link(struct tomb_buf *out, const struct tomb_request *req, struct tomb_str name, struct tomb_str value)
{
	bool is_first = true;

	tomb_buf_put(out, req->path);
	for (size_t i = 0; i < req->query.n; i++)
		if (!tomb_str_eq(req->query.p[i].name, name))
			put_parameter(out, &is_first, req->query.p[i].name, req->query.p[i].value);
	if (value.n > 0)
		put_parameter(out, &is_first, name, value);
}

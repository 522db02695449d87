#include "member_answer.h"

#include "answer.h"
#include "tombstone/percent.h"
#include "tombstone/time.h"

#include <inttypes.h>

enum { LINK_BYTES_MAX = 64 * 1024 };

/* The path and query of another page of the same list. */
static enum tomb_code put_link(struct tomb_json *w, const char *key, const struct tomb_request *req, int64_t page,
	struct tomb_str after, struct tomb_err *err)
{
	static const struct tomb_str ours[] = {{"page", 4}, {"after", 5}};
	TOMB_BUF_AUTO link = tomb_buf_init(LINK_BYTES_MAX);
	struct tomb_str text;

	tomb_buf_put(&link, req->path);
	tomb_buf_putf(&link, "?page=%" PRId64, page);
	for (size_t i = 0; i < req->query.n; i++) {
		if (tomb_str_eq(req->query.p[i].name, ours[0]) || tomb_str_eq(req->query.p[i].name, ours[1]))
			continue;
		tomb_buf_put(&link, TOMB_STR("&"));
		tomb_percent_encode(&link, req->query.p[i].name);
		tomb_buf_put(&link, TOMB_STR("="));
		tomb_percent_encode(&link, req->query.p[i].value);
	}
	if (after.n > 0) {
		tomb_buf_put(&link, TOMB_STR("&after="));
		tomb_percent_encode(&link, after);
	}
	TOMB_TRY(tomb_buf_done(&link, &text, err));
	tomb_json_str(w, key, text);
	return TOMB_OK;
}

enum tomb_code tomb_member_begin_list(struct tomb_json *w, const struct tomb_request *req,
	const struct tomb_member_query *q, int64_t count, struct tomb_str next, struct tomb_err *err)
{
	bool is_numbered = tomb_str_eq(next, TOMB_STR(TOMB_MEMBER_BY_NUMBER));
	bool has_previous = q->page > 1 && (q->page - 2) * q->per_page <= TOMB_COUNT_MAX;

	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "count", count);
	if (next.n > 0)
		TOMB_TRY(put_link(w, "next", req, q->page + 1, is_numbered ? TOMB_STR("") : next, err));
	else
		tomb_json_str(w, "next", TOMB_STR(""));
	if (has_previous)
		TOMB_TRY(put_link(w, "previous", req, q->page - 1, TOMB_STR(""), err));
	else
		tomb_json_str(w, "previous", TOMB_STR(""));
	tomb_json_begin_array(w, "results");
	return TOMB_OK;
}

enum tomb_code tomb_member_end_list(struct tomb_json *w, struct tomb_response *res, struct tomb_err *err)
{
	tomb_json_end_array(w);
	tomb_json_end_object(w);
	return tomb_api_sent(w, res, 200, err);
}

void tomb_member_time(struct tomb_json *w, const char *key, int64_t us)
{
	tomb_json_time(w, key, us == 0 ? TOMB_TIME_MIN : us);
}

void tomb_member_state(struct tomb_json *w, bool is_deleted)
{
	tomb_json_str(w, "state", is_deleted ? TOMB_STR("D") : TOMB_STR("A"));
}

struct tomb_str tomb_member_name(const struct tomb_request *req)
{
	struct tomb_str name = req->params[0].text;

	if (name.n > 1 && name.p[name.n - 1] == '/')
		name.n--;
	return name;
}

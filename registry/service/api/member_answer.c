#include "member_answer.h"

#include "answer.h"
#include "tombstone/percent.h"
#include "tombstone/time.h"

#include <inttypes.h>

enum {
	PER_PAGE_DEFAULT = 20, /* aptrust.md 3.1 */
	LINK_BYTES_MAX = 64 * 1024
};

static bool is_known(struct tomb_str name, const struct tomb_form_field *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(name, tomb_str_from(table[i].name)))
			return true;
	return false;
}

/* id up or down; every other order is unknown to us. */
static enum tomb_code read_sort(struct tomb_member_paging *paging, struct tomb_err *err)
{
	bool is_up = tomb_str_eq(paging->sort, TOMB_STR("id")) || tomb_str_eq(paging->sort, TOMB_STR("id__asc"));

	if (paging->sort.n > 0 && !is_up && !tomb_str_eq(paging->sort, TOMB_STR("id__desc")))
		return TOMB_FAIL(err, TOMB_INVAL, "Invalid query params: sort is id__asc or id__desc, not %.*s",
			TOMB_STR_ARG(paging->sort));
	paging->newest_first = !is_up;
	return TOMB_OK;
}

enum tomb_code tomb_member_query(const struct tomb_request *req, const struct tomb_form_field *table, size_t n,
	void *out, struct tomb_member_paging *paging, struct tomb_err *err)
{
	int64_t skip = 0;

	for (size_t i = 0; i < req->query.n; i++)
		if (!is_known(req->query.p[i].name, table, n))
			return TOMB_FAIL(
				err, TOMB_INVAL, "Invalid query params: %.*s", TOMB_STR_ARG(req->query.p[i].name));
	*paging = (struct tomb_member_paging){.page = 1, .per_page = PER_PAGE_DEFAULT};
	TOMB_TRY(tomb_form_read(req->query, table, n, TOMB_FORM_STRICT, req->arena, out, err));
	TOMB_TRY(read_sort(paging, err));
	if (paging->per_page > TOMB_PAGE_MAX)
		paging->per_page = TOMB_PAGE_MAX;
	if (paging->after.n == 0)
		skip = (paging->page - 1) * paging->per_page; /* both below 2^31 */
	if (skip > TOMB_COUNT_MAX)
		return TOMB_FAIL(err, TOMB_INVAL,
			"page %" PRId64 " is further than %d rows into the list: follow \"next\" instead", paging->page,
			TOMB_COUNT_MAX);
	paging->wanted = (struct tomb_page){
		.after = paging->after, .limit = (int32_t)paging->per_page, .skip = (int32_t)skip};
	return TOMB_OK;
}

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
	const struct tomb_member_paging *paging, int64_t count, struct tomb_str next, struct tomb_err *err)
{
	bool has_previous = paging->page > 1 && (paging->page - 2) * paging->per_page <= TOMB_COUNT_MAX;

	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "count", count);
	if (next.n > 0)
		TOMB_TRY(put_link(w, "next", req, paging->page + 1, next, err));
	else
		tomb_json_str(w, "next", TOMB_STR(""));
	if (has_previous)
		TOMB_TRY(put_link(w, "previous", req, paging->page - 1, TOMB_STR(""), err));
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

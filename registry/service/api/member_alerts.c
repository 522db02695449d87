/* /member-api/v3/alerts: AlertView */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "tombstone/alert.h"

#include <inttypes.h>

static const struct tomb_member_field fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"created_at", TOMB_MEMBER_TIME, TOMB_MEMBER_RANGE | TOMB_MEMBER_SORT},
	{"institution_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS},
	{"type", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
	{"user_id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_IS},
};
const struct tomb_member_table tomb_member_alerts_query = {fields, TOMB_COUNTOF(fields)};

static struct tomb_alert_filter filter_of(const struct tomb_sift *sift)
{
	struct tomb_alert_filter f = {.oldest_first = sift->nsorts > 0 && !sift->sorts[0].down};

	for (size_t i = 0; i < sift->nterms; i++) {
		const struct tomb_sift_term *t = &sift->terms[i];

		if (t->op == TOMB_SIFT_FROM)
			f.since_us = t->number;
		else if (t->op == TOMB_SIFT_TO)
			f.until_us = t->number;
		else if (tomb_str_eq(t->name, TOMB_STR("type")))
			f.type = t->text;
		else if (tomb_str_eq(t->name, TOMB_STR("user_id")))
			f.user_id = t->number;
		else
			f.institution_id = t->number;
	}
	return f;
}

static void put_alert(struct tomb_json *w, const struct tomb_alert *a)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", a->id);
	tomb_json_int(w, "institution_id", a->institution_id);
	tomb_json_str(w, "institution_name", a->institution_name);
	tomb_json_str(w, "institution_identifier", a->institution);
	tomb_json_str(w, "type", a->type);
	tomb_json_str(w, "subject", a->subject);
	tomb_json_str(w, "content", a->content);
	tomb_json_int(w, "deletion_request_id", a->request_id);
	tomb_json_time(w, "created_at", a->created_at_us);
	tomb_json_int(w, "user_id", a->user_id);
	tomb_json_str(w, "user_name", a->user_name);
	tomb_json_str(w, "user_email", a->user_email);
	tomb_member_time(w, "sent_at", a->sent_at_us);
	tomb_member_time(w, "read_at", a->read_at_us);
	tomb_json_end_object(w);
}

enum tomb_code tomb_member_alerts(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_alert_filter filter;
	struct tomb_alert_page found;
	int64_t count = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	filter = filter_of(&q.sift);
	TOMB_TRY(tomb_alert_list(ctx->link.pg, &ctx->actor, &filter, &q.wanted, req->arena, &found, err));
	TOMB_TRY(tomb_alert_count(ctx->link.pg, &ctx->actor, &filter, &count, err));
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, count, found.next, err));
	for (size_t i = 0; i < found.n; i++)
		put_alert(&w, &found.p[i]);
	return tomb_member_end_list(&w, res, err);
}

/* Theirs marks it as read; ours leaves that to the reader, since asking changes nothing.  The address may end in the
 * id of whose alert it is. */
enum tomb_code tomb_member_alert(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_alert found;

	TOMB_TRY(tomb_alert_find(ctx->link.pg, &ctx->actor, req->params[0].id, req->arena, &found, err));
	if (req->nparams > 1 && req->params[1].id != found.user_id)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no alert %" PRId64, req->params[0].id);
	put_alert(&w, &found);
	return tomb_api_sent(&w, res, 200, err);
}

/* /api/v1/events, the events of an object or a file, and PREMIS documents */
#include "answer.h"
#include "api.h"
#include "query.h"
#include "shape.h"
#include "spool.h"
#include "tombstone/premis.h"

#include <stdio.h>
#include <unistd.h>

struct events_query {
	TOMB_API_PAGE_MEMBERS
	struct tomb_str type;
	struct tomb_str order;
	struct tomb_str outcome;
	struct tomb_str from;
	struct tomb_str to;
	int64_t institution_id;
	bool own;
};

static const struct tomb_form_field events_fields[] = {
	TOMB_API_PAGE_FIELDS(struct events_query), TOMB_FORM_TEXT(struct events_query, type, "type", 0, 100),
	TOMB_FORM_TEXT(struct events_query, order, "order", 0, 10),
	TOMB_FORM_INT(struct events_query, institution_id, "institution_id", 1, INT64_MAX, TOMB_FORM_OPTIONAL),
	TOMB_FORM_TEXT(struct events_query, outcome, "outcome", 0, 10),
	TOMB_FORM_TEXT(struct events_query, from, "from", 0, TOMB_API_MOMENT_MAX),
	TOMB_FORM_TEXT(struct events_query, to, "to", 0, TOMB_API_MOMENT_MAX),
	TOMB_FORM_BOOL(struct events_query, own, "own"), /* of an object, without those of its files */
};

/* All but the last one. */
const struct tomb_form_table tomb_api_events_query = {events_fields, TOMB_COUNTOF(events_fields) - 1};
const struct tomb_form_table tomb_api_object_events_query = {events_fields, TOMB_COUNTOF(events_fields)};

static enum tomb_code list(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, int64_t object_id,
	int64_t file_id, struct tomb_err *err)
{
	struct events_query q = {.limit = 0};
	struct tomb_premis_event_filter filter;
	struct tomb_api_order order;
	struct tomb_premis_event_page found;
	struct tomb_json w = tomb_json_init(&res->body);

	TOMB_TRY(tomb_api_query_read(req, &q, err));
	TOMB_TRY(tomb_api_order(q.order, false, &order, err));
	filter = (struct tomb_premis_event_filter){
		.institution_id = q.institution_id,
		.object_id = object_id,
		.with_files = !q.own,
		.file_id = file_id,
		.type = q.type,
		.outcome = q.outcome,
		.newest_first = order.newest_first,
	};
	TOMB_TRY(tomb_api_moment(q.from, "from", &filter.from_us, err));
	TOMB_TRY(tomb_api_moment(q.to, "to", &filter.to_us, err));
	TOMB_TRY(tomb_premis_event_list(
		ctx->link.pg, &ctx->actor, &filter, &TOMB_API_PAGE(&q), req->arena, &found, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < found.n; i++)
		tomb_shape_event(&w, &found.p[i]);
	return tomb_api_end_list(&w, req, res, found.next, err);
}

enum tomb_code tomb_api_events(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return list(ctx, req, res, 0, 0, err);
}

enum tomb_code tomb_api_object_events(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return list(ctx, req, res, req->params[0].id, 0, err);
}

enum tomb_code tomb_api_file_events(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return list(ctx, req, res, 0, req->params[0].id, err);
}

enum tomb_code tomb_api_event(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_premis_event event;

	TOMB_TRY(tomb_premis_event_find(
		ctx->link.pg, &ctx->actor, req->params[0].id, (struct tomb_uuid){.b = {0}}, req->arena, &event, err));
	tomb_shape_event(&w, &event);
	return tomb_api_sent_thing(&w, req, res, 200, err);
}

enum { DOCUMENT_IN_MEMORY_MAX = 1024 * 1024 /* bytes; a longer document goes to a spool file */ };

/* A document on its way into the answer. */
struct document {
	struct tomb_response *res;
	int fd; /* -1 while it is in memory */
	uint64_t size;
};

static void document_fini(struct document *d)
{
	if (d->fd >= 0)
		(void)close(d->fd); /* nothing of it is needed any more */
}

static enum tomb_code take_piece(void *ctx, struct tomb_str piece, struct tomb_err *err)
{
	struct document *d = ctx;
	struct tomb_str so_far;

	d->size += piece.n;
	if (d->fd < 0 && d->size <= DOCUMENT_IN_MEMORY_MAX) {
		tomb_buf_put(&d->res->body, piece);
		return TOMB_OK;
	}
	if (d->fd < 0) {
		TOMB_TRY(tomb_buf_done(&d->res->body, &so_far, err));
		TOMB_TRY(tomb_spool_open(P_tmpdir, &d->fd, err));
		TOMB_TRY(tomb_spool_write(d->fd, so_far, err));
		tomb_buf_reset(&d->res->body);
	}
	return tomb_spool_write(d->fd, piece, err);
}

static enum tomb_code premis(struct tomb_ctx *ctx, struct tomb_response *res, const struct tomb_premis_subject *subject,
	struct tomb_err *err)
{
	TOMB_CLEANUP(document_fini) struct document d = {.res = res, .fd = -1};
	struct tomb_str body;

	TOMB_TRY(tomb_premis_write(ctx->link.pg, &ctx->actor, subject, take_piece, &d, err));
	TOMB_TRY(tomb_buf_done(&res->body, &body, err));
	if (d.fd >= 0) {
		tomb_response_file(res, d.fd, d.size);
		d.fd = -1;
	}
	res->status = 200;
	res->content_type = "application/xml; charset=utf-8";
	return TOMB_OK;
}

enum tomb_code tomb_api_object_premis(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return premis(ctx, res, &(struct tomb_premis_subject){.object_id = req->params[0].id}, err);
}

enum tomb_code tomb_api_file_premis(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	return premis(ctx, res, &(struct tomb_premis_subject){.file_id = req->params[0].id}, err);
}

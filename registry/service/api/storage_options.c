/* /api/v1/storage-options: their minimum, where their copies lie, how the backends are, and how much is there */
#include "answer.h"
#include "api.h"
#include "shelf.h"

/* ---- one backend ---- */

/* null where it is not known. */
static void put_finding(struct tomb_json *w, const char *key, enum tomb_finding finding)
{
	if (finding == TOMB_FINDING_UNKNOWN)
		tomb_json_null(w, key);
	else
		tomb_json_bool(w, key, finding == TOMB_FINDING_YES);
}

static void put_probe(struct tomb_json *w, const struct tomb_shelf *s, const struct tomb_backend *b)
{
	bool was_probed = b->probed_at_us != 0;

	tomb_json_str(w, "place", b->last.place);
	put_finding(w, "reachable",
		!was_probed            ? TOMB_FINDING_UNKNOWN
		: b->last.is_reachable ? TOMB_FINDING_YES
				       : TOMB_FINDING_NO);
	tomb_json_str(w, "problem", s->is_operator ? b->last.problem : TOMB_STR(""));
	tomb_json_str(w, "versioning", b->last.versioning);
	put_finding(w, "object_lock", b->last.object_lock);
	tomb_api_time(w, "probed_at", b->probed_at_us);
}

/* null where workers do not leave it alone. */
static void put_breaker(struct tomb_json *w, const struct tomb_shelf *s, const struct tomb_backend_breaker *breaker)
{
	if (!breaker->is_open) {
		tomb_json_null(w, "left_alone");
		return;
	}
	tomb_json_begin_object(w, "left_alone");
	tomb_api_time(w, "since", breaker->since_us);
	tomb_api_time(w, "until", breaker->until_us);
	tomb_json_str(w, "reason", s->is_operator ? breaker->reason : TOMB_STR(""));
	tomb_json_end_object(w);
}

static void put_price(struct tomb_json *w, const struct tomb_shelf *s, struct tomb_str option, struct tomb_str backend)
{
	const struct tomb_storage_price *p = tomb_shelf_price(s, option, backend);
	char amount[TOMB_STORAGE_PRICE_TEXT];

	if (!p) {
		tomb_json_null(w, "price");
		return;
	}
	tomb_json_begin_object(w, "price");
	tomb_json_str(w, "amount", tomb_str_from(tomb_storage_price_text(p->nanos, amount)));
	tomb_json_str(w, "currency", p->currency);
	tomb_json_int(w, "billed_days", p->billed_days);
	tomb_json_int(w, "billed_bytes", p->billed_bytes);
	tomb_json_end_object(w);
}

static void put_backend(struct tomb_json *w, const struct tomb_shelf *s, struct tomb_str option, struct tomb_str name)
{
	for (size_t i = 0; i < s->backends.n; i++) {
		const struct tomb_backend *b = &s->backends.p[i];

		if (!tomb_str_eq(b->name, name))
			continue;
		tomb_json_begin_object(w, NULL);
		tomb_json_str(w, "name", name);
		tomb_json_str(w, "retention", b->retention);
		put_probe(w, s, b);
		put_breaker(w, s, &b->breaker);
		put_price(w, s, option, name);
		tomb_json_end_object(w);
	}
}

/* ---- one option ---- */

static struct tomb_dashboard_option sum_of(const struct tomb_shelf *s, struct tomb_str option)
{
	for (size_t i = 0; i < s->nsums; i++)
		if (tomb_str_eq(s->sums[i].storage_option, option))
			return s->sums[i];
	return (struct tomb_dashboard_option){.files = 0};
}

static void put_option(struct tomb_json *w, const struct tomb_shelf *s, const struct tomb_storage_option *o)
{
	struct tomb_dashboard_option sum = sum_of(s, o->name);

	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", o->id);
	tomb_json_str(w, "name", o->name);
	tomb_json_int(w, "min_days", o->min_days);
	tomb_json_time(w, "created_at", o->created_at_us);
	tomb_json_int(w, "files", sum.files);
	tomb_json_int(w, "bytes", sum.bytes);
	tomb_json_begin_array(w, "backends");
	for (size_t i = 0; i < o->backends.n; i++)
		put_backend(w, s, o->name, o->backends.p[i]);
	tomb_json_end_array(w);
	tomb_json_end_object(w);
}

enum tomb_code tomb_api_storage_options(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_shelf s;

	TOMB_TRY(tomb_shelf_read(ctx->link.pg, &ctx->actor, req->arena, &s, err));
	tomb_api_begin_list(&w);
	for (size_t i = 0; i < s.noptions; i++)
		put_option(&w, &s, &s.options[i]);
	return tomb_api_end_list(&w, req, res, TOMB_STR(""), err);
}

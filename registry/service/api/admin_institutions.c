/* /admin-api/v3/institutions: reading.  What is APTrust's alone (buckets, parents, spot restores) has its zero value.
 */
#include "answer.h"
#include "api.h"
#include "member_answer.h"
#include "tombstone/institution.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct tomb_member_field fields[] = {
	{"id", TOMB_MEMBER_NUMBER, TOMB_MEMBER_SORT},
	{"identifier", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_SORT},
	{"name", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS | TOMB_MEMBER_BEGINS | TOMB_MEMBER_SORT},
	{"state", TOMB_MEMBER_TEXT, TOMB_MEMBER_IS},
};
const struct tomb_member_table tomb_admin_institutions_query = {fields, TOMB_COUNTOF(fields)};

static void put_institution(struct tomb_json *w, const struct tomb_institution *i)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_int(w, "id", i->id);
	tomb_json_str(w, "name", i->name);
	tomb_json_str(w, "identifier", i->identifier);
	tomb_member_state(w, !i->is_active);
	tomb_json_str(w, "type", TOMB_STR("MemberInstitution"));
	tomb_json_int(w, "member_institution_id", 0);
	tomb_member_time(w, "deactivated_at", 0);
	tomb_json_bool(w, "otp_enabled", false);
	tomb_json_str(w, "receiving_bucket", TOMB_STR(""));
	tomb_json_str(w, "restore_bucket", TOMB_STR(""));
	tomb_json_int(w, "spot_restore_frequency", 0);
	tomb_json_int(w, "last_spot_restore_work_item_id", 0);
	tomb_json_time(w, "created_at", i->created_at_us);
	tomb_json_time(w, "updated_at", i->created_at_us);
	tomb_json_end_object(w);
}

static bool fits(const struct tomb_institution *i, const struct tomb_sift *sift)
{
	for (size_t k = 0; k < sift->nterms; k++) {
		const struct tomb_sift_term *t = &sift->terms[k];
		struct tomb_str value = i->is_active ? TOMB_STR("A") : TOMB_STR("D");

		if (tomb_str_eq(t->name, TOMB_STR("identifier")))
			value = i->identifier;
		else if (tomb_str_eq(t->name, TOMB_STR("name")))
			value = i->name;
		if (t->op == TOMB_SIFT_BEGINS && value.n > t->text.n)
			value.n = t->text.n;
		if (!tomb_str_eq(value, t->text))
			return false;
	}
	return true;
}

static int by_text(struct tomb_str a, struct tomb_str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int by_id(const void *a, const void *b)
{
	const struct tomb_institution *x = a;
	const struct tomb_institution *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static int by_name(const void *a, const void *b)
{
	int order = by_text(((const struct tomb_institution *)a)->name, ((const struct tomb_institution *)b)->name);

	return order != 0 ? order : by_id(a, b);
}

static int by_identifier(const void *a, const void *b)
{
	return by_text(
		((const struct tomb_institution *)a)->identifier, ((const struct tomb_institution *)b)->identifier);
}

/* By name where nobody says. */
static void sort(struct tomb_institution *p, size_t n, const struct tomb_sift *sift)
{
	struct tomb_str name = sift->nsorts > 0 ? sift->sorts[0].name : TOMB_STR("name");

	qsort(p, n, sizeof *p,
		tomb_str_eq(name, TOMB_STR("id"))           ? by_id
		: tomb_str_eq(name, TOMB_STR("identifier")) ? by_identifier
							    : by_name);
	for (size_t i = 0; sift->nsorts > 0 && sift->sorts[0].down && i < n / 2; i++) {
		struct tomb_institution swapped = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = swapped;
	}
}

/* Institutions are few: all of them are read, and a page is cut out. */
enum tomb_code tomb_admin_institutions(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_member_query q;
	struct tomb_institution *all = NULL;
	size_t nall = 0;
	size_t n = 0;
	size_t from = 0;

	TOMB_TRY(tomb_member_query(req, &q, err));
	TOMB_TRY(tomb_institution_list(ctx->link.pg, &ctx->actor, 0, req->arena, &all, &nall, err));
	for (size_t i = 0; i < nall; i++)
		if (fits(&all[i], &q.sift))
			all[n++] = all[i];
	sort(all, n, &q.sift);
	from = (size_t)q.wanted.skip;
	TOMB_TRY(tomb_member_begin_list(&w, req, &q, (int64_t)n,
		from + (size_t)q.per_page < n ? TOMB_STR(TOMB_MEMBER_BY_NUMBER) : TOMB_STR(""), err));
	for (size_t i = from; i < n && i < from + (size_t)q.per_page; i++)
		put_institution(&w, &all[i]);
	return tomb_member_end_list(&w, res, err);
}

enum tomb_code tomb_admin_institution(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_institution *found = NULL;
	int64_t id = req->params[0].id;
	size_t n = 0;

	TOMB_TRY(tomb_institution_list(ctx->link.pg, &ctx->actor, id - 1, req->arena, &found, &n, err));
	if (n == 0 || found->id != id)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "there is no institution %" PRId64, id);
	put_institution(&w, found);
	return tomb_api_sent(&w, res, 200, err);
}

enum tomb_code tomb_admin_institution_named(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	struct tomb_json w = tomb_json_init(&res->body);
	struct tomb_institution found;

	TOMB_TRY(tomb_institution_find(ctx->link.pg, &ctx->actor, tomb_member_name(req), req->arena, &found, err));
	put_institution(&w, &found);
	return tomb_api_sent(&w, res, 200, err);
}

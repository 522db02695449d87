#include "route.h"

#include "tombstone/parse.h"
#include "tombstone/percent.h"

/* In the order of preference. */
enum kind { LITERAL, ID, UUID, TEXT, REST, KIND_MAX };

static const struct tomb_str kind_text[] = {
	[LITERAL] = {NULL, 0},
	[ID] = {"{id}", 4},
	[UUID] = {"{uuid}", 6},
	[TEXT] = {"{text}", 6},
	[REST] = {"{rest}", 6},
};

_Static_assert(TOMB_COUNTOF(kind_text) == KIND_MAX, "a text for each kind");

static enum kind kind_of(struct tomb_str segment)
{
	for (int k = ID; k < KIND_MAX; k++)
		if (tomb_str_eq(segment, kind_text[k]))
			return (enum kind)k;
	return LITERAL;
}

/* Takes the next segment off path, which begins with "/" or is empty; false at the end. */
static bool next_segment(struct tomb_str *path, struct tomb_str *segment)
{
	const char *slash = NULL;
	size_t n = 0;

	if (path->n == 0)
		return false;
	slash = memchr(path->p + 1, '/', path->n - 1);
	n = slash ? (size_t)(slash - path->p) : path->n;
	*segment = (struct tomb_str){path->p + 1, n - 1};
	*path = (struct tomb_str){path->p + n, path->n - n};
	return true;
}

/* "/" has no segments, and "/a/" has those of "/a". */
static struct tomb_str without_last_slash(struct tomb_str path)
{
	return path.n && path.p[path.n - 1] == '/' ? (struct tomb_str){path.p, path.n - 1} : path;
}

static bool fits(enum kind kind, struct tomb_str pattern, struct tomb_str segment, struct tomb_param *out)
{
	struct tomb_err ignored;

	out->text = segment;
	switch (kind) {
	case LITERAL:
		return tomb_str_eq(pattern, segment);
	case ID:
		return tomb_parse_i64(segment, 1, INT64_MAX, &out->id);
	case UUID:
		return tomb_uuid_parse(segment, &out->uuid, &ignored) == TOMB_OK;
	case TEXT:
	case REST:
	case KIND_MAX:
		break;
	}
	return segment.n > 0;
}

/* One attempt: which kinds the pattern took, in order, and what stood for them.  Texts are not decoded yet. */
struct attempt {
	const struct tomb_route *route;
	size_t nkinds;
	enum kind kinds[32]; /* patterns are shorter: tomb_route_check() */
	size_t nparams;
	struct tomb_param params[TOMB_REQUEST_PARAMS];
};

static bool attempt(const struct tomb_route *route, struct tomb_str path, struct attempt *out)
{
	struct tomb_str pattern = without_last_slash(tomb_str_from(route->pattern));
	struct tomb_str left = without_last_slash(path);
	struct tomb_str want = {0};
	struct tomb_str got = {0};

	*out = (struct attempt){.route = route};
	while (next_segment(&pattern, &want)) {
		enum kind kind = kind_of(want);
		struct tomb_param param = {0};

		if (left.n == 0)
			return false;
		if (kind == REST) {
			got = (struct tomb_str){left.p + 1, (size_t)(path.p + path.n - left.p) - 1};
			left.n = 0;
		} else {
			(void)next_segment(&left, &got); /* left is not empty */
		}
		if (!fits(kind, want, got, &param))
			return false;
		out->kinds[out->nkinds++] = kind;
		if (kind != LITERAL)
			out->params[out->nparams++] = param;
	}
	return left.n == 0;
}

static bool is_better(const struct attempt *a, const struct attempt *b)
{
	if (!b->route)
		return true;
	for (size_t i = 0; i < a->nkinds && i < b->nkinds; i++)
		if (a->kinds[i] != b->kinds[i])
			return a->kinds[i] < b->kinds[i];
	return a->nkinds > b->nkinds;
}

enum tomb_code tomb_route_match(struct tomb_routes routes, struct tomb_request *req, struct tomb_err *err)
{
	enum tomb_method method = req->method == TOMB_HEAD ? TOMB_GET : req->method;
	struct attempt best = {0};
	unsigned allowed = 0;

	for (size_t i = 0; i < routes.n; i++) {
		struct attempt a;

		if (!attempt(&routes.p[i], req->path, &a))
			continue;
		allowed |= TOMB_METHOD_BIT(routes.p[i].method);
		if (routes.p[i].method == method && is_better(&a, &best))
			best = a;
	}
	if (allowed & TOMB_METHOD_BIT(TOMB_GET))
		allowed |= TOMB_METHOD_BIT(TOMB_HEAD);
	for (size_t i = 0; i < best.nparams; i++)
		TOMB_TRY(tomb_percent_decode(best.params[i].text, req->arena, &best.params[i].text, err));
	req->route = best.route;
	req->allowed = allowed;
	req->nparams = best.nparams;
	memcpy(req->params, best.params, sizeof best.params);
	return TOMB_OK;
}

static enum tomb_code check_pattern(const struct tomb_route *route, struct tomb_err *err)
{
	struct tomb_str rest = tomb_str_from(route->pattern);
	struct tomb_str segment = {0};
	size_t nsegments = 0;
	size_t nparams = 0;

	if (rest.n == 0 || rest.p[0] != '/')
		return TOMB_FAIL(err, TOMB_BUG, "route \"%s\" does not begin with \"/\"", route->pattern);
	rest = without_last_slash(rest);
	while (next_segment(&rest, &segment)) {
		enum kind kind = kind_of(segment);

		if (segment.n == 0 || (kind == LITERAL && segment.p[0] == '{'))
			return TOMB_FAIL(err, TOMB_BUG, "route \"%s\": unknown or empty segment", route->pattern);
		if (kind == REST && rest.n)
			return TOMB_FAIL(err, TOMB_BUG, "route \"%s\": {rest} is not last", route->pattern);
		nparams += kind != LITERAL;
		nsegments++;
	}
	if (nparams > TOMB_REQUEST_PARAMS || nsegments > TOMB_COUNTOF(((struct attempt *)NULL)->kinds))
		return TOMB_FAIL(err, TOMB_BUG, "route \"%s\" has too many segments", route->pattern);
	return TOMB_OK;
}

static enum tomb_code check_route(const struct tomb_route *route, struct tomb_err *err)
{
	if (!route->pattern || !route->handler)
		return TOMB_FAIL(err, TOMB_BUG, "a route without pattern or handler");
	if (route->method == TOMB_HEAD || route->method == TOMB_OPTIONS || route->method >= TOMB_METHOD_MAX)
		return TOMB_FAIL(err, TOMB_BUG, "route \"%s\": this method is not routed", route->pattern);
	return check_pattern(route, err);
}

enum tomb_code tomb_route_check(struct tomb_routes routes, struct tomb_err *err)
{
	for (size_t i = 0; i < routes.n; i++) {
		TOMB_TRY(check_route(&routes.p[i], err));
		for (size_t k = 0; k < i; k++)
			if (routes.p[i].method == routes.p[k].method &&
				tomb_str_eq(without_last_slash(tomb_str_from(routes.p[i].pattern)),
					without_last_slash(tomb_str_from(routes.p[k].pattern))))
				return TOMB_FAIL(err, TOMB_BUG, "route %s \"%s\" is there twice",
					tomb_method_name(routes.p[i].method), routes.p[i].pattern);
	}
	return TOMB_OK;
}

/* The head of a request: any bytes are refused, or lead to one route with what its pattern promises. */
#include "../../registry/service/guard.h"
#include "../../registry/service/route.h"
#include "tombstone/parse.h"
#include "tombstone/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum tomb_code nothing(
	struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	(void)ctx;
	(void)req;
	(void)res;
	(void)err;
	return TOMB_OK;
}

#define ROUTE(p)                                                                                                       \
	{                                                                                                              \
		.method = TOMB_GET, .pattern = (p), .handler = nothing                                                 \
	}

enum { OBJECT_ID, OBJECT_UUID, OBJECT_TEXT, OBJECT_REST, OBJECT_NEW, FILES };

static const struct tomb_route table[] = {
	[OBJECT_ID] = ROUTE("/o/{id}"),
	[OBJECT_UUID] = ROUTE("/o/{uuid}"),
	[OBJECT_TEXT] = ROUTE("/o/{text}"),
	[OBJECT_REST] = ROUTE("/o/{rest}"),
	[OBJECT_NEW] = ROUTE("/o/new"),
	[FILES] = ROUTE("/{text}/{id}/f/{rest}"),
};

/* The part of *text before the next line feed. */
static struct tomb_str line(struct tomb_str *text)
{
	const char *end = memchr(text->p, '\n', text->n);
	struct tomb_str head = {text->p, end ? (size_t)(end - text->p) : text->n};
	size_t used = end ? head.n + 1 : head.n;

	*text = (struct tomb_str){text->p + used, text->n - used};
	return head;
}

static void check_text(struct tomb_str text)
{
	assert(text.n > 0 && !memchr(text.p, '\0', text.n) && tomb_utf8_valid(text));
	for (size_t i = 0; i + 2 <= text.n; i++)
		assert(memcmp(text.p + i, "..", 2) != 0 || (i > 0 && text.p[i - 1] != '/') ||
			(i + 2 < text.n && text.p[i + 2] != '/'));
}

static void check_match(const struct tomb_request *req)
{
	int64_t id = 0;

	for (size_t i = 0; i < req->nparams; i++)
		check_text(req->params[i].text);
	switch (req->route - table) {
	case OBJECT_ID:
		assert(req->nparams == 1 && tomb_parse_i64(req->params[0].text, 1, INT64_MAX, &id));
		assert(id == req->params[0].id);
		break;
	case OBJECT_UUID:
		assert(req->nparams == 1 && req->params[0].text.n == 36);
		break;
	case OBJECT_TEXT:
		assert(req->nparams == 1 && !memchr(req->path.p + 3, '/', req->path.n - 4));
		break;
	case OBJECT_REST:
		assert(req->nparams == 1 && memchr(req->path.p + 3, '/', req->path.n - 3));
		break;
	case OBJECT_NEW:
		assert(req->nparams == 0);
		break;
	case FILES:
		assert(req->nparams == 3 && req->params[1].id > 0);
		break;
	default:
		assert(!req->route && req->nparams == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(8 << 20);
	struct tomb_str text = {size ? (const char *)data : "", size};
	struct tomb_field headers[8] = {{TOMB_STR("Host"), TOMB_STR("a")}};
	struct tomb_guard_head head = {
		.method = TOMB_STR("GET"), .version = TOMB_STR("HTTP/1.1"), .headers = {headers, 1}};
	struct tomb_guard_facts facts = {0};
	struct tomb_request req = {.arena = &arena};
	struct tomb_err err = {.code = TOMB_OK};

	head.target = line(&text);
	for (; text.n && head.headers.n < TOMB_COUNTOF(headers); head.headers.n++)
		headers[head.headers.n] = (struct tomb_field){line(&text), line(&text)};
	if (tomb_guard_check(&head, &arena, &facts, &err)) {
		assert(err.code != TOMB_OK);
		return 0;
	}
	assert(!facts.is_chunked || facts.content_length == 0);
	req.method = facts.method;
	req.path = facts.path;
	if (tomb_fields_parse(facts.query_string, &arena, &req.query, &err) != TOMB_OK)
		return 0;
	assert(tomb_route_match((struct tomb_routes){table, TOMB_COUNTOF(table)}, &req, &err) == TOMB_OK);
	check_match(&req);
	return 0;
}

#include "static.h"

#include "etag.h"

enum { ETAG_DIGITS = 32 }; /* of the SHA-256: 128 bits do not meet by accident */

static const struct {
	struct tomb_str ending;
	const char *type;
} types[] = {
	{{".css", 4}, "text/css; charset=utf-8"},
	{{".svg", 4}, "image/svg+xml"},
	{{".png", 4}, "image/png"},
	{{".ico", 4}, "image/vnd.microsoft.icon"},
	{{".txt", 4}, "text/plain; charset=utf-8"},
	{{".woff2", 6}, "font/woff2"},
	{{".js", 3}, "text/javascript; charset=utf-8"},
};

static const char *type_of(struct tomb_str name)
{
	for (size_t i = 0; i < TOMB_COUNTOF(types); i++) {
		struct tomb_str ending = types[i].ending;

		if (name.n > ending.n && memcmp(name.p + name.n - ending.n, ending.p, ending.n) == 0)
			return types[i].type;
	}
	return NULL;
}

static const struct tomb_embedded *find(const struct tomb_embedded *files, size_t n, struct tomb_str name)
{
	for (size_t i = 0; i < n; i++)
		if (tomb_str_eq(tomb_str_from(files[i].name), name))
			return &files[i];
	return NULL;
}

enum tomb_code tomb_static_answer(const struct tomb_embedded *files, size_t n, struct tomb_str name,
	const struct tomb_request *req, struct tomb_response *res, struct tomb_err *err)
{
	const struct tomb_embedded *file = find(files, n, name);
	const char *type = type_of(name);
	TOMB_BUF_AUTO b = tomb_buf_init(ETAG_DIGITS + 2);
	struct tomb_str etag = {0};

	if (!file)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "no static file \"%.*s\"", TOMB_STR_ARG(name));
	if (!type)
		return TOMB_FAIL(err, TOMB_UNSUPPORTED, "\"%.*s\" has no known media type", TOMB_STR_ARG(name));
	tomb_buf_putf(&b, "\"%.*s\"", ETAG_DIGITS, file->sha256);
	TOMB_TRY(tomb_buf_done(&b, &etag, err));
	TOMB_TRY(tomb_response_header(res, "ETag", etag, err));
	TOMB_TRY(tomb_response_header(res, "Cache-Control", TOMB_STR("public, no-cache"), err));
	res->is_cacheable = true;
	res->content_type = type;
	res->status = tomb_etag_is_known(req, etag) ? 304 : 200;
	if (res->status == 200)
		res->fixed = file->data;
	return TOMB_OK;
}

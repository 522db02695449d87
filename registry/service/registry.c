#include "registry.h"

#include "api/api.h"
#include "api/call.h"
#include "gate.h"
#include "oai/oai.h"
#include "pages/frame.h"
#include "pages/pages.h"
#include "sql.gen.h"
#include "tombstone/secret.h"

#include <stdlib.h>

static const struct tomb_route routes[] = {
#define TOMB_ROUTE(method_, pattern_, handler_, access_, body_max_, flags_)                                            \
	{.method = TOMB_##method_,                                                                                     \
		.pattern = (pattern_),                                                                                 \
		.handler = (handler_),                                                                                 \
		.access = TOMB_ACCESS_##access_,                                                                       \
		.body_max = (body_max_),                                                                               \
		.flags = (flags_)},
#include "api/routes.def"
#include "oai/routes.def"
#include "pages/routes.def"
#undef TOMB_ROUTE
};

struct tomb_routes tomb_registry_routes(void)
{
	return (struct tomb_routes){routes, TOMB_COUNTOF(routes)};
}

static struct tomb_registry *registry_of(struct tomb_service *service)
{
	return (struct tomb_registry *)service; /* its first member */
}

static void close_thread(struct tomb_ctx *ctx)
{
	if (!ctx)
		return;
	tomb_redis_close(ctx->redis);
	tomb_link_close(&ctx->link);
	free(ctx);
}

static enum tomb_code open_thread(struct tomb_service *service, struct tomb_ctx **out, struct tomb_err *err)
{
	struct tomb_registry *registry = registry_of(service);
	struct tomb_ctx *ctx = calloc(1, sizeof *ctx);
	enum tomb_code code = TOMB_OK;

	if (!ctx)
		return TOMB_FAIL(err, TOMB_NOMEM, "a request thread");
	ctx->registry = registry;
	code = tomb_link_open_reader(&ctx->link, registry->config->database.p, sql_all, sql_nall, registry->log, err);
	if (code == TOMB_OK)
		code = tomb_limit_open(registry->config, &ctx->redis, err);
	if (code != TOMB_OK) {
		close_thread(ctx);
		return code;
	}
	*out = ctx;
	return TOMB_OK;
}

/* One line per request: the route's pattern, never the target, which may carry a token. */
static void log_request(struct tomb_service *service, const struct tomb_request *req, const struct tomb_response *res,
	const struct tomb_err *failure, int64_t us)
{
	const struct tomb_log *log = registry_of(service)->log;
	struct tomb_kv fields[] = {
		TOMB_KV("id", req->id),
		TOMB_KV("method", tomb_method_name(req->method)),
		TOMB_KV("route", req->route ? req->route->pattern : "-"),
		TOMB_KV_I("status", res->status),
		TOMB_KV_I("us", us),
		TOMB_KV_S("remote", req->remote),
		TOMB_KV_ERR(failure),
	};
	size_t n = failure ? TOMB_COUNTOF(fields) : TOMB_COUNTOF(fields) - 1;

	tomb_log_write(log, res->status >= 500 ? TOMB_EV_REQUEST_FAILED : TOMB_EV_REQUEST, fields, n);
}

static void log_note(struct tomb_service *service, const char *text)
{
	tomb_log(registry_of(service)->log, TOMB_EV_REQUEST_REFUSED, TOMB_KV("note", text));
}

enum tomb_code tomb_registry_init(struct tomb_registry *registry, const struct tomb_registry_config *config,
	const struct tomb_log *log, struct tomb_arena *arena, struct tomb_err *err)
{
	*registry = (struct tomb_registry){
		.service =
			{
				.routes = tomb_registry_routes(),
				.thread_open = open_thread,
				.thread_close = close_thread,
				.before = tomb_gate_before,
				.handle = tomb_api_call,
				.on_error = tomb_frame_error,
				.on_refusal = tomb_frame_refusal,
				.on_done = log_request,
				.on_note = log_note,
			},
		.config = config,
		.log = log,
		.public_url = config->public_url,
	};
	while (registry->public_url.n > 0 && registry->public_url.p[registry->public_url.n - 1] == '/')
		registry->public_url.n--;
	TOMB_TRY(tomb_oai_check(config, err));
	TOMB_TRY(tomb_openapi_init(&registry->openapi, registry->service.routes, arena, err));
	if (config->secrets_key_file.n > 0) {
		TOMB_TRY(tomb_envelope_key_read(config->secrets_key_file.p, &registry->secrets, err));
		registry->has_secrets = true;
	}
	TOMB_TRY(tomb_limit_new(config, log->clock, arena, &registry->limit, err));
	return tomb_subscriptions_start(
		&(struct tomb_subscriptions_options){.database = config->database.p, .log = log},
		&registry->subscriptions, err);
}

void tomb_registry_fini(struct tomb_registry *registry)
{
	tomb_subscriptions_stop(registry->subscriptions);
	tomb_limit_fini(registry->limit);
	tomb_wipe(&registry->secrets, sizeof registry->secrets);
}

#include "tombstone/http_client.h"

#include "http_client_call.h"

#include <limits.h>
#include <stdlib.h>

enum {
	IDLE_MAX = 32,        /* handles that are kept for the next requests: about 20 KiB each */
	CONNECTIONS_MAX = 320 /* that are kept open: more than are ever under way */
};

/* Every call is in exactly one list. */
struct tomb_http {
	CURLM *multi;
	struct http_call *idle;
	size_t nidle;
	struct http_call *under_way;
	struct http_call *landed; /* not yet taken */
	uint64_t landings;
};

static void push(struct http_call **list, struct http_call *call)
{
	call->next = *list;
	*list = call;
}

static void take_out(struct http_call **list, const struct http_call *call)
{
	while (*list != call)
		list = &(*list)->next;
	*list = call->next;
}

enum tomb_code tomb_http_new(struct tomb_http **out, struct tomb_err *err)
{
	TOMB_HTTP_AUTO *http = calloc(1, sizeof *http);

	if (!http)
		return TOMB_FAIL(err, TOMB_NOMEM, "an HTTP handle");
	/* Counted and thread-safe since libcurl 7.84. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return TOMB_FAIL(err, TOMB_NOMEM, "libcurl does not start");
	http->multi = curl_multi_init();
	if (!http->multi) {
		curl_global_cleanup();
		return TOMB_FAIL(err, TOMB_NOMEM, "an HTTP handle");
	}
	if (curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX) != CURLM_OK)
		return TOMB_FAIL(err, TOMB_NOMEM, "an HTTP handle");
	*out = TOMB_TAKE(http);
	return TOMB_OK;
}

static void free_all(struct http_call *call)
{
	while (call) {
		struct http_call *next = call->next;

		http_call_free(call);
		call = next;
	}
}

void tomb_http_free(struct tomb_http *http)
{
	if (!http)
		return;
	for (struct http_call *call = http->under_way; call; call = call->next)
		(void)curl_multi_remove_handle(http->multi, call->curl);
	free_all(http->under_way);
	free_all(http->landed);
	free_all(http->idle);
	if (http->multi) {
		(void)curl_multi_cleanup(http->multi);
		curl_global_cleanup();
	}
	free(http);
}

static struct http_call *get(struct tomb_http *http)
{
	struct http_call *call = http->idle;

	if (!call)
		return http_call_new();
	http->idle = call->next;
	http->nidle--;
	return call;
}

static void put_back(struct tomb_http *http, struct http_call *call)
{
	if (http->nidle == IDLE_MAX) {
		http_call_free(call);
		return;
	}
	push(&http->idle, call);
	http->nidle++;
}

static void land(struct tomb_http *http, struct http_call *call, CURLcode code)
{
	(void)curl_multi_remove_handle(http->multi, call->curl);
	take_out(&http->under_way, call);
	http_call_land(call, code);
	push(&http->landed, call);
	http->landings++;
}

/* Lets libcurl work, and collects what has ended. */
static void perform(struct tomb_http *http)
{
	int running = 0;
	int left = 0;
	CURLMcode code = curl_multi_perform(http->multi, &running);
	const struct CURLMsg *msg = NULL;

	while ((msg = curl_multi_info_read(http->multi, &left))) {
		struct http_call *call = http->under_way;

		while (call && call->curl != msg->easy_handle)
			call = call->next;
		if (call && msg->msg == CURLMSG_DONE)
			land(http, call, msg->data.result);
	}
	while (code != CURLM_OK && http->under_way) /* out of memory: what is under way has no end any more */
		land(http, http->under_way, CURLE_OUT_OF_MEMORY);
}

bool tomb_http_drive(struct tomb_http *http, int64_t at_most_ms)
{
	uint64_t before = http->landings;

	if (!http->under_way)
		return false;
	perform(http);
	if (http->landings > before || at_most_ms <= 0)
		return true;
	/* libcurl wakes up earlier for timeouts of its own. */
	(void)curl_multi_poll(http->multi, NULL, 0, at_most_ms < INT_MAX ? (int)at_most_ms : INT_MAX, NULL);
	perform(http);
	return true;
}

enum tomb_code tomb_http_start(struct tomb_http *http, const struct tomb_http_request *request,
	struct tomb_arena *arena, void *tag, struct tomb_err *err)
{
	struct http_call *call = get(http);
	enum tomb_code code = TOMB_OK;

	if (!call)
		return TOMB_FAIL(err, TOMB_NOMEM, "an HTTP handle");
	code = http_call_set(call, request, arena, tag, err);
	if (code == TOMB_OK && curl_multi_add_handle(http->multi, call->curl) != CURLM_OK) {
		http_call_drop(call);
		code = TOMB_FAIL(err, TOMB_NOMEM, "libcurl does not take the request");
	}
	if (code == TOMB_OK)
		push(&http->under_way, call);
	else
		put_back(http, call);
	return code;
}

bool tomb_http_take(struct tomb_http *http, const void *tag, struct tomb_http_landed *out)
{
	struct http_call *call = http->landed;

	while (call && call->tag != tag)
		call = call->next;
	if (!call)
		return false;
	take_out(&http->landed, call);
	*out = (struct tomb_http_landed){.code = call->code, .answer = call->landed, .err = call->err};
	put_back(http, call);
	return true;
}

enum tomb_code tomb_http_run(struct tomb_http *http, const struct tomb_http_request *request, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err)
{
	struct tomb_http_landed landed = {.code = TOMB_OK};

	TOMB_TRY(tomb_http_start(http, request, arena, &landed, err));
	while (!tomb_http_take(http, &landed, &landed))
		(void)tomb_http_drive(http, INT_MAX);
	if (landed.code == TOMB_OK)
		*out = landed.answer;
	else
		*err = landed.err;
	return landed.code;
}

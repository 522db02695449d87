/* From request to answer: the hooks of the service and the handler of the route, in a request thread. */
#ifndef TOMB_SERVICE_SERVE_H
#define TOMB_SERVICE_SERVE_H

#include "route.h"

struct tomb_service;

/* Opens what one request thread works with: its database connection and the like. */
typedef enum tomb_code tomb_thread_open_fn(struct tomb_service *service, struct tomb_ctx **out, struct tomb_err *err);
typedef void tomb_thread_close_fn(struct tomb_ctx *ctx);

/* Renders what, with its status, into res, which is empty. */
typedef enum tomb_code tomb_on_error_fn(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res,
	const struct tomb_err *what, struct tomb_err *err);

/* The same for what is refused without a context, and so without a person; status 0 is the code's own. */
typedef enum tomb_code tomb_on_refusal_fn(const struct tomb_request *req, struct tomb_response *res, unsigned status,
	const struct tomb_err *what, struct tomb_err *err);

/* One request is answered: for its log line.  Called in any thread; failure is NULL or what went wrong; us is the time
 * since the request's first line. */
typedef void tomb_on_done_fn(struct tomb_service *service, const struct tomb_request *req,
	const struct tomb_response *res, const struct tomb_err *failure, int64_t us);

/* Something the server library has to say about a connection, such as that it broke.  Called in the I/O thread. */
typedef void tomb_on_note_fn(struct tomb_service *service, const char *text);

/*
 * What a service brings: the first member of its own struct.  Constant while the server runs.
 *
 * before is asked first, for every request, also if route is NULL: it makes ctx this request's own, says who is asking,
 * and refuses (by failing) or answers (by setting res->status) if that is not enough for the route.  handle calls the
 * route's handler, with what goes around it.  It and on_error, on_refusal, on_done and on_note may be NULL.
 */
struct tomb_service {
	struct tomb_routes routes;
	tomb_thread_open_fn *thread_open;
	tomb_thread_close_fn *thread_close;
	tomb_handler_fn *before;
	tomb_handler_fn *handle;
	tomb_on_error_fn *on_error;
	tomb_on_refusal_fn *on_refusal; /* NULL: tomb_response_refusal() */
	tomb_on_done_fn *on_done;
	tomb_on_note_fn *on_note;
};

/* Answers: res is complete, whatever happens.  False if that took an error, which *failure then holds. */
bool tomb_serve(const struct tomb_service *service, struct tomb_ctx *ctx, struct tomb_request *req,
	struct tomb_response *res, struct tomb_err *failure);

/* Answers that the request is refused, without a context.  status 0 is the code's own. */
void tomb_serve_refusal(const struct tomb_service *service, const struct tomb_request *req, struct tomb_response *res,
	unsigned status, const struct tomb_err *what);

#endif

/* One HTTP request, as handlers see it: checked, decoded, and free of the server library. */
#ifndef TOMB_SERVICE_REQUEST_H
#define TOMB_SERVICE_REQUEST_H

#include "fields.h"
#include "method.h"
#include "tombstone/uuid.h"

enum {
	TOMB_REQUEST_ID = 17,    /* 16 hexadecimal digits and a NUL */
	TOMB_REQUEST_PARAMS = 4, /* a pattern has at most this many typed segments */
};

enum tomb_wants { TOMB_WANTS_HTML, TOMB_WANTS_JSON };

/* What stands for one {...} of the route's pattern. */
struct tomb_param {
	struct tomb_str text;  /* decoded, UTF-8, not empty, without NUL; as sent for {id} and {uuid} */
	int64_t id;            /* {id}: 1 or more */
	struct tomb_uuid uuid; /* {uuid} */
};

/* Everything it points at lives until the answer is sent, and belongs to the server. */
struct tomb_request {
	enum tomb_method method;        /* HEAD reaches the handlers of GET */
	const struct tomb_route *route; /* NULL if no route fits */
	unsigned allowed;               /* TOMB_METHOD_BIT()s that the path knows; 0 if it is unknown */
	struct tomb_str target;         /* as sent */
	struct tomb_str path;           /* as sent, up to the "?": not decoded */
	struct tomb_str query_string;   /* as sent, behind the "?" */
	size_t nparams;
	struct tomb_param params[TOMB_REQUEST_PARAMS]; /* in the order of the pattern */
	struct tomb_fields query;                      /* decoded */
	struct tomb_fields headers;
	struct tomb_str content_type; /* without parameters, as sent; empty if there is none */
	struct tomb_str body;         /* all of it, at most the route's body_max */
	struct tomb_str remote;       /* address of the client, or of what the proxy says is the client */
	enum tomb_wants wants;        /* what to answer with, by Accept and path */
	bool behind_tls;              /* the client speaks TLS to the proxy: cookies are Secure */
	struct tomb_arena *arena;     /* of this request */
	int64_t deadline_us;          /* monotonic: nobody waits for the answer after it */
	char id[TOMB_REQUEST_ID];     /* in log lines and error answers */
};

/* The value of the first such header or query parameter; .p is NULL if there is none. */
struct tomb_str tomb_request_header(const struct tomb_request *req, struct tomb_str name);
struct tomb_str tomb_request_query(const struct tomb_request *req, struct tomb_str name);

/*
 * What the client would rather have (RFC 9110, section 12.5.1): HTML if Accept ranks text/html at least as high as
 * JSON.  Where Accept does not say ("*" and "/" "*", or nothing), paths whose first segment is "api" or ends in "-api",
 * and the few single ones that are for programs, are JSON; all others are HTML.
 */
enum tomb_wants tomb_request_negotiate(struct tomb_str path, struct tomb_str accept);

/* True if the content type is type; case does not count. */
bool tomb_request_is_type(const struct tomb_request *req, struct tomb_str type);

/* "text/html" of "text/html; charset=utf-8". */
struct tomb_str tomb_request_media_type(struct tomb_str content_type);

/*
 * Who the client is: remote, the peer, unless that is one of trusted, a list with commas between.  Then it is the last
 * address in the last X-Forwarded-For that is not trusted itself; what stands before it is whatever the client wrote.
 * What is no IP address is not believed.
 */
struct tomb_str tomb_request_client(struct tomb_fields headers, struct tomb_str remote, struct tomb_str trusted);

#endif

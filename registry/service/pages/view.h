/* What a handler of a page holds in its hands: the request, the ledger, who asks, and words for numbers. */
#ifndef TOMB_VIEW_H
#define TOMB_VIEW_H

#include "frame.h"
#include "tombstone/deletion_request.h"
#include "tombstone/impact.h"

/* Borrows all of it for one request. */
struct tomb_view {
	struct tomb_ctx *ctx;
	struct tomb_request *req;
	struct tomb_response *res;
	struct tomb_pg *pg;
	const struct tomb_actor *actor;
	struct tomb_arena *arena;
	int64_t id;            /* of the address, if it has one */
	enum tomb_code broken; /* a text could not be made: tomb_view_done() says so */
};

struct tomb_view tomb_view_of(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res);

/* Sends what a template has written. */
enum tomb_code tomb_view_done(const struct tomb_view *v, unsigned status, struct tomb_err *err) TOMB_MUST_USE;

/* 303 to what printf() makes, on this host. */
enum tomb_code tomb_view_redirect(struct tomb_view *v, struct tomb_err *err, const char *fmt, ...)
	TOMB_PRINTF(3, 4) TOMB_MUST_USE;

/* A parameter of the address; "" if it is absent. */
struct tomb_str tomb_view_query(const struct tomb_view *v, const char *name);

/* A field of the form that was sent; "" if it is absent.  INVAL, as tomb_fields_parse(), or if it was sent twice. */
enum tomb_code tomb_view_field(
	const struct tomb_view *v, const char *name, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

/* Texts in the arena; "" when there is no memory, which tomb_view_done() reports. */
struct tomb_str tomb_view_text(struct tomb_view *v, const char *fmt, ...) TOMB_PRINTF(2, 3);
struct tomb_str tomb_view_keep(struct tomb_view *v, const struct tomb_buf *text);
struct tomb_str tomb_view_number(struct tomb_view *v, int64_t n); /* "3,402" */
struct tomb_str tomb_view_count(
	struct tomb_view *v, int64_t n, const char *noun);          /* "1 file", "3,402 files", "2 copies" */
struct tomb_str tomb_view_size(struct tomb_view *v, int64_t bytes); /* "1.2 GB" */
struct tomb_str tomb_view_hex(struct tomb_view *v, struct tomb_str bytes);

/* May the actor ask for the deletion of this institution's things? (P-01)  The verb asks again. */
bool tomb_view_may_request(const struct tomb_view *v, int64_t institution_id);

/* Why something may not be asked for, and from when on it may (P-13); "" if nothing is in the way. */
struct tomb_str tomb_view_refusal(struct tomb_view *v, const struct tomb_obstacle *obstacles, size_t n);

/* "kept at least 90 days"; "" for an option without a minimum. */
struct tomb_str tomb_view_kept(struct tomb_view *v, int64_t min_days);

/* "early deletion costs about 12.34 EUR"; "" if it costs nothing, or no price is set. */
struct tomb_str tomb_view_fee(struct tomb_view *v, const struct tomb_impact_fee *fee);

/* The class of a badge, and a word with a capital, for a state in the ledger's words. */
struct tomb_str tomb_view_tone(struct tomb_str state);
struct tomb_str tomb_view_word(struct tomb_view *v, struct tomb_str state);

#endif

#include "view.h"

#include "tombstone/hex.h"
#include "tombstone/html.h"
#include "tombstone/retention_fee.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	TEXT_MAX = 16 * 1024 /* bytes of one text: a link with every filter and cursor in it */
};

struct tomb_view tomb_view_of(struct tomb_ctx *ctx, struct tomb_request *req, struct tomb_response *res)
{
	return (struct tomb_view){
		.ctx = ctx,
		.req = req,
		.res = res,
		.pg = ctx->link.pg,
		.actor = &ctx->actor,
		.arena = req->arena,
		.id = req->nparams > 0 ? req->params[0].id : 0,
	};
}

enum tomb_code tomb_view_done(const struct tomb_view *v, unsigned status, struct tomb_err *err)
{
	struct tomb_str body;

	if (v->broken != TOMB_OK)
		return TOMB_FAIL(err, v->broken, "a text of the page");
	TOMB_TRY(tomb_buf_done(&v->res->body, &body, err));
	tomb_frame_sent(v->res, status);
	return TOMB_OK;
}

struct tomb_str tomb_view_keep(struct tomb_view *v, const struct tomb_buf *text)
{
	struct tomb_err err;
	struct tomb_str made;
	struct tomb_str kept = {NULL, 0};
	enum tomb_code code = tomb_buf_done(text, &made, &err);

	if (code == TOMB_OK)
		kept = tomb_arena_str(v->arena, made);
	if (kept.p)
		return kept;
	v->broken = code == TOMB_OK ? TOMB_NOMEM : code;
	return TOMB_STR("");
}

/* The rest of tomb_view_text() and tomb_view_redirect(). */
#define FORMAT(buf, fmt)                                                                                               \
	do {                                                                                                           \
		char made_[TEXT_MAX];                                                                                  \
		va_list ap_;                                                                                           \
		int n_ = 0;                                                                                            \
		va_start(ap_, fmt);                                                                                    \
		n_ = vsnprintf(made_, sizeof made_, fmt, ap_);                                                         \
		va_end(ap_);                                                                                           \
		if (n_ < 0 || (size_t)n_ >= sizeof made_)                                                              \
			(buf)->broken = TOMB_TOOBIG;                                                                   \
		else                                                                                                   \
			tomb_buf_put((buf), (struct tomb_str){made_, (size_t)n_});                                     \
	} while (0)

struct tomb_str tomb_view_text(struct tomb_view *v, const char *fmt, ...)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	FORMAT(&text, fmt);
	return tomb_view_keep(v, &text);
}

enum tomb_code tomb_view_redirect(struct tomb_view *v, struct tomb_err *err, const char *fmt, ...)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);
	struct tomb_str path;

	FORMAT(&text, fmt);
	TOMB_TRY(tomb_buf_done(&text, &path, err));
	return tomb_response_redirect(v->res, path, err);
}

struct tomb_str tomb_view_query(const struct tomb_view *v, const char *name)
{
	struct tomb_str value = tomb_request_query(v->req, tomb_str_from(name));

	return value.p ? value : TOMB_STR("");
}

enum tomb_code tomb_view_field(const struct tomb_view *v, const char *name, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_fields fields = {NULL, 0};
	const struct tomb_field *found = NULL;

	TOMB_TRY(tomb_fields_parse(v->req->body, v->arena, &fields, err));
	found = tomb_fields_next(fields, tomb_str_from(name), NULL);
	if (found && tomb_fields_next(fields, found->name, found))
		return TOMB_FAIL(err, TOMB_INVAL, "the field \"%s\" was sent twice", name);
	*out = found ? found->value : TOMB_STR("");
	return TOMB_OK;
}

/* Decimal digits in groups of three. */
static void put_number(struct tomb_buf *out, int64_t n)
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%" PRId64, n < 0 ? 0 : n);

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			tomb_buf_put(out, TOMB_STR(","));
		tomb_buf_put(out, (struct tomb_str){digits + i, 1});
	}
}

struct tomb_str tomb_view_number(struct tomb_view *v, int64_t n)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	put_number(&text, n);
	return tomb_view_keep(v, &text);
}

struct tomb_str tomb_view_count(struct tomb_view *v, int64_t n, const char *noun)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);
	size_t length = strlen(noun);
	bool is_y = length > 1 && noun[length - 1] == 'y' && !strchr("aeiou", noun[length - 2]);

	put_number(&text, n);
	if (n == 1)
		tomb_buf_putf(&text, " %s", noun);
	else if (is_y)
		tomb_buf_putf(&text, " %.*sies", (int)length - 1, noun);
	else
		tomb_buf_putf(&text, " %ss", noun);
	return tomb_view_keep(v, &text);
}

struct tomb_str tomb_view_size(struct tomb_view *v, int64_t bytes)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	tomb_html_size(&text, bytes);
	return tomb_view_keep(v, &text);
}

struct tomb_str tomb_view_hex(struct tomb_view *v, struct tomb_str bytes)
{
	char *digits = TOMB_NEW(v->arena, char, 2 * bytes.n + 1);

	if (!digits) {
		v->broken = TOMB_NOMEM;
		return TOMB_STR("");
	}
	return tomb_str_from(tomb_hex_encode((const uint8_t *)bytes.p, bytes.n, digits));
}

bool tomb_view_may_request(const struct tomb_view *v, int64_t institution_id)
{
	return tomb_permission_covers(v->actor, TOMB_MAY_DELETION_REQUEST, institution_id);
}

struct tomb_str tomb_view_refusal(struct tomb_view *v, const struct tomb_obstacle *obstacles, size_t n)
{
	if (n == 0 || obstacles->rule.n == 0)
		return TOMB_STR("");
	if (obstacles->eligible_at_us != 0)
		return tomb_view_text(v, "Cannot be deleted yet: %.*s. It may be deleted from %.*s on.",
			TOMB_STR_ARG(obstacles->detail), TOMB_STR_ARG(obstacles->eligible_day));
	return tomb_view_text(v, "Cannot be deleted now: %.*s.", TOMB_STR_ARG(obstacles->detail));
}

struct tomb_str tomb_view_kept(struct tomb_view *v, int64_t min_days)
{
	if (min_days <= 0)
		return TOMB_STR("");
	return tomb_view_text(v, "kept at least %.*s", TOMB_STR_ARG(tomb_view_count(v, min_days, "day")));
}

struct tomb_str tomb_view_fee(struct tomb_view *v, const struct tomb_impact_fee *fee)
{
	char text[TOMB_FEE_TEXT];

	if (fee->currency.n == 0)
		return TOMB_STR("");
	tomb_retention_fee_text(fee->byte_days, fee->price_nanos, fee->currency, text);
	return text[0] ? tomb_view_text(v, "early deletion costs about %s", text) : TOMB_STR("");
}

struct tomb_str tomb_view_tone(struct tomb_str state)
{
	static const struct {
		struct tomb_str state;
		struct tomb_str tone;
	} tones[] = {
		{{"open", 4}, {"wait", 4}},
		{{"approved", 8}, {"good", 4}},
		{{"void", 4}, {"bad", 3}},
		{{"Pending", 7}, {"wait", 4}},
		{{"Started", 7}, {"busy", 4}},
		{{"Success", 7}, {"good", 4}},
		{{"Failed", 6}, {"bad", 3}},
		{{"Failure", 7}, {"bad", 3}},
		{{"pending", 7}, {"wait", 4}},
		{{"deleted", 7}, {"good", 4}},
		{{"refused", 7}, {"bad", 3}},
		{{"failed", 6}, {"bad", 3}},
		{{"stored", 6}, {"good", 4}},
		{{"removing", 8}, {"busy", 4}},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(tones); i++)
		if (tomb_str_eq(state, tones[i].state))
			return tones[i].tone;
	return TOMB_STR("calm");
}

struct tomb_str tomb_view_word(struct tomb_view *v, struct tomb_str state)
{
	if (state.n == 0)
		return state;
	return tomb_view_text(v, "%c%.*s", toupper((unsigned char)state.p[0]), (int)state.n - 1, state.p + 1);
}

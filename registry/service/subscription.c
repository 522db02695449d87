#include "subscription.h"

#include "link.h"
#include "sql.gen.h"
#include "ticker.h"
#include "tombstone/deletion_watch.h"
#include "tombstone/digest.h"
#include "tombstone/json_writer.h"
#include "tombstone/token.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	TICK_MS = 1000,
	BEAT_TICKS = 15,                 /* proxies give up a silent connection after 60 s or so */
	TICK_ARENA_MAX = 1024 * 1024,    /* a row per place */
	REST_TICKS_PER_MS = 20,          /* a look that takes 50 ms is followed by a second's rest for each tick */
	EVENT_MAX = TOMB_STREAM_MAX / 2, /* bytes */
};

struct place {
	struct tomb_stream *stream; /* NULL: free */
	int64_t request_id;
	int64_t user_id;
	uint8_t session[TOMB_SHA256_SIZE];
	struct tomb_deletion_watched told; /* last */
	bool was_told;
	bool is_away; /* the last word was that the ledger is away */
	int64_t silent_ticks;
};

/* lock guards places; everything else is the ticker's. */
struct tomb_subscriptions {
	struct tomb_subscriptions_options options;
	pthread_mutex_t lock;
	struct place places[TOMB_SUBSCRIPTIONS_MAX];
	struct tomb_link link;
	struct tomb_ticker *ticker;
	int64_t rest_ticks; /* to leave the ledger alone for, after a look that took long */
};

/* ---- what is said ---- */

static bool say(struct place *p, const char *event, const struct tomb_deletion_watched *w)
{
	TOMB_BUF_AUTO text = tomb_buf_init(EVENT_MAX);
	struct tomb_json json = tomb_json_init(&text);
	struct tomb_str made;
	struct tomb_err ignored;

	tomb_buf_putf(&text, "event: %s\ndata: ", event);
	tomb_json_begin_object(&json, NULL);
	if (w) {
		tomb_json_int(&json, "total", w->files_total);
		tomb_json_int(&json, "deleted", w->files_done);
		tomb_json_int(&json, "refused", w->files_refused);
		tomb_json_int(&json, "failed", w->files_failed);
		tomb_json_int(&json, "bytes_total", w->bytes_total);
		tomb_json_int(&json, "bytes_deleted", w->bytes_done);
	}
	tomb_json_end_object(&json);
	tomb_buf_put(&text, TOMB_STR("\n\n"));
	if (tomb_buf_done(&text, &made, &ignored) != TOMB_OK || !tomb_stream_put(p->stream, made))
		return false; /* it has not read the last one: later */
	p->silent_ticks = 0;
	return true;
}

static void let_go(struct place *p)
{
	tomb_stream_end(p->stream);
	tomb_stream_unref(p->stream);
	*p = (struct place){.stream = NULL};
}

static bool is_news(const struct place *p, const struct tomb_deletion_watched *w)
{
	return !p->was_told || p->is_away || p->told.files_done != w->files_done ||
	       p->told.files_refused != w->files_refused || p->told.files_failed != w->files_failed ||
	       p->told.files_total != w->files_total;
}

static void beat(struct place *p, int64_t beat_ticks)
{
	if (++p->silent_ticks >= beat_ticks && tomb_stream_put(p->stream, TOMB_STR(":\n\n")))
		p->silent_ticks = 0;
}

static void tell(struct place *p, const struct tomb_deletion_watched *w, int64_t beat_ticks)
{
	if (!w->may_see) {
		(void)say(p, "over", NULL); /* who has not read the last event hears the end only */
		let_go(p);
	} else if (w->is_finished) {
		if (say(p, "end", w))
			let_go(p);
	} else if (!is_news(p, w)) {
		beat(p, beat_ticks);
	} else if (say(p, "progress", w)) {
		p->told = *w;
		p->was_told = true;
		p->is_away = false;
	}
}

static void tell_away(struct place *p, int64_t beat_ticks)
{
	if (p->is_away)
		beat(p, beat_ticks);
	else
		p->is_away = say(p, "away", NULL);
}

/* ---- one tick ---- */

struct look {
	size_t at[TOMB_SUBSCRIPTIONS_MAX]; /* which place each watch is */
	struct tomb_deletion_watch watches[TOMB_SUBSCRIPTIONS_MAX];
	uint8_t sessions[TOMB_SUBSCRIPTIONS_MAX][TOMB_SHA256_SIZE];
	size_t n;
};

/* Gives back the places of those who have left, and notes who is there. */
static void see_who_is_there(struct tomb_subscriptions *all, struct look *look)
{
	(void)pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < all->options.places; i++) {
		struct place *p = &all->places[i];
		size_t n = look->n;

		if (!p->stream)
			continue;
		if (tomb_stream_is_left(p->stream)) {
			let_go(p);
			continue;
		}
		memcpy(look->sessions[n], p->session, sizeof p->session);
		look->at[n] = i;
		look->watches[n] = (struct tomb_deletion_watch){
			p->request_id, {(const char *)look->sessions[n], sizeof look->sessions[n]}};
		look->n++;
	}
	(void)pthread_mutex_unlock(&all->lock);
}

/* Only this thread empties places, so those that were there are there still.  found NULL: nobody knows. */
static void tell_all(struct tomb_subscriptions *all, const struct look *look, const struct tomb_deletion_watched *found)
{
	(void)pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < look->n; i++)
		if (found)
			tell(&all->places[look->at[i]], &found[i], all->options.beat_ticks);
		else
			tell_away(&all->places[look->at[i]], all->options.beat_ticks);
	(void)pthread_mutex_unlock(&all->lock);
}

static int64_t now_us(const struct tomb_subscriptions *all)
{
	return tomb_clock_monotonic_us(all->options.log->clock);
}

static bool tick(void *ctx)
{
	struct tomb_subscriptions *all = ctx;
	TOMB_ARENA_AUTO arena = tomb_arena_init(TICK_ARENA_MAX);
	struct tomb_deletion_watched *found = NULL;
	struct look look = {.n = 0};
	int64_t began_us = 0;
	struct tomb_err err;

	see_who_is_there(all, &look);
	if (look.n == 0 || all->rest_ticks-- > 0)
		return false;
	began_us = now_us(all);
	if (!tomb_link_is_up(&all->link) ||
		tomb_deletion_watch_read(all->link.pg, look.watches, look.n, &arena, &found, &err) != TOMB_OK)
		found = NULL;
	all->rest_ticks = (now_us(all) - began_us) / TOMB_US_PER_MS * REST_TICKS_PER_MS / all->options.tick_ms;
	tell_all(all, &look, found);
	return false;
}

/* ---- places ---- */

static enum tomb_code find_place(
	struct tomb_subscriptions *all, int64_t user_id, struct place **out, struct tomb_err *err)
{
	struct place *found = NULL;
	size_t own = 0;

	for (size_t i = 0; i < all->options.places; i++) {
		struct place *p = &all->places[i];

		if (!found && !p->stream)
			found = p;
		own += p->stream && p->user_id == user_id;
	}
	if (own >= TOMB_SUBSCRIPTIONS_PER_PERSON)
		return TOMB_FAIL(err, TOMB_BUSY, "you watch %zu deletions already", own);
	if (!found)
		return TOMB_FAIL(err, TOMB_BUSY, "%zu people watch already", all->options.places);
	*out = found;
	return TOMB_OK;
}

static enum tomb_code take_place(struct tomb_subscriptions *all, const struct tomb_subscription_wish *wish,
	const struct tomb_token *token, struct tomb_stream **out, struct tomb_err *err)
{
	struct tomb_stream *stream = NULL;
	struct place *p = NULL;

	TOMB_TRY(find_place(all, wish->user_id, &p, err));
	TOMB_TRY(tomb_stream_new(&stream, err));
	*p = (struct place){.stream = stream, .request_id = wish->request_id, .user_id = wish->user_id};
	tomb_token_digest(token, p->session);
	*out = tomb_stream_ref(stream);
	return TOMB_OK;
}

enum tomb_code tomb_subscription_open(struct tomb_subscriptions *all, const struct tomb_subscription_wish *wish,
	struct tomb_stream **out, struct tomb_err *err)
{
	TOMB_TOKEN_AUTO token = {{0}};
	enum tomb_code code = TOMB_OK;

	TOMB_TRY(tomb_token_parse(wish->session, &token, err));
	(void)pthread_mutex_lock(&all->lock);
	code = take_place(all, wish, &token, out, err);
	(void)pthread_mutex_unlock(&all->lock);
	return code;
}

size_t tomb_subscriptions_count(struct tomb_subscriptions *all)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < all->options.places; i++)
		n += all->places[i].stream != NULL;
	(void)pthread_mutex_unlock(&all->lock);
	return n;
}

/* ---- start and stop ---- */

enum tomb_code tomb_subscriptions_start(
	const struct tomb_subscriptions_options *options, struct tomb_subscriptions **out, struct tomb_err *err)
{
	static const struct tomb_pg_set *const sets[] = {&sql_set_deletion_watch};
	struct tomb_subscriptions *all = calloc(1, sizeof *all);
	enum tomb_code code = TOMB_OK;

	if (!all || pthread_mutex_init(&all->lock, NULL) != 0) {
		free(all);
		return TOMB_FAIL(err, TOMB_NOMEM, "the subscriptions");
	}
	all->options = *options;
	if (all->options.places == 0 || all->options.places > TOMB_SUBSCRIPTIONS_MAX)
		all->options.places = TOMB_SUBSCRIPTIONS_MAX;
	all->options.tick_ms = options->tick_ms ? options->tick_ms : TICK_MS;
	all->options.beat_ticks = options->beat_ticks ? options->beat_ticks : BEAT_TICKS;
	code = tomb_link_open(&all->link, options->database, sets, TOMB_COUNTOF(sets), options->log, err);
	if (code == TOMB_OK)
		code = tomb_ticker_start(&all->ticker, tick, all, all->options.tick_ms, err);
	if (code != TOMB_OK) {
		tomb_subscriptions_stop(all);
		return code;
	}
	*out = all;
	return TOMB_OK;
}

void tomb_subscriptions_stop(struct tomb_subscriptions *all)
{
	if (!all)
		return;
	tomb_ticker_stop(all->ticker);
	for (size_t i = 0; i < all->options.places; i++)
		if (all->places[i].stream)
			let_go(&all->places[i]);
	tomb_link_close(&all->link);
	(void)pthread_mutex_destroy(&all->lock);
	free(all);
}

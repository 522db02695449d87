#include "aws/provider.h"

#include "aws/source.h"
#include "tombstone/clock.h"
#include "tombstone/secret.h"
#include "tombstone/time.h"

#include <unistd.h>

enum {
	CHOICE_ARENA_MAX = 1 << 16, /* bytes: a few paths and names */
	ADVISORY_S = 15 * 60,       /* before the end, as botocore */
	MANDATORY_S = 10 * 60,
	PAUSE_S = 30 /* between attempts that may fail: each can take a second or more */
};

/* Lies in pages that no core dump holds. */
struct aws_provider {
	struct tomb_secret_pages pages; /* these */
	struct tomb_arena arena;        /* the source's */
	struct source source;
	struct aws_keys keys;  /* empty until they are first needed */
	struct aws_keys fresh; /* while they are fetched */
	struct sigv4_key derived;
	unsigned changes;
	int64_t fetched_us;
	int64_t failed_us; /* the last failure since then; 0: none */
};

enum tomb_code aws_provider_open(const struct backend *backend, struct aws_provider **out, struct tomb_err *err)
{
	TOMB_SECRET_PAGES_AUTO pages = {NULL, 0};
	TOMB_ARENA_AUTO arena = tomb_arena_init(CHOICE_ARENA_MAX);
	struct aws_environment env;
	struct aws_provider *provider = NULL;

	TOMB_TRY(tomb_secret_pages_map(sizeof *provider, &pages, err));
	provider = pages.p;
	aws_environment_read(environ, &env);
	TOMB_TRY(source_choose(backend, &env, &arena, &provider->source, err));
	if (source_is_local(&provider->source))
		TOMB_TRY(source_fetch(&provider->source, &provider->keys, err));
	provider->arena = arena;
	arena.head = NULL;
	provider->pages = pages;
	pages.p = NULL;
	*out = provider;
	return TOMB_OK;
}

void aws_provider_close(struct aws_provider *provider)
{
	struct tomb_secret_pages pages = {NULL, 0};

	if (!provider)
		return;
	tomb_arena_fini(&provider->arena);
	pages = provider->pages;
	tomb_secret_pages_fini(&pages);
}

/* Whatever it is, a store has not been asked: the caller either waits or calls a person. */
static enum tomb_code fetch(struct aws_provider *p, int64_t now_us, struct tomb_err *err)
{
	char text[TOMB_TIME_TEXT];
	enum tomb_code code = source_fetch(&p->source, &p->fresh, err);

	if (code == TOMB_OK && p->fresh.expires_us && p->fresh.expires_us <= now_us)
		code = TOMB_FAIL(err, TOMB_STORE_DENIED, "the keys that it gives ended at %s; or the clock is wrong",
			tomb_time_format(p->fresh.expires_us, TOMB_TIME_S, text));
	if (code == TOMB_OK || code == TOMB_NET || code == TOMB_NOMEM)
		return code;
	err->code = TOMB_STORE_DENIED;
	return err->code;
}

static void adopt(struct aws_provider *p, int64_t now_us)
{
	p->keys = p->fresh;
	p->changes++;
	p->fetched_us = now_us;
	p->failed_us = 0;
	tomb_wipe(&p->derived, sizeof p->derived);
	tomb_wipe(&p->fresh, sizeof p->fresh);
}

static enum tomb_code refresh(struct aws_provider *p, int64_t now_us, struct tomb_err *err)
{
	enum tomb_code code = fetch(p, now_us, err);

	if (code == TOMB_OK)
		adopt(p, now_us);
	else
		p->failed_us = now_us;
	tomb_wipe(&p->fresh, sizeof p->fresh);
	return code;
}

/* How long before their end keys are renewed.  Keys that live shortly would always be within the usual time. */
static int64_t margin_us(const struct aws_provider *p, int64_t usual_s, int64_t part)
{
	int64_t life_us = p->keys.expires_us - p->fetched_us;
	int64_t usual_us = usual_s * TOMB_US_PER_S;

	return life_us / part < usual_us ? life_us / part : usual_us;
}

static bool failed_just_now(const struct aws_provider *p, int64_t now_us)
{
	int64_t since_us = now_us - p->failed_us;

	return p->failed_us && since_us >= 0 && since_us < (int64_t)PAUSE_S * TOMB_US_PER_S;
}

enum tomb_code aws_provider_keys(
	struct aws_provider *provider, int64_t now_us, const struct aws_keys **out, struct tomb_err *err)
{
	struct tomb_err tolerated;
	int64_t left_us = provider->keys.expires_us - now_us;

	if (provider->keys.access_key.n == 0 ||
		(provider->keys.expires_us && left_us <= margin_us(provider, MANDATORY_S, 3)))
		TOMB_TRY(refresh(provider, now_us, err));
	else if (provider->keys.expires_us && left_us <= margin_us(provider, ADVISORY_S, 2) &&
		 !failed_just_now(provider, now_us))
		(void)refresh(provider, now_us, &tolerated); /* the keys are still good */
	*out = &provider->keys;
	return TOMB_OK;
}

struct sigv4_key *aws_provider_derived(struct aws_provider *provider)
{
	return &provider->derived;
}

unsigned aws_provider_changes(const struct aws_provider *provider)
{
	return provider->changes;
}

static bool is_same(const struct credential *a, const struct credential *b)
{
	return tomb_secret_eq(credential_str(a), credential_str(b));
}

enum tomb_code aws_provider_renew(struct aws_provider *provider, int64_t now_us, struct tomb_err *err)
{
	const struct aws_keys *old = &provider->keys;
	const struct aws_keys *fresh = &provider->fresh;
	enum tomb_code code = fetch(provider, now_us, err);

	if (code == TOMB_OK && is_same(&old->access_key, &fresh->access_key) &&
		is_same(&old->secret_key, &fresh->secret_key) && is_same(&old->session_token, &fresh->session_token))
		code = TOMB_FAIL(err, TOMB_STORE_DENIED,
			"the store refused the keys, and their source has no others; put new ones there");
	if (code == TOMB_OK)
		adopt(provider, now_us);
	tomb_wipe(&provider->fresh, sizeof provider->fresh);
	return code;
}

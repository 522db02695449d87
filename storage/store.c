#include "store_kind.h"

#include "aws/provider.h"
#include "fd.h"
#include "tombstone/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

enum { STORES_ARENA_MAX = 4 << 20 }; /* bytes: BACKENDS_MAX backends with 24 KiB of keys each, and their settings */

struct tomb_stores {
	struct tomb_arena arena; /* this struct lies in it too */
	struct aws_providers providers;
	size_t n;
	struct tomb_store *store[BACKENDS_MAX];
	struct traffic_rules rules;
};

static enum tomb_code read_file(const char *path, struct tomb_buf *out, struct tomb_err *err)
{
	FD_AUTO fd = open(path, O_RDONLY | O_CLOEXEC);
	char chunk[4096];
	size_t n = 0;

	if (fd < 0)
		return TOMB_FAIL(err, TOMB_IO, "%s: %s", path, strerror(errno));
	do {
		TOMB_TRY(tomb_read_fd(&fd, chunk, sizeof chunk, &n, err));
		tomb_buf_put(out, (struct tomb_str){chunk, n});
	} while (n > 0 && out->broken == TOMB_OK);
	return TOMB_OK;
}

static enum tomb_code open_kind(
	struct tomb_stores *stores, const struct backend *backend, struct tomb_store **out, struct tomb_err *err)
{
	switch (backend->kind) {
	case BACKEND_S3:
		return s3_open(backend, &stores->providers, &stores->arena, out, err);
	case BACKEND_GLACIER:
		return glacier_open(backend, &stores->providers, &stores->arena, out, err);
	case BACKEND_DIRECTORY:
	case BACKEND_KIND_MAX:
		break;
	}
	return directory_open(backend, &stores->arena, out, err);
}

static enum tomb_code open_backend(
	struct tomb_stores *stores, const struct backend *backend, const char *path, struct tomb_err *err)
{
	struct tomb_store *store = NULL;
	enum tomb_code code = open_kind(stores, backend, &store, err);

	if (code != TOMB_OK) {
		char where[512];

		(void)snprintf(where, sizeof where, "%s:%d: backend %s", path, backend->line, backend->name.p);
		return tomb_err_in(err, where);
	}
	store->name = backend->name;
	store->kind_name = backend_kind_name(backend->kind);
	store->verify_looks = (int)backend->verify_looks;
	store->verify_delay_ms = backend->verify_delay_ms;
	store->traffic = traffic_init(&stores->rules, backend->name);
	stores->store[stores->n++] = store; /* from here on it is closed with the others */
	return backend_url_prefix(backend, &stores->arena, &store->url_prefix, err);
}

static enum tomb_code open_all(struct tomb_stores *stores, const char *path, struct tomb_err *err)
{
	TOMB_BUF_AUTO file = tomb_buf_init(BACKENDS_FILE_MAX);
	struct tomb_str text = {NULL, 0};
	struct backend *backends = NULL;
	size_t n = 0;

	TOMB_TRY(read_file(path, &file, err));
	TOMB_TRY(tomb_buf_done(&file, &text, err));
	TOMB_TRY(backend_parse(text, path, &stores->arena, &backends, &n, err));
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(open_backend(stores, &backends[i], path, err));
	return TOMB_OK;
}

enum tomb_code tomb_stores_open(const char *path, struct tomb_stores **out, struct tomb_err *err)
{
	struct tomb_arena arena = tomb_arena_init(STORES_ARENA_MAX);
	TOMB_STORES_AUTO *stores = TOMB_NEW(&arena, struct tomb_stores, 1);

	if (!stores)
		return TOMB_FAIL(err, TOMB_NOMEM, "%s", path);
	stores->arena = arena;
	stores->rules = traffic_rules_default();
	TOMB_TRY(open_all(stores, path, err));
	*out = TOMB_TAKE(stores);
	return TOMB_OK;
}

void tomb_stores_close(struct tomb_stores *stores)
{
	struct tomb_arena arena = {NULL, 0, 0};

	if (!stores)
		return;
	for (size_t i = 0; i < stores->n; i++)
		stores->store[i]->kind->close(stores->store[i]);
	aws_providers_close(&stores->providers);
	arena = stores->arena;
	tomb_arena_fini(&arena);
}

size_t tomb_stores_count(const struct tomb_stores *stores)
{
	return stores->n;
}

struct tomb_store *tomb_stores_at(struct tomb_stores *stores, size_t i)
{
	return stores->store[i];
}

enum tomb_code tomb_stores_find(
	struct tomb_stores *stores, struct tomb_str name, struct tomb_store **out, struct tomb_err *err)
{
	for (size_t i = 0; i < stores->n; i++)
		if (tomb_str_eq(stores->store[i]->name, name)) {
			*out = stores->store[i];
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_NOTFOUND, "no backend is named %.*s", TOMB_STR_ARG(name));
}

void tomb_stores_set_waiting(struct tomb_stores *stores, const struct tomb_waiting *waiting)
{
	stores->rules.waiting = *waiting;
}

void tomb_stores_share_pace(struct tomb_stores *stores, tomb_pace_exchange_fn *exchange, void *ctx)
{
	stores->rules.exchange = exchange;
	stores->rules.exchange_ctx = ctx;
}

int64_t tomb_store_clock_offset_us(const struct tomb_store *store)
{
	return store->probe.clock_offset_us;
}

void tomb_store_breaker(const struct tomb_store *store, struct tomb_breaker_state *out)
{
	*out = store->traffic.breaker.state;
}

void tomb_store_breaker_adopt(struct tomb_store *store, const struct tomb_breaker_state *state)
{
	breaker_adopt(&store->traffic.breaker, state);
}

int64_t tomb_store_due_ms(struct tomb_store *store)
{
	return traffic_due_ms(&store->traffic);
}

struct tomb_str tomb_store_name(const struct tomb_store *store)
{
	return store->name;
}

struct tomb_str tomb_store_kind(const struct tomb_store *store)
{
	return store->kind_name;
}

struct tomb_str tomb_store_where(const struct tomb_store *store)
{
	return store->url_prefix;
}

enum tomb_code store_check_key(const struct tomb_store *store, struct tomb_str key, struct tomb_err *err)
{
	if (key.n < 1 || key.n > TOMB_KEY_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "a key is 1 to %d bytes, not %zu", TOMB_KEY_MAX, key.n);
	if (store->kind->keys_are_utf8 && !tomb_utf8_valid(key))
		return TOMB_FAIL(
			err, TOMB_INVAL, "backend %s: the key is not UTF-8, and S3 has no other keys", store->name.p);
	return TOMB_OK;
}

enum tomb_code tomb_store_url(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_str *url, struct tomb_err *err)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_STORE_URL_MAX);
	struct tomb_str text = {NULL, 0};

	TOMB_TRY(store_check_key(store, key, err));
	tomb_buf_put(&buf, store->url_prefix);
	TOMB_TRY(store->kind->put_url(key, &buf, err));
	TOMB_TRY(tomb_buf_done(&buf, &text, err));
	text = tomb_arena_str(arena, text);
	if (!text.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a URL of backend %s", store->name.p);
	*url = text;
	return TOMB_OK;
}

/* Only a URL that tomb_store_url() writes belongs to the store: it is written again and compared. */
static bool is_canonical(struct tomb_store *store, struct tomb_str url, struct tomb_str key, struct tomb_arena *arena)
{
	struct tomb_err ignored;
	struct tomb_str again = {NULL, 0};

	return tomb_store_url(store, key, arena, &again, &ignored) == TOMB_OK && tomb_str_eq(again, url);
}

enum tomb_code tomb_stores_route(struct tomb_stores *stores, struct tomb_str url, struct tomb_arena *arena,
	struct tomb_store **store, struct tomb_str *key, struct tomb_err *err)
{
	for (size_t i = 0; i < stores->n; i++) {
		struct tomb_store *s = stores->store[i];
		size_t prefix = s->url_prefix.n;
		struct tomb_str found = {NULL, 0};

		if (url.n <= prefix || url.n > TOMB_STORE_URL_MAX || memcmp(url.p, s->url_prefix.p, prefix) != 0)
			continue;
		if (s->kind->key_of_url((struct tomb_str){url.p + prefix, url.n - prefix}, arena, &found, err) !=
				TOMB_OK ||
			!is_canonical(s, url, found, arena))
			return TOMB_FAIL(err, TOMB_NOTFOUND, "not a copy's URL of backend %s: %.*s", s->name.p,
				TOMB_STR_ARG(url));
		*store = s;
		*key = found;
		return TOMB_OK;
	}
	return TOMB_FAIL(err, TOMB_NOTFOUND, "no backend has the URL %.*s", TOMB_STR_ARG(url));
}

static int64_t now_us(const struct tomb_store *store)
{
	return tomb_clock_monotonic_us(store->traffic.rules->waiting.clock);
}

enum tomb_code tomb_store_probe(struct tomb_store *store, struct tomb_probe *out, struct tomb_err *err)
{
	struct tomb_probe probe = {0};
	int64_t asked_us = now_us(store);

	store->is_probed_last = false;
	TOMB_TRY(store->kind->probe(store, &probe, err));
	store->probe = probe;
	store->probed = true;
	store->is_probed_last = true;
	store->probed_us = asked_us;
	*out = probe;
	return TOMB_OK;
}

bool tomb_store_last_probe(const struct tomb_store *store, struct tomb_probe *out, int64_t *age_ms)
{
	if (!store->is_probed_last)
		return false;
	*out = store->probe;
	*age_ms = (now_us(store) - store->probed_us) / TOMB_US_PER_MS;
	return true;
}

void tomb_store_set_capability(struct tomb_store *store, const struct tomb_capability *capability)
{
	store->capability = *capability;
}

enum tomb_code tomb_store_examine(struct tomb_store *store, struct tomb_capability *out, struct tomb_err *err)
{
	struct tomb_probe probe;
	struct tomb_capability found = {.read_back = TOMB_ABILITY_UNKNOWN};

	if (!store->kind->examine)
		return TOMB_FAIL(
			err, TOMB_UNSUPPORTED, "backend %s: a store of its kind needs no examination", store->name.p);
	TOMB_TRY(tomb_store_probe(store, &probe, err));
	TOMB_TRY(store->kind->examine(store, &found, err));
	*out = found;
	return TOMB_OK;
}

enum tomb_code store_error_in(const struct tomb_store *store, struct tomb_err *err)
{
	char where[BACKEND_NAME_MAX + 32];
	size_t n = 0;

	(void)snprintf(where, sizeof where, "backend %s", store->name.p);
	n = strlen(where);
	if (strncmp(err->text, where, n) == 0 && err->text[n] == ':')
		return err->code;
	return tomb_err_in(err, where);
}

enum tomb_code store_need_probe(struct tomb_store *store, struct tomb_err *err)
{
	struct tomb_probe probe;

	return store->probed ? TOMB_OK : tomb_store_probe(store, &probe, err);
}

enum tomb_code tomb_store_stat(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_stat *out, struct tomb_err *err)
{
	TOMB_TRY(store_check_key(store, key, err));
	TOMB_TRY(store_need_probe(store, err)); /* a bucket that is not there has no keys either */
	return store->kind->stat(store, key, TOMB_STR(""), arena, out, err);
}

enum tomb_code tomb_store_stat_version(struct tomb_store *store, struct tomb_str key, struct tomb_str version_id,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err)
{
	TOMB_TRY(store_check_key(store, key, err));
	if (!version_id.n)
		return TOMB_FAIL(err, TOMB_INVAL, "no version id");
	TOMB_TRY(store_need_probe(store, err));
	return store->kind->stat(store, key, version_id, arena, out, err);
}

enum tomb_code tomb_store_versions(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena,
	struct tomb_version **out, size_t *n, struct tomb_err *err)
{
	TOMB_TRY(store_check_key(store, key, err));
	TOMB_TRY(store_need_probe(store, err));
	return store->kind->versions(store, key, arena, out, n, err);
}

enum tomb_code tomb_store_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err)
{
	TOMB_TRY(store_check_key(store, put->key, err));
	if (put->size_bytes < 0)
		return TOMB_FAIL(err, TOMB_INVAL, "a size of %lld bytes", (long long)put->size_bytes);
	return store->kind->put(store, put, arena, out, err);
}

#include "outside.h"

#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <glob.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct tomb_store *store_of(struct tomb_world *w, int n)
{
	struct tomb_store *store = NULL;
	char name[16];

	(void)snprintf(name, sizeof name, "local-%d", n);
	TOMB_OK_OR_FAIL(tomb_stores_find(w->stores, tomb_str_from(name), &store, &err));
	return store;
}

void outside_set_up(struct tomb_world *w)
{
	for (int n = 1; n <= 2; n++) {
		tomb_world_exec("insert into storage_option_backend (storage_option_id, backend_id) select %" PRId64
				", id from storage_backend where name = 'local-%d'",
			w->standard, n);
		tomb_world_exec("insert into backend_probe (backend_id, by, place, is_reachable, was_examined) "
				"select id, 'a test', '%.*s', true, false from storage_backend where name = 'local-%d'",
			TOMB_STR_ARG(tomb_store_where(store_of(w, n))), n);
	}
}

static void fill(const char *text, char bytes[static OUTSIDE_BYTES + 1])
{
	assert_in_range(snprintf(bytes, OUTSIDE_BYTES + 1, "%-64s", text), OUTSIDE_BYTES, OUTSIDE_BYTES);
}

static enum tomb_code read_bytes(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_str *left = arg;

	(void)err;
	*n = left->n < cap ? left->n : cap;
	if (*n > 0)
		memcpy(buf, left->p, *n);
	left->p += *n;
	left->n -= *n;
	return TOMB_OK;
}

/* What lies in local-N under a key like this: the folder is looked at. */
static int count(struct tomb_world *w, int n, const char *key)
{
	char pattern[256];
	glob_t found = {.gl_pathc = 0};
	int there = 0;

	(void)snprintf(pattern, sizeof pattern, "%s/local-%d/*/%s", w->folder, n, key);
	if (glob(pattern, 0, NULL, &found) == 0)
		there = (int)found.gl_pathc;
	globfree(&found);
	return there;
}

void outside_store(struct tomb_world *w, int n, const char *key, const char *text, char url[static OUTSIDE_URL])
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
	char bytes[OUTSIDE_BYTES + 1];
	struct tomb_str left = {bytes, OUTSIDE_BYTES};
	struct tomb_put put = {
		.key = tomb_str_from(key), .size_bytes = OUTSIDE_BYTES, .read = read_bytes, .arg = &left};
	struct tomb_placed placed = {.etag = TOMB_STR("")};
	struct tomb_str at;

	fill(text, bytes);
	tomb_sha256(left, put.sha256);
	if (count(w, n, key) == 0)
		TOMB_OK_OR_FAIL(tomb_store_put(store_of(w, n), &put, &arena, &placed, &err));
	TOMB_OK_OR_FAIL(tomb_store_url(store_of(w, n), put.key, &arena, &at, &err));
	assert_in_range(snprintf(url, OUTSIDE_URL, "%.*s", TOMB_STR_ARG(at)), 1, OUTSIDE_URL - 1);
}

void outside_digest(const char *text, char hex[static 65])
{
	char bytes[OUTSIDE_BYTES + 1];
	uint8_t sha256[TOMB_SHA256_SIZE];

	fill(text, bytes);
	tomb_sha256((struct tomb_str){bytes, OUTSIDE_BYTES}, sha256);
	(void)tomb_hex_encode(sha256, sizeof sha256, hex);
}

int outside_there(struct tomb_world *w, const char *key)
{
	int there = 0;

	for (int n = 1; n <= TOMB_WORLD_COPIES_MAX; n++)
		there += count(w, n, key);
	return there;
}

/* URLs of copies: any key makes a URL that leads back to it, and no other text is taken for a URL. */
#include "temp_folder.h"
#include "tombstone/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tomb_stores *stores;

static void check(bool good)
{
	if (!good)
		abort();
}

/* One store of each kind and style; none is ever talked to. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct temp_folder temp;
	TOMB_BUF_AUTO conf = tomb_buf_init(4096);
	char path[128];
	struct tomb_err err;

	(void)argc;
	(void)argv;
	temp_folder_make(&temp);
	temp_folder_write(&temp, "key", "k", 1);
	(void)snprintf(path, sizeof path, "%s/key", temp.path);
	check(chmod(path, 0600) == 0);
	tomb_buf_putf(&conf,
		"[backend d]\nkind = directory\npath = %s\n"
		"[backend s]\nkind = s3\nendpoint = https://h\nregion = r\nbucket = bucket\n"
		"access_key_file = %s/key\nsecret_key_file = %s/key\n"
		"[backend v]\nkind = s3\nendpoint = https://h\nregion = r\nbucket = other\nstyle = virtual\n"
		"access_key_file = %s/key\nsecret_key_file = %s/key\n",
		temp.path, temp.path, temp.path, temp.path, temp.path);
	temp_folder_write(&temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", temp.path);
	check(tomb_stores_open(path, &stores, &err) == TOMB_OK);
	temp_folder_remove(&temp);
	return 0;
}

static void key_round_trip(struct tomb_store *store, struct tomb_str key, struct tomb_arena *arena)
{
	struct tomb_store *found = NULL;
	struct tomb_str url = {NULL, 0};
	struct tomb_str back = {NULL, 0};
	struct tomb_err err;

	if (tomb_store_url(store, key, arena, &url, &err) != TOMB_OK)
		return;
	check(tomb_stores_route(stores, url, arena, &found, &back, &err) == TOMB_OK);
	check(found == store && tomb_str_eq(back, key));
}

/* rest, after the prefix of a store: taken only if it is exactly what the key in it would be written as. */
static void url_round_trip(const char *prefix, size_t prefix_n, struct tomb_str rest, struct tomb_arena *arena)
{
	TOMB_BUF_AUTO url = tomb_buf_init(1 << 16);
	struct tomb_store *found = NULL;
	struct tomb_str key = {NULL, 0};
	struct tomb_str again = {NULL, 0};
	struct tomb_err err;

	tomb_buf_put(&url, (struct tomb_str){prefix, prefix_n});
	tomb_buf_put(&url, rest);
	if (tomb_stores_route(stores, (struct tomb_str){url.p, url.n}, arena, &found, &key, &err) != TOMB_OK)
		return;
	check(tomb_store_url(found, key, arena, &again, &err) == TOMB_OK);
	check(tomb_str_eq(again, (struct tomb_str){url.p, url.n}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tomb_str text = {(const char *)data, size};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_err err;

	url_round_trip("", 0, text, &arena);
	for (size_t i = 0; i < tomb_stores_count(stores); i++) {
		struct tomb_store *store = tomb_stores_at(stores, i);
		struct tomb_str url = {NULL, 0};
		const char *end = NULL;

		key_round_trip(store, text, &arena);
		check(tomb_store_url(store, TOMB_STR("k"), &arena, &url, &err) == TOMB_OK);
		end = strrchr(url.p, '/');
		url_round_trip(url.p, (size_t)(end + 1 - url.p), text, &arena); /* with its folder, if it has one */
	}
	return 0;
}

#include "vault_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char *text_of(struct vault_world *v, const struct vault_reply *r)
{
	const char *body = r->body ? r->body : "";
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 20);
	struct tomb_str kept;

	tomb_buf_putf(&text, "HTTP/1.1 %s\r\n%sx-amzn-RequestId: req-1\r\nContent-Length: %zu\r\n\r\n%s",
		r->status ? r->status : "200 OK", r->headers ? r->headers : "", strlen(body), body);
	kept = tomb_arena_str(&v->arena, (struct tomb_str){text.p, text.n});
	assert_non_null(kept.p);
	return kept.p;
}

static void write_key(const struct vault_world *v, const char *name)
{
	char path[128];
	FILE *f = NULL;

	(void)snprintf(path, sizeof path, "%s/%s", v->w.folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("AKIDEXAMPLE\n", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

void vault_world_hang_up(struct vault_world *v)
{
	tomb_stores_close(v->w.stores);
	TOMB_OK_OR_FAIL(tomb_stores_open(v->w.backends_file, &v->w.stores, &err));
}

/* The backends file gets one more section. */
static void add_vault(struct vault_world *v)
{
	FILE *f = fopen(v->w.backends_file, "a");

	assert_non_null(f);
	(void)fprintf(f,
		"[backend old-vault]\nkind = glacier\nendpoint = http://127.0.0.1:%d\nregion = us-east-1\nvault = old\n"
		"access_key_file = %s/access\nsecret_key_file = %s/secret\n",
		canned_http_port(v->server), v->w.folder, v->w.folder);
	assert_int_equal(fclose(f), 0);
	write_key(v, "access");
	write_key(v, "secret");
	vault_world_hang_up(v);
	tomb_world_exec("insert into storage_backend (name) values ('old-vault')");
}

void vault_world_open(struct vault_world *v, const struct vault_reply *replies, size_t n)
{
	*v = (struct vault_world){.arena = tomb_arena_init(8 << 20)};
	assert_true(n <= VAULT_REPLIES_MAX);
	tomb_world_open(&v->w);
	for (size_t i = 0; i < n; i++)
		v->script[i].bytes = text_of(v, &replies[i]);
	v->server = canned_http_start(v->script, n);
	add_vault(v);
}

void vault_world_close(struct vault_world *v)
{
	canned_http_free(v->server);
	tomb_world_close(&v->w);
	tomb_arena_fini(&v->arena);
}

struct tomb_str vault_world_url(struct vault_world *v, const char *archive)
{
	struct tomb_store *store = NULL;
	struct tomb_str url = {NULL, 0};

	TOMB_OK_OR_FAIL(tomb_stores_find(v->w.stores, TOMB_STR("old-vault"), &store, &err));
	TOMB_OK_OR_FAIL(tomb_store_url(store, tomb_str_from(archive), &v->arena, &url, &err));
	return url;
}

void vault_world_add_copy(struct vault_world *v, int64_t file_id, const char *archive, int days)
{
	struct tomb_str url = vault_world_url(v, archive);

	tomb_world_exec(
		"insert into copy (file_id, generation, backend_id, storage_option_id, url, size_bytes, stored_at) "
		"select f.id, f.generation, b.id, f.storage_option_id, '%.*s', f.size_bytes, "
		"now() - interval '%d days' from generic_file f, storage_backend b "
		"where f.id = %" PRId64 " and b.name = 'old-vault'",
		TOMB_STR_ARG(url), days, file_id);
}

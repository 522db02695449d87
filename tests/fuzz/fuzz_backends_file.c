/* The backends file: what is accepted is complete, and no two backends are in one place. */
#include "../../storage/backend.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static bool has_keys(const struct backend *b)
{
	bool has_files = b->access_key_file.n && b->secret_key_file.n;

	return b->key_chain != has_files && !(has_files && b->profile.n);
}

/* A bucket before the host: where TLS and names allow it, and in every URL. */
static void check_virtual(const struct backend *b, struct tomb_str prefix)
{
	const char *host = strstr(b->endpoint.p, "://") + 3;

	check(host[0] != '[');
	check(b->endpoint.p[4] != 's' || !strchr(b->bucket.p, '.'));
	check(memcmp(prefix.p + (host - b->endpoint.p), b->bucket.p, b->bucket.n) == 0);
}

static void check_kind(const struct backend *b)
{
	switch (b->kind) {
	case BACKEND_DIRECTORY:
		check(b->path.n && b->path.p[0] == '/');
		return;
	case BACKEND_S3:
		check(b->endpoint.n && b->region.n && b->bucket.n && has_keys(b));
		check(b->expected_bucket_owner.n == 0 || b->expected_bucket_owner.n == 12);
		return;
	case BACKEND_GLACIER:
		check(b->endpoint.n && b->region.n && b->vault.n && has_keys(b));
		return;
	case BACKEND_KIND_MAX:
		break;
	}
	check(false);
}

static void check_backends(const struct backend *b, size_t n, struct tomb_arena *arena)
{
	struct tomb_str prefix[BACKENDS_MAX] = {{NULL, 0}};
	struct tomb_err err;

	check(n >= 1 && n <= BACKENDS_MAX);
	for (size_t i = 0; i < n; i++) {
		check(b[i].name.n > 0 && b[i].name.p[b[i].name.n] == '\0');
		check_kind(&b[i]);
		check(b[i].connect_timeout_ms > 0 && b[i].request_timeout_ms > 0);
		if (backend_url_prefix(&b[i], arena, &prefix[i], &err) != TOMB_OK)
			return; /* the arena is full */
		check(prefix[i].p[prefix[i].n - 1] == '/');
		if (backend_is_virtual(&b[i]))
			check_virtual(&b[i], prefix[i]);
		for (size_t j = 0; j < i; j++) {
			size_t common = prefix[i].n < prefix[j].n ? prefix[i].n : prefix[j].n;

			check(memcmp(prefix[i].p, prefix[j].p, common) != 0);
		}
	}
}

static void parse(struct tomb_str text)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_err err = {.text = ""};
	struct backend *backends = NULL;
	size_t n = 0;

	if (backend_parse(text, "f", &arena, &backends, &n, &err) == TOMB_OK)
		check_backends(backends, n, &arena);
	else
		check(!backends && err.text[0] != '\0');
}

#define KEYS "access_key_file = /a\nsecret_key_file = /s\n"

/* Alone, and behind what makes a good section of almost everything. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const beginnings[] = {
		"",
		"[backend d]\nkind = directory\n",
		"[backend s]\nkind = s3\nregion = r\nbucket = b.1\nendpoint = https://h\n" KEYS,
		"[backend s]\nkind = s3\nregion = r\nbucket = abc\nstyle = virtual\n" KEYS "endpoint = ",
		"[backend s]\nkind = s3\nregion = r\nendpoint = http://localhost\nstyle = virtual\n" KEYS "bucket = ",
		"[backend s]\nkind = s3\nregion = r\nendpoint = https://h\nbucket = abc\nexpected_bucket_owner = ",
		"[backend g]\nkind = glacier\nregion = r\n" KEYS,
	};

	for (size_t i = 0; i < TOMB_COUNTOF(beginnings); i++) {
		TOMB_BUF_AUTO text = tomb_buf_init(BACKENDS_FILE_MAX);

		tomb_buf_put(&text, tomb_str_from(beginnings[i]));
		tomb_buf_put(&text, (struct tomb_str){(const char *)data, size});
		if (text.broken == TOMB_OK)
			parse((struct tomb_str){text.p, text.n});
	}
	return 0;
}

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

static void check_backends(const struct backend *b, size_t n, struct tomb_arena *arena)
{
	struct tomb_str prefix[BACKENDS_MAX] = {{NULL, 0}};
	struct tomb_err err;

	check(n >= 1 && n <= BACKENDS_MAX);
	for (size_t i = 0; i < n; i++) {
		check(b[i].name.n > 0 && b[i].name.p[b[i].name.n] == '\0');
		check(b[i].kind == BACKEND_S3 ? b[i].endpoint.n && b[i].bucket.n && has_keys(&b[i])
					      : b[i].path.n && b[i].path.p[0] == '/');
		check(b[i].connect_timeout_ms > 0 && b[i].request_timeout_ms > 0);
		if (backend_url_prefix(&b[i], arena, &prefix[i], &err) != TOMB_OK)
			return; /* the arena is full */
		check(prefix[i].p[prefix[i].n - 1] == '/');
		for (size_t j = 0; j < i; j++) {
			size_t common = prefix[i].n < prefix[j].n ? prefix[i].n : prefix[j].n;

			check(memcmp(prefix[i].p, prefix[j].p, common) != 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_err err = {.text = ""};
	struct backend *backends = NULL;
	size_t n = 0;
	enum tomb_code code = backend_parse(
		(struct tomb_str){(const char *)data, size}, "f", &arena, &backends, &n, &err);

	if (code == TOMB_OK)
		check_backends(backends, n, &arena);
	else
		check(!backends && err.text[0] != '\0');
	return 0;
}

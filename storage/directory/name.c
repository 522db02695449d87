#include "directory/name.h"

#include "tombstone/digest.h"
#include "tombstone/hex.h"
#include "tombstone/percent.h"

#include <stdio.h>

static void encode(struct tomb_str key, struct tomb_buf *name)
{
	if (key.p[0] == '.') {
		tomb_buf_put(name, TOMB_STR("%2E"));
		key.p++;
		key.n--;
	}
	tomb_percent_encode(name, key);
}

enum tomb_code directory_name_of(struct tomb_str key, struct directory_name *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO name = tomb_buf_init(DIRECTORY_NAME_MAX);
	struct directory_name made = {.hashed = false};
	uint8_t sha256[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];

	encode(key, &name);
	if (name.broken == TOMB_NOMEM)
		return TOMB_FAIL(err, TOMB_NOMEM, "the name of a key of %zu bytes", key.n);
	made.hashed = name.broken != TOMB_OK;
	tomb_sha256(key, sha256);
	tomb_hex_encode(sha256, sizeof sha256, hex);
	memcpy(made.folder, hex, sizeof made.folder - 1);
	(void)snprintf(made.partial, sizeof made.partial, ".partial-%s", hex);
	if (made.hashed)
		(void)snprintf(made.name, sizeof made.name, "=%s", hex);
	else
		memcpy(made.name, name.p, name.n);
	*out = made;
	return TOMB_OK;
}

enum tomb_code directory_name_url(struct tomb_str key, struct tomb_buf *url, struct tomb_err *err)
{
	struct directory_name name;

	TOMB_TRY(directory_name_of(key, &name, err));
	tomb_buf_put(url, tomb_str_from(name.folder));
	tomb_buf_put(url, TOMB_STR("/"));
	tomb_percent_encode(url, tomb_str_from(name.name));
	if (name.hashed) {
		tomb_buf_put(url, TOMB_STR("#"));
		tomb_percent_encode(url, key);
	}
	return TOMB_OK;
}

enum tomb_code directory_name_key(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_str *key, struct tomb_err *err)
{
	const char *hash = memchr(text.p, '#', text.n);
	const char *slash = memchr(text.p, '/', text.n);
	const char *from = hash ? hash + 1 : slash ? slash + 1 : text.p;
	struct tomb_str name = {NULL, 0};

	TOMB_TRY(tomb_percent_decode((struct tomb_str){from, text.n - (size_t)(from - text.p)}, arena, &name, err));
	if (hash) {
		*key = name;
		return TOMB_OK;
	}
	return tomb_percent_decode(name, arena, key, err);
}

/* The configuration file: any bytes are either refused with a text or give a configuration that prints and reads back
 * as itself. */
#include "tombstone/config.h"

#include <assert.h>

#define KEYS(X)                                                                                                        \
	X(lanes, INT, "2", 1, 64, "lanes", "")                                                                         \
	X(behind_tls, BOOL, "no", 0, 0, "", "")                                                                        \
	X(name, TEXT, "", 0, 8, "", "")                                                                                \
	X(port_file, PATH, "", 0, 0, "", "")                                                                           \
	X(log_level, CHOICE, "info", 0, 0, "error|warning|info|debug", "")                                             \
	X(listen, ADDRESS, "127.0.0.1:8080", 1, 0, "", "")                                                             \
	X(public_url, URL, "", 0, 0, "http|https", "")                                                                 \
	X(mail_from, MAILBOX, "", 0, 0, "", "")                                                                        \
	X(database, CONNINFO, "", 0, 0, "", "")

struct config {
#define X(...) TOMB_CFG_FIELD(__VA_ARGS__)
	KEYS(X)
#undef X
};

static const struct tomb_config_key keys[] = {
#define X(...) TOMB_CFG_KEY(struct config, __VA_ARGS__)
	KEYS(X)
#undef X
};

static const struct tomb_config_table table = {
	.program = "fuzz", .summary = "", .keys = keys, .nkeys = TOMB_COUNTOF(keys), .size = sizeof(struct config)};

static enum tomb_code load(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_buf *printed, struct tomb_str *out)
{
	const struct tomb_config_source source = {.text = text, .text_name = "fuzz.conf"};
	struct tomb_config_found found;
	struct config config;
	struct tomb_err err = {.code = TOMB_OK};
	enum tomb_code code = tomb_config_load(&table, &source, arena, &config, &found, &err);

	assert(code == err.code);
	if (code != TOMB_OK) {
		assert(code == TOMB_INVAL && err.text[0]);
		return code;
	}
	tomb_config_put_all(&table, &config, &found, printed);
	return tomb_buf_done(printed, out, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(8 << 20);
	TOMB_BUF_AUTO first = tomb_buf_init(8 << 20);
	TOMB_BUF_AUTO second = tomb_buf_init(8 << 20);
	struct tomb_str a = {NULL, 0};
	struct tomb_str b = {NULL, 0};
	const char *value_a = NULL;
	const char *value_b = NULL;

	if (load((struct tomb_str){size ? (const char *)data : "", size}, &arena, &first, &a) != TOMB_OK)
		return 0;
	assert(load(a, &arena, &second, &b) == TOMB_OK);
	/* The comments differ, for they say where a value comes from. */
	value_a = a.p;
	value_b = b.p;
	for (size_t i = 0; i < TOMB_COUNTOF(keys); i++) {
		size_t n = 0;

		value_a = strchr(value_a, '\n') + 1;
		value_b = strchr(value_b, '\n') + 1;
		n = strcspn(value_a, "\n");
		assert(n == strcspn(value_b, "\n") && memcmp(value_a, value_b, n) == 0);
		value_a += n + 1;
		value_b += n + 1;
	}
	return 0;
}

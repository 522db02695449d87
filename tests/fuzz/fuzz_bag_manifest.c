/* A manifest of a bag: first byte, algorithm and version; the rest, the file. */
#include "../../registry/ingest/bag_manifest.h"
#include "../../registry/ingest/bag_name.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct how {
	enum tomb_digest_alg alg;
	bool is_1_0;
};

static enum tomb_code line(void *arg, struct tomb_str text, uint64_t number, struct tomb_err *err)
{
	static struct tomb_bag_listed listed;
	const struct how *how = arg;
	TOMB_BUF_AUTO scratch = tomb_buf_init((size_t)8 * TOMB_BAG_PATH_MAX);
	struct tomb_str path = {listed.path, 0};
	struct tomb_str key = {NULL, 0};

	(void)number;
	if (tomb_bag_manifest_line(text, how->alg, how->is_1_0, &listed, err) != TOMB_OK)
		return TOMB_OK;
	path.n = listed.n;
	if (tomb_bag_name_check(path, err) != TOMB_OK || path.n == 0 || path.n > TOMB_BAG_PATH_MAX)
		abort();
	if (tomb_bag_name_key(path, &scratch, &key, err) != TOMB_OK || key.n == 0)
		abort();
	if (path.p[0] == '/' || memmem(path.p, path.n, "/../", 4) || memchr(path.p, '\0', path.n))
		abort();
	return TOMB_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tomb_bag_lines lines;
	struct tomb_err err;
	struct how how;

	if (size == 0)
		return 0;
	how = (struct how){(enum tomb_digest_alg)(data[0] % TOMB_DIGEST_ALG_MAX), data[0] & 128};
	lines = (struct tomb_bag_lines){.file = TOMB_STR("manifest"), .line = line, .arg = &how};
	if (tomb_bag_lines_feed(&lines, (struct tomb_str){(const char *)data + 1, size - 1}, &err) == TOMB_OK)
		(void)tomb_bag_lines_end(&lines, &err);
	return 0;
}

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum keys { OWNER, WRONG_SECRET, UNKNOWN_KEY, OTHER };

/* One backend per bucket, owner of keys, and setting. */
static const struct backend_line {
	const char *name;
	const char *suffix; /* of the bucket */
	enum keys keys;
	const char *endpoint; /* environment variable; NULL: the server's */
	const char *region;   /* NULL: the server's */
	const char *extra;
} backends[] = {
	{"plain", "", OWNER, NULL, NULL, ""},
	{"shared", "-shared", OWNER, NULL, NULL, ""},
	{"turned", "-turned", OWNER, NULL, NULL, ""},
	{"enabled", "-enabled", OWNER, NULL, NULL, ""},
	{"impatient", "-enabled", OWNER, NULL, NULL, "request_timeout_ms = 6000\n"},
	{"suspended", "-suspended", OWNER, NULL, NULL, ""},
	{"locked", "-locked", OWNER, NULL, NULL, ""},
	{"skewed", "", OWNER, NULL, NULL, ""},
	{"missing", "-missing", OWNER, NULL, NULL, ""},
	{"wrong-secret", "", WRONG_SECRET, NULL, NULL, ""},
	{"unknown-key", "", UNKNOWN_KEY, NULL, NULL, ""},
	{"stranger", "", OTHER, NULL, NULL, ""},
	{"reader", "-shared", OTHER, NULL, NULL, ""},
	{"wrong-region", "", OWNER, NULL, "mars-north-7", ""},
	{"closed", "", OWNER, "closed", NULL, "connect_timeout_ms = 2000\n"},
	{"throttled", "", OWNER, "TOMBSTONE_INTEROP_THROTTLED_ENDPOINT", NULL, ""},
	{"busy", "", OWNER, "TOMBSTONE_INTEROP_THROTTLED_ENDPOINT", NULL, ""},
	{"virtual", "", OWNER, "TOMBSTONE_INTEROP_VIRTUAL_ENDPOINT", NULL, "style = virtual\n"},
	{"conditional", "", OWNER, NULL, NULL, "conditional_delete = yes\n"},
	{"class-ia", "", OWNER, NULL, NULL, "storage_class = STANDARD_IA\n"},
	{"class-glacier", "", OWNER, NULL, NULL, "storage_class = GLACIER\n"},
	{"class-deep", "", OWNER, NULL, NULL, "storage_class = DEEP_ARCHIVE\n"},
	{"class-none", "", OWNER, NULL, NULL, "storage_class = NO_SUCH_CLASS\n"},
};

static const struct backend_line *find(const char *name)
{
	for (size_t i = 0; i < TOMB_COUNTOF(backends); i++)
		if (strcmp(backends[i].name, name) == 0)
			return &backends[i];
	bench_broken("no backend %s", name);
}

const char *bench_suffix(const char *name)
{
	return find(name)->suffix;
}

static void write_private(struct bench *b, const char *name, const char *text)
{
	char path[256];

	temp_folder_write(&b->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", b->temp.path, name);
	if (chmod(path, S_IRUSR | S_IWUSR) != 0)
		bench_broken("%s: chmod", path);
}

static void write_keys(struct bench *b, const struct backend_line *line)
{
	const char *access = b->raw.access_key;
	const char *secret = b->raw.secret_key;

	if (line->keys == WRONG_SECRET)
		secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
	if (line->keys == UNKNOWN_KEY)
		access = "AKIAIOSFODNN7EXAMPLE";
	if (line->keys == OTHER) {
		access = getenv("TOMBSTONE_INTEROP_OTHER_KEY");
		secret = getenv("TOMBSTONE_INTEROP_OTHER_SECRET");
	}
	if (!access || !secret)
		bench_lacks(b, "a second user");
	write_private(b, "access", access);
	write_private(b, "secret", secret);
}

static const char *endpoint(struct bench *b, const struct backend_line *line)
{
	const char *there = line->endpoint ? getenv(line->endpoint) : b->raw.endpoint;

	if (there)
		return there;
	if (strcmp(line->endpoint, "closed") == 0)
		return "http://127.0.0.1:1"; /* tcpmux: nobody listens, and nobody will by chance */
	bench_lacks(b, "an endpoint for it: %s", line->name);
}

static struct tomb_stores *open_line(struct bench *b, const struct backend_line *line)
{
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 16);
	const char *region = getenv("TOMBSTONE_INTEROP_REGION");
	struct tomb_stores *stores = NULL;
	struct tomb_err err;
	char path[256];

	if (line->region)
		region = line->region;
	tomb_buf_putf(&conf, "[backend %s]\nkind = s3\nregion = %s\nendpoint = %s\nbucket = %s%s\n", line->name,
		region ? region : "us-east-1", endpoint(b, line), b->bucket, line->suffix);
	write_keys(b, line);
	tomb_buf_putf(&conf, "access_key_file = %s/access\nsecret_key_file = %s/secret\n%s", b->temp.path, b->temp.path,
		line->extra);
	if (!strstr(line->extra, "request_timeout_ms"))
		tomb_buf_put(&conf, TOMB_STR("request_timeout_ms = 40000\n"));
	temp_folder_write(&b->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", b->temp.path);
	if (tomb_stores_open(path, &stores, &err) != TOMB_OK) {
		(void)fprintf(stderr, "    %s\n", err.text);
		bench_want(b, false, "no such backend can be configured");
	}
	return stores;
}

struct tomb_store *bench_store(struct bench *b, const char *name)
{
	const struct backend_line *line = find(name);

	for (size_t i = 0; i < b->nopened; i++)
		if (b->opened[i].name == line->name)
			return tomb_stores_at(b->opened[i].stores, 0);
	if (b->nopened == BENCH_STORES_MAX)
		bench_broken("more than %d backends", BENCH_STORES_MAX);
	b->opened[b->nopened].stores = open_line(b, line);
	b->opened[b->nopened].name = line->name;
	return tomb_stores_at(b->opened[b->nopened++].stores, 0);
}

void bench_waits(struct bench *b, const char *name, const struct tomb_waiting *waiting)
{
	(void)bench_store(b, name);
	for (size_t i = 0; i < b->nopened; i++)
		if (strcmp(b->opened[i].name, name) == 0)
			tomb_stores_set_waiting(b->opened[i].stores, waiting);
}

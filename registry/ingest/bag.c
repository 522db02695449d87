#include "tombstone/bag.h"

#include "bag_internal.h"
#include "bag_manifest.h"
#include "bag_name.h"
#include "bag_text.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

/* What the tables of the largest bag need, at 1 KiB for each file. */
static const size_t memory_max = (size_t)TOMB_BAG_FILES_MAX * 1024;

enum { DECLARATION_MAX = 1024 }; /* bytes of bagit.txt, which has two lines */

static const struct tomb_str label_files[] = {
	{"bag-info.txt", sizeof "bag-info.txt" - 1}, {"aptrust-info.txt", sizeof "aptrust-info.txt" - 1}};

_Static_assert(TOMB_COUNTOF(label_files) == TOMB_BAG_LABEL_FILES, "a place for each file of labels");

const struct tomb_bag_info *tomb_bag_info(const struct tomb_bag *bag)
{
	return &bag->info;
}

const struct tomb_bag_label *tomb_bag_labels(const struct tomb_bag *bag, struct tomb_str file, size_t *n)
{
	for (size_t i = 0; i < TOMB_COUNTOF(label_files); i++) {
		if (tomb_str_eq(label_files[i], file)) {
			*n = bag->labels[i].n;
			return bag->labels[i].label;
		}
	}
	*n = 0;
	return NULL;
}

struct tomb_str tomb_bag_tag(const struct tomb_bag *bag, struct tomb_str file, struct tomb_str label)
{
	size_t n = 0;
	const struct tomb_bag_label *l = tomb_bag_labels(bag, file, &n);

	for (size_t i = 0; i < n; i++) {
		if (l[i].label.n == label.n && strncasecmp(l[i].label.p, label.p, label.n) == 0)
			return l[i].value;
	}
	return (struct tomb_str){NULL, 0};
}

const struct tomb_str *tomb_bag_warnings(const struct tomb_bag *bag, size_t *kept, size_t *n)
{
	*n = bag->nwarnings;
	*kept = bag->nwarnings < TOMB_BAG_WARNINGS_MAX ? bag->nwarnings : TOMB_BAG_WARNINGS_MAX;
	return bag->warnings;
}

void tomb_bag_warn(struct tomb_bag *bag, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (bag->nwarnings < TOMB_BAG_WARNINGS_MAX) {
		struct tomb_str copy = tomb_arena_str(&bag->arena, tomb_str_from(text));

		bag->warnings[bag->nwarnings] = copy.p ? copy : TOMB_STR("a warning, for which there was no memory");
	}
	bag->nwarnings++;
}

enum tomb_code tomb_bag_find(
	struct tomb_bag *bag, struct tomb_str path, struct tomb_bag_file **out, struct tomb_err *err)
{
	struct tomb_str key = {NULL, 0};

	TOMB_TRY(tomb_bag_name_key(path, &bag->scratch, &key, err));
	*out = tomb_bag_table_find(&bag->table, key);
	return TOMB_OK;
}

/* ---- the listing ---- */

static enum tomb_code check_found(const struct tomb_bag *bag, const struct tomb_bag_found *found, struct tomb_err *err)
{
	TOMB_TRY(tomb_bag_name_check(found->path, err));
	if (found->refusal)
		return TOMB_FAIL(
			err, TOMB_INVAL, "%s is not ingested: %.*s", found->refusal, TOMB_STR_ARG(found->path));
	if (tomb_str_eq(found->path, TOMB_STR("fetch.txt")))
		return TOMB_FAIL(err, TOMB_UNSUPPORTED,
			"fetch.txt says that content is elsewhere: send a bag that holds all of its content");
	if (found->size_bytes > TOMB_BAG_FILE_SIZE_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "a file is larger than 5 TiB: %.*s", TOMB_STR_ARG(found->path));
	if (bag->info.files == TOMB_BAG_FILES_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "the bag has more than %d files", TOMB_BAG_FILES_MAX);
	return TOMB_OK;
}

static enum tomb_code count(struct tomb_bag *bag, const struct tomb_bag_file *file, struct tomb_err *err)
{
	bool is_payload = file->kind == TOMB_BAG_PAYLOAD;

	if (__builtin_add_overflow(bag->info.bytes, file->size_bytes, &bag->info.bytes))
		return TOMB_FAIL(err, TOMB_TOOBIG, "the bag is larger than a number can say");
	bag->info.files++;
	bag->info.payload_files += is_payload;
	bag->info.payload_bytes += is_payload ? file->size_bytes : 0;
	bag->has_data |= is_payload;
	return TOMB_OK;
}

static enum tomb_code add_file(struct tomb_bag *bag, const struct tomb_bag_found *found, struct tomb_err *err)
{
	struct tomb_bag_file *file = TOMB_NEW(&bag->arena, struct tomb_bag_file, 1);
	struct tomb_str key = {NULL, 0};

	TOMB_TRY(tomb_bag_name_key(found->path, &bag->scratch, &key, err));
	if (tomb_bag_table_find(&bag->table, key))
		return TOMB_FAIL(err, TOMB_INVAL,
			"two files have the same name, or differ by Unicode normalisation only: %.*s",
			TOMB_STR_ARG(found->path));
	if (!file)
		return TOMB_FAIL(err, TOMB_NOMEM, "listing the bag");
	file->path = tomb_arena_str(&bag->arena, found->path);
	file->key = key.p == found->path.p ? file->path : tomb_arena_str(&bag->arena, key);
	if (!file->path.p || !file->key.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "listing the bag");
	file->size_bytes = found->size_bytes;
	file->modified_us = found->modified_us;
	file->kind = tomb_bag_name_kind(file->path);
	TOMB_TRY(count(bag, file, err));
	TOMB_TRY(tomb_bag_table_add(&bag->table, &bag->arena, file, err));
	*(bag->last ? &bag->last->next : &bag->first) = file;
	bag->last = file;
	return TOMB_OK;
}

/* Reads the rest of the current member, which must be short. */
static enum tomb_code read_all(struct tomb_bag *bag, struct tomb_buf *out, struct tomb_str *text, struct tomb_err *err)
{
	size_t n = 0;

	do {
		TOMB_TRY(bag->source->ops->read(bag->source, bag->block, TOMB_BAG_BLOCK, &n, err));
		tomb_buf_put(out, (struct tomb_str){bag->block, n});
		TOMB_TRY(tomb_buf_done(out, text, err));
	} while (n > 0);
	return TOMB_OK;
}

static enum tomb_code list_file(struct tomb_bag *bag, const struct tomb_bag_found *found, struct tomb_err *err)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(DECLARATION_MAX);
	struct tomb_str text = {NULL, 0};
	enum tomb_digest_alg alg = TOMB_DIGEST_ALG_MAX;

	TOMB_TRY(check_found(bag, found, err));
	TOMB_TRY(add_file(bag, found, err));
	switch (tomb_bag_name_kind(found->path)) {
	case TOMB_BAG_BAGIT:
		if (read_all(bag, &buf, &text, err) != TOMB_OK)
			return tomb_err_in(err, "bagit.txt");
		return tomb_bag_text_declaration(text, &bag->info.is_1_0, err);
	case TOMB_BAG_MANIFEST:
		TOMB_TRY(tomb_bag_name_alg(found->path, &alg, err));
		*(tomb_bag_name_is_tag_manifest(found->path) ? &bag->info.tag_algs
							     : &bag->info.payload_algs) |= TOMB_DIGEST_BIT(alg);
		return TOMB_OK;
	case TOMB_BAG_PAYLOAD:
	case TOMB_BAG_TAG:
	case TOMB_BAG_KIND_MAX:
		break;
	}
	return TOMB_OK;
}

static enum tomb_code list(struct tomb_bag *bag, struct tomb_err *err)
{
	struct tomb_bag_found found = {.refusal = NULL};
	struct tomb_bag_file *declaration = NULL;
	bool more = true;

	TOMB_TRY(bag->source->ops->rewind(bag->source, err));
	for (;;) {
		TOMB_TRY(bag->source->ops->next(bag->source, &found, &more, err));
		if (!more)
			break;
		if (!found.is_folder)
			TOMB_TRY(list_file(bag, &found, err));
		bag->has_data |= tomb_str_eq(found.path, TOMB_STR("data"));
	}
	bag->info.name = bag->source->ops->name(bag->source);
	TOMB_TRY(tomb_bag_find(bag, TOMB_STR("bagit.txt"), &declaration, err));
	if (!declaration)
		return TOMB_FAIL(err, TOMB_INVAL, "this is no bag: bagit.txt is missing");
	if (!bag->has_data)
		return TOMB_FAIL(err, TOMB_INVAL, "the folder data/ is missing");
	if (bag->info.payload_algs == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "a payload manifest, such as manifest-sha256.txt, is missing");
	return TOMB_OK;
}

/* Now that the manifests are known: which digests, and room for them at every file. */
static enum tomb_code prepare_digests(struct tomb_bag *bag, struct tomb_err *err)
{
	bag->algs = TOMB_DIGEST_BIT(TOMB_MD5) | TOMB_DIGEST_BIT(TOMB_SHA256) | bag->info.payload_algs |
		    bag->info.tag_algs;
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		bag->digest_at[alg] = bag->digest_size;
		if (bag->algs & TOMB_DIGEST_BIT(alg))
			bag->digest_size += tomb_digest_size((enum tomb_digest_alg)alg);
	}
	for (struct tomb_bag_file *f = bag->first; f; f = f->next) {
		f->digests = TOMB_NEW(&bag->arena, uint8_t, bag->digest_size);
		if (!f->digests)
			return TOMB_FAIL(err, TOMB_NOMEM, "listing the bag");
	}
	TOMB_TRY(tomb_digests_new(&bag->full, bag->algs, err));
	return tomb_digests_new(&bag->again, TOMB_DIGEST_BIT(TOMB_SHA256), err);
}

/* ---- the tag files ---- */

static enum tomb_code read_labels(struct tomb_bag *bag, struct tomb_bag_file *file, size_t i, struct tomb_err *err)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(TOMB_BAG_INFO_MAX);
	struct tomb_str text = {NULL, 0};

	if (read_all(bag, &buf, &text, err) != TOMB_OK)
		return tomb_err_in(err, file->path.p);
	tomb_digests_update(bag->full, text);
	TOMB_TRY(tomb_bag_text_labels(
		file->path, text, bag->info.is_1_0, &bag->arena, &bag->labels[i].label, &bag->labels[i].n, err));
	return tomb_bag_settle(bag, file, err);
}

static enum tomb_code read_tag_file(struct tomb_bag *bag, struct tomb_bag_file *file, void *arg, struct tomb_err *err)
{
	(void)arg;
	if (file->kind == TOMB_BAG_MANIFEST) {
		TOMB_TRY(tomb_bag_manifest_load(bag, file, err));
		return tomb_bag_settle(bag, file, err);
	}
	for (size_t i = 0; i < TOMB_COUNTOF(label_files); i++) {
		if (tomb_str_eq(file->path, label_files[i]))
			return read_labels(bag, file, i, err);
	}
	return TOMB_OK;
}

/* ---- open and close ---- */

static enum tomb_code open_source(struct tomb_bag *bag, const char *path, struct tomb_err *err)
{
	struct stat st;

	if (stat(path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return TOMB_FAIL(err, TOMB_NOTFOUND, "no such file or folder: %s", path);
	if (stat(path, &st) != 0)
		return TOMB_FAIL(err, TOMB_IO, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return tomb_bag_source_dir(path, &bag->arena, &bag->source, err);
	return tomb_bag_source_tar(path, &bag->arena, &bag->source, err);
}

enum tomb_code tomb_bag_open(const char *path, struct tomb_bag **out, struct tomb_err *err)
{
	TOMB_BAG_AUTO *bag = calloc(1, sizeof *bag);

	if (!bag)
		return TOMB_FAIL(err, TOMB_NOMEM, "opening %s", path);
	bag->arena = tomb_arena_init(memory_max);
	bag->scratch = tomb_buf_init((size_t)4 * TOMB_BAG_LINE_MAX);
	bag->block = TOMB_NEW(&bag->arena, char, TOMB_BAG_BLOCK);
	if (!bag->block)
		return TOMB_FAIL(err, TOMB_NOMEM, "opening %s", path);
	TOMB_TRY(tomb_bag_table_init(&bag->table, err));
	TOMB_TRY(open_source(bag, path, err));
	TOMB_TRY(list(bag, err));
	TOMB_TRY(prepare_digests(bag, err));
	TOMB_TRY(tomb_bag_pass(bag, read_tag_file, NULL, err));
	TOMB_TRY(tomb_bag_complete(bag, err));
	*out = TOMB_TAKE(bag);
	return TOMB_OK;
}

void tomb_bag_close(struct tomb_bag *bag)
{
	if (!bag)
		return;
	if (bag->source)
		bag->source->ops->close(bag->source);
	tomb_digests_free(bag->full);
	tomb_digests_free(bag->again);
	tomb_buf_fini(&bag->scratch);
	tomb_arena_fini(&bag->arena);
	free(bag);
}

#include "tombstone/bag_create.h"

#include "bag_making.h"
#include "tombstone/hex.h"
#include "tombstone/time.h"
#include "tombstone/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAG_FILE_MAX = TOMB_BAG_INFO_MAX }; /* bytes: what the reader takes */

static const size_t memory_max = (size_t)TOMB_BAG_FILES_MAX * 512;

enum tomb_code tomb_bag_making_io(const char *verb, const char *path, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_IO, "%s %s: %s", verb, path, strerror(errno));
}

enum tomb_code tomb_bag_making_path(const char *folder, struct tomb_str path, char *out, struct tomb_err *err)
{
	int n = snprintf(out, TOMB_BAG_PATH_ROOM, "%s/%.*s", folder, (int)path.n, path.p);

	if (n < 0 || n >= TOMB_BAG_PATH_ROOM)
		return TOMB_FAIL(err, TOMB_TOOBIG, "a path is too long: %.*s", TOMB_STR_ARG(path));
	return TOMB_OK;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void making_fini(struct tomb_bag_making *m)
{
	if (m->manifest)
		(void)fclose(m->manifest);
	if (m->root[0])
		(void)nftw(m->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (m->source)
		m->source->ops->close(m->source);
	tomb_digest_free(m->manifest_digest);
	tomb_digest_free(m->digest);
	tomb_buf_fini(&m->tag_manifest);
	tomb_buf_fini(&m->scratch);
	tomb_arena_fini(&m->arena);
}

/* ---- manifests ---- */

/* Only CR, LF and the percent sign are encoded (RFC 8493, 2.1.3). */
static void put_path(struct tomb_buf *line, struct tomb_str path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '\r' || path.p[i] == '\n' || path.p[i] == '%')
			tomb_buf_putf(line, "%%%02X", (unsigned)path.p[i]);
		else
			tomb_buf_put(line, (struct tomb_str){path.p + i, 1});
	}
}

void tomb_bag_making_line(struct tomb_buf *line, const uint8_t *sha256, struct tomb_str path)
{
	char hex[2 * TOMB_SHA256_SIZE + 1];

	tomb_buf_putf(line, "%s  ", tomb_hex_encode(sha256, TOMB_SHA256_SIZE, hex));
	put_path(line, path);
	tomb_buf_put(line, TOMB_STR("\n"));
}

/* ---- tag files ---- */

static enum tomb_code write_tag_file(
	struct tomb_bag_making *m, struct tomb_str name, struct tomb_str text, struct tomb_err *err)
{
	uint8_t digest[TOMB_SHA256_SIZE];
	char to[TOMB_BAG_PATH_ROOM];
	FILE *f = NULL;
	bool written = false;

	TOMB_TRY(tomb_bag_making_path(m->root, name, to, err));
	f = fopen(to, "wxe");
	if (!f)
		return tomb_bag_making_io("writing", to, err);
	written = fwrite(text.p, 1, text.n, f) == text.n;
	if (fclose(f) != 0 || !written)
		return tomb_bag_making_io("writing", to, err);
	tomb_sha256(text, digest);
	tomb_bag_making_line(&m->tag_manifest, digest, name);
	return TOMB_OK;
}

static enum tomb_code put_label(struct tomb_buf *out, const struct tomb_bag_label *l, struct tomb_err *err)
{
	struct tomb_str label = l->label;

	if (label.n == 0 || memchr(label.p, ':', label.n) || !tomb_utf8_is_line(label) || label.p[0] == ' ' ||
		label.p[label.n - 1] == ' ')
		return TOMB_FAIL(err, TOMB_INVAL,
			"a label must be text without a colon, and not begin or end with a space: %.*s",
			TOMB_STR_ARG(label));
	if (!tomb_utf8_is_line(l->value))
		return TOMB_FAIL(err, TOMB_INVAL, "a value must be one line of UTF-8: %.*s", TOMB_STR_ARG(label));
	if (label.n == strlen("Payload-Oxum") && strncasecmp(label.p, "Payload-Oxum", label.n) == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "Payload-Oxum is counted, not given");
	tomb_buf_put(out, label);
	tomb_buf_put(out, TOMB_STR(": "));
	tomb_buf_put(out, l->value);
	tomb_buf_put(out, TOMB_STR("\n"));
	return TOMB_OK;
}

static enum tomb_code write_labels(struct tomb_bag_making *m, struct tomb_str name, const struct tomb_bag_label *labels,
	size_t n, const char *more, struct tomb_err *err)
{
	TOMB_BUF_AUTO out = tomb_buf_init(TAG_FILE_MAX);
	struct tomb_str text = {NULL, 0};

	for (size_t i = 0; i < n; i++)
		TOMB_TRY(put_label(&out, &labels[i], err));
	tomb_buf_put(&out, tomb_str_from(more));
	TOMB_TRY(tomb_buf_done(&out, &text, err));
	return write_tag_file(m, name, text, err);
}

static enum tomb_code write_tag_files(struct tomb_bag_making *m, struct tomb_err *err)
{
	char today[TOMB_TIME_TEXT];
	char counted[128];
	struct tomb_str text = {NULL, 0};

	(void)snprintf(counted, sizeof counted, "Bagging-Date: %.10s\nPayload-Oxum: %lld.%lld\n",
		tomb_time_format(m->plan->now_us, TOMB_TIME_S, today), (long long)m->made.bytes,
		(long long)m->made.files);
	TOMB_TRY(write_tag_file(
		m, TOMB_STR("bagit.txt"), TOMB_STR("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), err));
	TOMB_TRY(write_labels(m, TOMB_STR("bag-info.txt"), m->plan->info, m->plan->ninfo, counted, err));
	if (m->plan->naptrust > 0)
		TOMB_TRY(write_labels(m, TOMB_STR("aptrust-info.txt"), m->plan->aptrust, m->plan->naptrust, "", err));
	TOMB_TRY(tomb_buf_done(&m->tag_manifest, &text, err));
	return write_tag_file(m, TOMB_STR("tagmanifest-sha256.txt"), text, err);
}

static enum tomb_code open_manifest(struct tomb_bag_making *m, struct tomb_err *err)
{
	char path[TOMB_BAG_PATH_ROOM];

	TOMB_TRY(tomb_bag_making_path(m->root, TOMB_STR("manifest-sha256.txt"), path, err));
	m->manifest = fopen(path, "wxe");
	return m->manifest ? TOMB_OK : tomb_bag_making_io("writing", path, err);
}

static enum tomb_code close_manifest(struct tomb_bag_making *m, struct tomb_err *err)
{
	uint8_t digest[TOMB_DIGEST_SIZE_MAX];
	size_t n = 0;
	FILE *f = TOMB_TAKE(m->manifest);

	if (fclose(f) != 0)
		return tomb_bag_making_io("writing", "manifest-sha256.txt", err);
	tomb_digest_final(m->manifest_digest, digest, &n);
	tomb_bag_making_line(&m->tag_manifest, digest, TOMB_STR("manifest-sha256.txt"));
	return TOMB_OK;
}

/* ---- all of it ---- */

/* A folder of its own beside the final place; not inside the content, which would then contain itself. */
static enum tomb_code make_root(struct tomb_bag_making *m, struct tomb_err *err)
{
	char name[TOMB_BAG_PATH_ROOM];
	char root[PATH_MAX];
	char folder[PATH_MAX];
	size_t n = 0;

	TOMB_TRY(tomb_bag_making_path(m->plan->folder, TOMB_STR(""), name, err));
	if (!realpath(name, folder))
		return TOMB_FAIL(err, TOMB_NOTFOUND, "no such folder: %s", m->plan->folder);
	if (faccessat(AT_FDCWD, m->plan->out, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return TOMB_FAIL(err, TOMB_CONFLICT, "already exists: %s", m->plan->out);
	if (snprintf(name, sizeof name, "%s.XXXXXX", m->plan->out) >= (int)sizeof name)
		return TOMB_FAIL(err, TOMB_TOOBIG, "a path is too long: %s", m->plan->out);
	if (!mkdtemp(name))
		return tomb_bag_making_io("making", m->plan->out, err);
	memcpy(m->root, name, sizeof name);
	n = strlen(folder);
	if (!realpath(m->root, root) || (strncmp(root, folder, n) == 0 && root[n] == '/'))
		return TOMB_FAIL(err, TOMB_INVAL, "the bag must not be made inside of its content: %s", m->plan->out);
	return chmod(m->root, 0755) == 0 ? TOMB_OK : tomb_bag_making_io("making", m->root, err);
}

static enum tomb_code prepare(struct tomb_bag_making *m, struct tomb_err *err)
{
	m->block = TOMB_NEW(&m->arena, char, TOMB_BAG_COPY);
	if (!m->block)
		return TOMB_FAIL(err, TOMB_NOMEM, "making a bag");
	TOMB_TRY(tomb_bag_table_init(&m->names, err));
	TOMB_TRY(tomb_digest_new(&m->digest, TOMB_SHA256, err));
	TOMB_TRY(tomb_digest_new(&m->manifest_digest, TOMB_SHA256, err));
	return tomb_bag_source_dir(m->plan->folder, &m->arena, &m->source, err);
}

/* Not every file system knows how to rename without replacing; there, make_root() has looked. */
static enum tomb_code publish(const struct tomb_bag_making *m, struct tomb_err *err)
{
	const char *out = m->plan->out;

	if (renameat2(AT_FDCWD, m->root, AT_FDCWD, out, RENAME_NOREPLACE) == 0)
		return TOMB_OK;
	if (errno == EEXIST)
		return TOMB_FAIL(err, TOMB_CONFLICT, "already exists: %s", out);
	return errno == EINVAL && rename(m->root, out) == 0 ? TOMB_OK : tomb_bag_making_io("making", out, err);
}

enum tomb_code tomb_bag_create(const struct tomb_bag_plan *plan, struct tomb_bag_made *out, struct tomb_err *err)
{
	TOMB_CLEANUP(making_fini)
	struct tomb_bag_making m = {.plan = plan,
		.arena = tomb_arena_init(memory_max),
		.scratch = tomb_buf_init((size_t)8 * TOMB_BAG_PATH_MAX),
		.tag_manifest = tomb_buf_init(TAG_FILE_MAX)};

	TOMB_TRY(make_root(&m, err));
	TOMB_TRY(prepare(&m, err));
	TOMB_TRY(open_manifest(&m, err));
	TOMB_TRY(tomb_bag_making_payload(&m, err));
	TOMB_TRY(close_manifest(&m, err));
	TOMB_TRY(write_tag_files(&m, err));
	TOMB_TRY(publish(&m, err));
	m.root[0] = '\0';
	*out = m.made;
	return TOMB_OK;
}

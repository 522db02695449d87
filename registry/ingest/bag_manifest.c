#include "bag_manifest.h"

#include "bag_name.h"
#include "tombstone/hex.h"

/* What %XX stands for in a path, or -1.  1.0 encodes LF, CR and the sign itself; 0.97 knew LF and CR only. */
static int decoded(struct tomb_str rest, bool is_1_0)
{
	int value = rest.n < 3 ? -1 : tomb_hex_digit(rest.p[1]) << 4;
	int low = rest.n < 3 ? -1 : tomb_hex_digit(rest.p[2]);

	if (value < 0 || low < 0)
		return -1;
	value |= low;
	return value == '\n' || value == '\r' || (value == '%' && is_1_0) ? value : -1;
}

/* Other percent signs stay as they are: writers that encode nothing are many. */
static void decode_path(struct tomb_str path, bool is_1_0, struct tomb_bag_listed *out)
{
	for (size_t i = 0; i < path.n; i++) {
		int value = path.p[i] == '%' ? decoded((struct tomb_str){path.p + i, path.n - i}, is_1_0) : -1;

		if (value >= 0) {
			out->path[out->n++] = (char)value;
			i += 2;
			continue;
		}
		if (path.p[i] == '%')
			out->stray_percent = is_1_0;
		out->path[out->n++] = path.p[i];
	}
}

enum tomb_code tomb_bag_manifest_line(
	struct tomb_str line, enum tomb_digest_alg alg, bool is_1_0, struct tomb_bag_listed *out, struct tomb_err *err)
{
	size_t at = 0;

	if (line.p[0] == '\\')
		return TOMB_FAIL(
			err, TOMB_INVAL, "md5sum has escaped this line; BagIt does not: write the path as it is");
	while (at < line.n && !tomb_bag_is_wsp(line.p[at]))
		at++;
	if (tomb_hex_decode((struct tomb_str){line.p, at}, out->digest, tomb_digest_size(alg), err) != TOMB_OK)
		return TOMB_FAIL(err, TOMB_INVAL, "a %s digest of %zu hexadecimal digits must begin the line",
			tomb_digest_name(alg), 2 * tomb_digest_size(alg));
	while (at < line.n && tomb_bag_is_wsp(line.p[at]))
		at++;
	out->starred = at < line.n && line.p[at] == '*';
	at += out->starred;
	out->stray_percent = false;
	out->n = 0;
	decode_path((struct tomb_str){line.p + at, line.n - at}, is_1_0, out);
	return tomb_bag_name_check((struct tomb_str){out->path, out->n}, err);
}

struct manifest {
	struct tomb_bag *bag;
	struct tomb_str file;
	enum tomb_digest_alg alg;
	bool is_tag;
	bool starred;
	bool stray_percent;
	struct tomb_bag_listed listed;
};

static enum tomb_code check_kind(const struct manifest *m, struct tomb_str path, struct tomb_err *err)
{
	enum tomb_bag_kind kind = tomb_bag_name_kind(path);

	if (!m->is_tag && kind != TOMB_BAG_PAYLOAD)
		return TOMB_FAIL(err, TOMB_INVAL, "a payload manifest must not list a file outside data/: %.*s",
			TOMB_STR_ARG(path));
	if (m->is_tag && kind == TOMB_BAG_PAYLOAD)
		return TOMB_FAIL(err, TOMB_INVAL, "a tag manifest must not list payload: %.*s", TOMB_STR_ARG(path));
	if (m->is_tag && tomb_bag_name_is_tag_manifest(path))
		return TOMB_FAIL(
			err, TOMB_INVAL, "a tag manifest must not list tag manifests: %.*s", TOMB_STR_ARG(path));
	return TOMB_OK;
}

/* The manifest travels unchanged where file systems and tools change the normalisation of names: its spelling wins. */
static enum tomb_code spell(struct manifest *m, struct tomb_bag_file *file, struct tomb_str path, struct tomb_err *err)
{
	struct tomb_str before = file->path;

	if (file->declared != 0 || tomb_str_eq(before, path))
		return TOMB_OK;
	file->path = tomb_arena_str(&m->bag->arena, path);
	if (!file->path.p) {
		file->path = before;
		return TOMB_FAIL(err, TOMB_NOMEM, "reading manifests");
	}
	tomb_bag_warn(m->bag, "%.*s and the bag spell a name in different Unicode normalisation: %.*s",
		TOMB_STR_ARG(m->file), TOMB_STR_ARG(path));
	return TOMB_OK;
}

static enum tomb_code manifest_line(void *arg, struct tomb_str line, uint64_t number, struct tomb_err *err)
{
	struct manifest *m = arg;
	struct tomb_bag_file *file = NULL;
	struct tomb_str path = {m->listed.path, 0};

	(void)number;
	TOMB_TRY(tomb_bag_manifest_line(line, m->alg, m->bag->info.is_1_0, &m->listed, err));
	path.n = m->listed.n;
	m->starred |= m->listed.starred;
	m->stray_percent |= m->listed.stray_percent;
	TOMB_TRY(check_kind(m, path, err));
	TOMB_TRY(tomb_bag_find(m->bag, path, &file, err));
	if (!file)
		return TOMB_FAIL(err, TOMB_INVAL, "lists a file that the bag does not have: %.*s", TOMB_STR_ARG(path));
	if (file->declared & TOMB_DIGEST_BIT(m->alg))
		return TOMB_FAIL(err, TOMB_INVAL, "lists a file for the second time: %.*s", TOMB_STR_ARG(path));
	TOMB_TRY(spell(m, file, path, err));
	file->declared |= TOMB_DIGEST_BIT(m->alg);
	return tomb_bag_vouch(m->bag, file, m->alg, m->listed.digest, err);
}

static void warn_of_oddities(const struct manifest *m)
{
	if (m->starred)
		tomb_bag_warn(m->bag, "%.*s: paths begin with md5sum's \"*\", which is not BagIt: it was ignored",
			TOMB_STR_ARG(m->file));
	if (m->stray_percent)
		tomb_bag_warn(m->bag,
			"%.*s: a \"%%\" in a path is not written as %%25, as BagIt 1.0 asks: it was taken as it is",
			TOMB_STR_ARG(m->file));
}

enum tomb_code tomb_bag_manifest_load(struct tomb_bag *bag, struct tomb_bag_file *file, struct tomb_err *err)
{
	struct manifest *m = TOMB_NEW(&bag->arena, struct manifest, 1);
	struct tomb_bag_lines *lines = TOMB_NEW(&bag->arena, struct tomb_bag_lines, 1);
	size_t n = 0;

	if (!m || !lines)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading manifests");
	*m = (struct manifest){.bag = bag, .file = file->path, .is_tag = tomb_bag_name_is_tag_manifest(file->path)};
	*lines = (struct tomb_bag_lines){.file = file->path, .line = manifest_line, .arg = m};
	TOMB_TRY(tomb_bag_name_alg(file->path, &m->alg, err));
	do {
		TOMB_TRY(bag->source->ops->read(bag->source, bag->block, TOMB_BAG_BLOCK, &n, err));
		tomb_digests_update(bag->full, (struct tomb_str){bag->block, n});
		TOMB_TRY(tomb_bag_lines_feed(lines, (struct tomb_str){bag->block, n}, err));
	} while (n > 0);
	TOMB_TRY(tomb_bag_lines_end(lines, err));
	warn_of_oddities(m);
	return TOMB_OK;
}

#include "config_internal.h"

#include "tombstone/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static struct tomb_str trim(struct tomb_str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct tomb_str){s.p + 1, s.n - 1};
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* Where an error is: seen[i] is the line that set key i; 0 for none. */
struct place {
	const char *file;
	unsigned line;
	unsigned *seen;
};

/* line is trimmed. */
static enum tomb_code assign_line(
	const struct tomb_config_loading *load, struct tomb_str line, const struct place *at, struct tomb_err *err)
{
	const char *equals = line.n ? memchr(line.p, '=', line.n) : NULL;
	size_t n = equals ? (size_t)(equals - line.p) : 0;
	struct tomb_str name = trim((struct tomb_str){line.p, n});
	const struct tomb_config_key *key = tomb_config_find(load->table, name);
	unsigned *seen = key ? &at->seen[key - load->table->keys] : NULL;
	char origin[TOMB_CONFIG_VALUE_MAX + 16]; /* a path that open() took, and a number */

	if (line.n == 0 || line.p[0] == '#')
		return TOMB_OK;
	if (!equals)
		return TOMB_FAIL(
			err, TOMB_INVAL, "%s:%u: a line is \"key = value\", or begins with \"#\"", at->file, at->line);
	if (!key)
		return TOMB_FAIL(err, TOMB_INVAL, "%s:%u: unknown key \"%.*s\"; --help lists the known ones", at->file,
			at->line, (int)(name.n > TOMB_CONFIG_NAME_MAX ? TOMB_CONFIG_NAME_MAX : name.n), name.p);
	if (*seen)
		return TOMB_FAIL(
			err, TOMB_INVAL, "%s:%u: %s was set in line %u already", at->file, at->line, key->name, *seen);
	*seen = at->line;
	(void)snprintf(origin, sizeof origin, "%s:%u", at->file, at->line);
	return tomb_config_assign(load, key, trim((struct tomb_str){equals + 1, line.n - n - 1}), origin, err);
}

static enum tomb_code assign_text(
	const struct tomb_config_loading *load, struct tomb_str text, const char *file, struct tomb_err *err)
{
	struct place at = {.file = file, .seen = TOMB_NEW(load->arena, unsigned, load->table->nkeys)};

	if (!at.seen)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading %s", file);
	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		at.line++;
		TOMB_TRY(assign_line(load, trim((struct tomb_str){text.p, n}), &at, err));
		n += end ? 1 : 0;
		text = (struct tomb_str){text.p + n, text.n - n};
	}
	return TOMB_OK;
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* read only: nothing to lose */
}

static enum tomb_code assign_path(
	const struct tomb_config_loading *load, const char *path, bool may_be_missing, struct tomb_err *err)
{
	TOMB_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t n = 0;
	size_t got = 1;

	if (fd < 0 && errno == ENOENT && may_be_missing)
		return TOMB_OK;
	if (fd < 0)
		return TOMB_FAIL(err, TOMB_IO, "configuration file %s: %s", path, strerror(errno));
	text = TOMB_NEW(load->arena, char, TOMB_CONFIG_FILE_MAX + 1);
	if (!text)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading %s", path);
	while (got > 0 && n <= TOMB_CONFIG_FILE_MAX) {
		if (tomb_read_fd(&fd, text + n, TOMB_CONFIG_FILE_MAX + 1 - n, &got, err) != TOMB_OK)
			return tomb_err_in(err, path);
		n += got;
	}
	if (n > TOMB_CONFIG_FILE_MAX)
		return TOMB_FAIL(
			err, TOMB_INVAL, "configuration file %s: more than %d bytes", path, TOMB_CONFIG_FILE_MAX);
	return assign_text(load, (struct tomb_str){text, n}, path, err);
}

enum tomb_code tomb_config_assign_file(const struct tomb_config_loading *load, struct tomb_err *err)
{
	const struct tomb_config_source *source = load->source;
	const char *named = load->file ? load->file : tomb_config_env(source->env, "TOMBSTONE_CONFIG");

	if (source->text.p)
		return assign_text(load, source->text, source->text_name, err);
	if (named)
		return assign_path(load, named, false, err);
	return load->table->file ? assign_path(load, load->table->file, true, err) : TOMB_OK;
}

#include "bag_making.h"
#include "bag_name.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum tomb_code list_payload(
	struct tomb_bag_making *m, const uint8_t *sha256, struct tomb_str path, struct tomb_err *err)
{
	TOMB_BUF_AUTO line = tomb_buf_init((size_t)4 * TOMB_BAG_PATH_MAX);
	struct tomb_str text = {NULL, 0};

	tomb_bag_making_line(&line, sha256, path);
	TOMB_TRY(tomb_buf_done(&line, &text, err));
	tomb_digest_update(m->manifest_digest, text);
	if (fwrite(text.p, 1, text.n, m->manifest) != text.n)
		return tomb_bag_making_io("writing", "manifest-sha256.txt", err);
	return TOMB_OK;
}

/* "data/..." for a file of the content; refused if a bag cannot hold it, or holds one that looks the same. */
static enum tomb_code admit(
	struct tomb_bag_making *m, struct tomb_str found, struct tomb_str *path, struct tomb_err *err)
{
	struct tomb_bag_file *file = TOMB_NEW(&m->arena, struct tomb_bag_file, 1);
	char *copy = TOMB_NEW(&m->arena, char, found.n + sizeof "data/");
	struct tomb_str key = {NULL, 0};

	if (!file || !copy)
		return TOMB_FAIL(err, TOMB_NOMEM, "making a bag");
	memcpy(copy, "data/", sizeof "data/");
	memcpy(copy + strlen("data/"), found.p, found.n);
	*path = (struct tomb_str){copy, strlen("data/") + found.n};
	TOMB_TRY(tomb_bag_name_check(*path, err));
	TOMB_TRY(tomb_bag_name_key(*path, &m->scratch, &key, err));
	if (tomb_bag_table_find(&m->names, key))
		return TOMB_FAIL(
			err, TOMB_INVAL, "two files differ by Unicode normalisation only: %.*s", TOMB_STR_ARG(*path));
	file->key = key.p == copy ? *path : tomb_arena_str(&m->arena, key);
	if (!file->key.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "making a bag");
	if (m->names.n == TOMB_BAG_FILES_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "more than %d files", TOMB_BAG_FILES_MAX);
	return tomb_bag_table_add(&m->names, &m->arena, file, err);
}

static enum tomb_code make_folder(struct tomb_bag_making *m, struct tomb_str found, struct tomb_err *err)
{
	char to[TOMB_BAG_PATH_ROOM];
	char data[TOMB_BAG_PATH_ROOM];

	TOMB_TRY(tomb_bag_making_path(m->root, TOMB_STR("data"), data, err));
	TOMB_TRY(tomb_bag_making_path(data, found, to, err));
	return mkdir(to, 0755) == 0 || errno == EEXIST ? TOMB_OK : tomb_bag_making_io("making", to, err);
}

static enum tomb_code write_all(int fd, const char *p, size_t n, const char *path, struct tomb_err *err)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return tomb_bag_making_io("writing", path, err);
		p += done;
		n -= (size_t)done;
	}
	return TOMB_OK;
}

/* Copies the current file of the source, digesting it. */
static enum tomb_code copy_into(struct tomb_bag_making *m, int fd, const char *to, int64_t *size, struct tomb_err *err)
{
	size_t n = 0;

	do {
		TOMB_TRY(m->source->ops->read(m->source, m->block, TOMB_BAG_COPY, &n, err));
		tomb_digest_update(m->digest, (struct tomb_str){m->block, n});
		TOMB_TRY(write_all(fd, m->block, n, to, err));
		*size += (int64_t)n;
	} while (n > 0);
	return TOMB_OK;
}

static enum tomb_code copy_file(struct tomb_bag_making *m, const struct tomb_bag_found *found, const char *to,
	int64_t *size, struct tomb_err *err)
{
	struct timespec times[2] = {
		{.tv_sec = found->modified_us / 1000000, .tv_nsec = found->modified_us % 1000000 * 1000}};
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	enum tomb_code code = fd < 0 ? tomb_bag_making_io("writing", to, err) : copy_into(m, fd, to, size, err);

	times[1] = times[0];
	if (fd >= 0) {
		(void)futimens(fd, times); /* the time is a courtesy */
		if (close(fd) != 0 && code == TOMB_OK)
			code = tomb_bag_making_io("writing", to, err);
	}
	return code;
}

/* Digests what was linked, through the link: that is what the bag holds. */
static enum tomb_code digest_link(struct tomb_bag_making *m, const char *to, int64_t *size, struct tomb_err *err)
{
	int fd = open(to, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum tomb_code code = fd < 0 ? tomb_bag_making_io("reading", to, err) : TOMB_OK;
	size_t n = 1;

	while (code == TOMB_OK && n > 0) {
		n = 0;
		code = tomb_read_fd(&fd, m->block, TOMB_BAG_COPY, &n, err);
		tomb_digest_update(m->digest, (struct tomb_str){m->block, n});
		*size += (int64_t)n;
	}
	if (fd >= 0)
		(void)close(fd);
	return code;
}

static enum tomb_code add_file(struct tomb_bag_making *m, const struct tomb_bag_found *found, struct tomb_err *err)
{
	struct tomb_str path = {NULL, 0};
	uint8_t digest[TOMB_DIGEST_SIZE_MAX];
	char from[TOMB_BAG_PATH_ROOM];
	char to[TOMB_BAG_PATH_ROOM];
	int64_t size = 0;
	size_t n = 0;

	TOMB_TRY(admit(m, found->path, &path, err));
	TOMB_TRY(tomb_bag_making_path(m->plan->folder, found->path, from, err));
	TOMB_TRY(tomb_bag_making_path(m->root, path, to, err));
	if (linkat(AT_FDCWD, from, AT_FDCWD, to, 0) == 0) {
		m->made.linked++;
		TOMB_TRY(digest_link(m, to, &size, err));
	} else {
		TOMB_TRY(copy_file(m, found, to, &size, err));
	}
	tomb_digest_final(m->digest, digest, &n);
	m->made.files++;
	m->made.bytes += size;
	return list_payload(m, digest, path, err);
}

enum tomb_code tomb_bag_making_payload(struct tomb_bag_making *m, struct tomb_err *err)
{
	struct tomb_bag_found found = {.refusal = NULL};
	bool more = true;

	TOMB_TRY(m->source->ops->rewind(m->source, err));
	for (;;) {
		TOMB_TRY(m->source->ops->next(m->source, &found, &more, err));
		if (!more)
			return TOMB_OK;
		if (found.refusal)
			m->made.skipped++;
		else if (found.is_folder)
			TOMB_TRY(make_folder(m, found.path, err));
		else
			TOMB_TRY(add_file(m, &found, err));
	}
}

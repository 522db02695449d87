#include "records.h"

#include "tombstone/institution.h"
#include "tombstone/read.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

enum tomb_code cli_record_kind(struct cli *cli, struct tomb_str name, enum tomb_record_kind *out, struct tomb_err *err)
{
	enum tomb_code code = tomb_record_kind_parse(name, out, err);

	cli->is_misused = code != TOMB_OK;
	return code;
}

enum tomb_code cli_record_id(struct cli *cli, struct tomb_str text, struct tomb_uuid *out, struct tomb_err *err)
{
	struct tomb_err why;

	if (tomb_uuid_parse(text, out, &why) != TOMB_OK)
		return CLI_MISUSE(
			cli, err, "\"%.*s\" is no record's UUID; \"record list\" shows them", TOMB_STR_ARG(text));
	return TOMB_OK;
}

enum tomb_code cli_record_institution(struct cli *cli, int64_t *out, struct tomb_err *err)
{
	struct tomb_institution found = {.id = 0};

	if (cli_has(cli, "institution"))
		TOMB_TRY(tomb_institution_find(
			cli->pg, &cli->actor, cli_value(cli, "institution"), cli->arena, &found, err));
	*out = found.id;
	return TOMB_OK;
}

static enum tomb_code read_all(int fd, struct tomb_buf *buf, struct tomb_err *err)
{
	char piece[READ_BYTES];
	size_t n = 0;

	do {
		TOMB_TRY(tomb_read_fd(&fd, piece, sizeof piece, &n, err));
		tomb_buf_put(buf, (struct tomb_str){piece, n});
	} while (n > 0 && buf->broken == TOMB_OK);
	return TOMB_OK;
}

enum tomb_code cli_read_file(struct cli *cli, const char *path, size_t max, struct tomb_str *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO buf = tomb_buf_init(max);
	struct tomb_str text = TOMB_STR("");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum tomb_code code = TOMB_OK;

	if (fd < 0)
		return TOMB_FAIL(
			err, TOMB_IO, "%s: %s", path, strerror(errno)); /* NOLINT(concurrency-mt-unsafe): one thread */
	code = read_all(fd, &buf, err);
	(void)close(fd);
	TOMB_TRY(code);
	TOMB_TRY(tomb_buf_done(&buf, &text, err));
	*out = tomb_arena_str(cli->arena, text);
	return out->p ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "%s", path);
}

/* Records from files, one transaction each: what is refused is named, and the rest goes on. */
#include "commands.h"
#include "output.h"
#include "records.h"
#include "tombstone/clock.h"
#include "tombstone/marc_reader.h"
#include "tombstone/record_write.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct importing {
	struct cli *cli;
	struct tomb_record_given given; /* what all records of the files have in common */
	int64_t created, changed, deleted, refused;
};

static void refuse(struct importing *im, const char *path, int64_t number, const char *why)
{
	im->refused++;
	(void)fprintf(stderr, "%s: record %" PRId64 ": %s\n", path, number, why);
}

/* Is it the record's fault, and not that of the ledger? */
static bool is_refusal(enum tomb_code code)
{
	return code == TOMB_INVAL || code == TOMB_CONFLICT || code == TOMB_NOTFOUND || code == TOMB_UNPROCESSABLE ||
	       code == TOMB_TOOBIG || code == TOMB_CORRUPT;
}

static enum tomb_code import_one(struct importing *im, const struct tomb_record_given *given, const char *path,
	int64_t number, struct tomb_err *err)
{
	struct tomb_record_written done;
	struct tomb_err why = {.text = ""};
	enum tomb_code code = tomb_record_import(im->cli->pg, &im->cli->actor, given, &done, &why);

	if (is_refusal(code)) {
		refuse(im, path, number, why.text);
		return TOMB_OK;
	}
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	*(done.deletion_id != 0 ? &im->deleted : done.is_new ? &im->created : &im->changed) += 1;
	return TOMB_OK;
}

static enum tomb_code import_marc(struct importing *im, const char *path, int fd, struct tomb_err *err)
{
	struct tomb_marc_item item = {.found = TOMB_MARC_BAD};
	TOMB_MARC_READER_AUTO *reader = NULL;

	TOMB_TRY(tomb_marc_reader_open(tomb_read_fd, &fd, tomb_clock_wall_us(tomb_clock_real()), &reader, err));
	for (;;) {
		struct tomb_record_given given = im->given;

		TOMB_TRY(tomb_marc_reader_next(reader, &item, err));
		if (item.found == TOMB_MARC_END)
			return TOMB_OK;
		given.marc = item.record.bytes;
		if (item.found == TOMB_MARC_BAD)
			refuse(im, path, item.number, item.problem.text);
		else
			TOMB_TRY(import_one(im, &given, path, item.number, err));
	}
}

static enum tomb_code import_mods(struct importing *im, const char *path, struct tomb_err *err)
{
	struct tomb_record_given given = im->given;

	TOMB_TRY(cli_read_file(im->cli, path, TOMB_RECORD_PAYLOAD_MAX, &given.mods, err));
	return import_one(im, &given, path, 1, err);
}

static enum tomb_code import_file(struct importing *im, const char *path, bool is_mods, struct tomb_err *err)
{
	enum tomb_code code = TOMB_OK;
	int fd = -1;

	if (is_mods)
		return import_mods(im, path, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return TOMB_FAIL(
			err, TOMB_IO, "%s: %s", path, strerror(errno)); /* NOLINT(concurrency-mt-unsafe): one thread */
	code = import_marc(im, path, fd, err);
	(void)close(fd);
	return code == TOMB_OK ? code : tomb_err_in(err, path);
}

static enum tomb_code read_given(struct importing *im, struct tomb_err *err)
{
	struct cli *cli = im->cli;

	if (!cli_has(cli, "institution") || !cli_has(cli, "kind"))
		return CLI_MISUSE(cli, err, "record import needs --institution and --kind");
	im->given.origin = TOMB_RECORD_BY_IMPORT;
	TOMB_TRY(cli_record_kind(cli, cli_value(cli, "kind"), &im->given.kind, err));
	if (cli_has(cli, "in")) {
		im->given.has_parent = true;
		TOMB_TRY(cli_record_id(cli, cli_value(cli, "in"), &im->given.parent_id, err));
	}
	return cli_record_institution(cli, &im->given.institution_id, err);
}

enum tomb_code cli_record_import(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "created", CLI_NUMBER}, {NULL, "changed", CLI_NUMBER},
		{NULL, "deleted", CLI_NUMBER}, {NULL, "refused", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct importing im = {.cli = cli};
	struct tomb_str format = cli_value(cli, "format");
	bool is_mods = tomb_str_eq(format, TOMB_STR("mods"));
	struct tomb_str path;

	if (format.n > 0 && !is_mods && !tomb_str_eq(format, TOMB_STR("marc")) &&
		!tomb_str_eq(format, TOMB_STR("marcxml")))
		return CLI_MISUSE(cli, err, "--format is marc, marcxml or mods, not \"%.*s\"", TOMB_STR_ARG(format));
	TOMB_TRY(read_given(&im, err));
	for (size_t i = 0; cli_value_at(cli, NULL, i, &path); i++)
		TOMB_TRY(import_file(&im, path.p, is_mods, err));
	if (im.refused > 0)
		cli->exit = CLI_WORK_FAILED;
	cli_put_int(&t, im.created);
	cli_put_int(&t, im.changed);
	cli_put_int(&t, im.deleted);
	cli_put_int(&t, im.refused);
	return cli_print_done(&t, err,
		"%" PRId64 " records created, %" PRId64 " changed, %" PRId64 " deleted, %" PRId64 " refused.",
		im.created, im.changed, im.deleted, im.refused);
}

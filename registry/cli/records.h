/* What commands about records share. */
#ifndef TOMB_CLI_RECORDS_H
#define TOMB_CLI_RECORDS_H

#include "cli.h"
#include "tombstone/record.h"

/* Misuse for what is no kind. */
enum tomb_code cli_record_kind(
	struct cli *cli, struct tomb_str name, enum tomb_record_kind *out, struct tomb_err *err) TOMB_MUST_USE;

/* A record's UUID.  Misuse for what is none. */
enum tomb_code cli_record_id(
	struct cli *cli, struct tomb_str text, struct tomb_uuid *out, struct tomb_err *err) TOMB_MUST_USE;

/* The institution that --institution names; 0 without it. */
enum tomb_code cli_record_institution(struct cli *cli, int64_t *out, struct tomb_err *err) TOMB_MUST_USE;

/* The whole file, in the arena.  TOOBIG past max bytes. */
enum tomb_code cli_read_file(
	struct cli *cli, const char *path, size_t max, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

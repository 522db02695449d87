/* What commands print: tables and single results, for people or, with --json, for programs. */
#ifndef TOMB_CLI_OUTPUT_H
#define TOMB_CLI_OUTPUT_H

#include "cli.h"

enum cli_kind { CLI_TEXT, CLI_NUMBER, CLI_BYTES, CLI_TIME, CLI_YES };

struct cli_column {
	const char *title; /* for people; NULL: not shown to them */
	const char *key;   /* in JSON */
	enum cli_kind kind;
};

enum { CLI_COLUMNS_MAX = 24 };

/* Rows are kept until the end, so that columns can be aligned: for lists that people read. */
struct cli_table {
	struct cli *cli;
	const struct cli_column *columns;
	size_t ncolumns;
	struct cli_cell *cells; /* row by row */
	size_t ncells, cap;
	bool is_out_of_memory;
};

struct cli_table cli_table_init(struct cli *cli, const struct cli_column *columns, size_t ncolumns);

/* The next cell, row by row; its kind is the column's.  Strings are borrowed until the end. */
void cli_put_str(struct cli_table *t, struct tomb_str s);
void cli_put_int(struct cli_table *t, int64_t n); /* CLI_NUMBER, CLI_BYTES; CLI_TIME, where 0 is never */
void cli_put_yes(struct cli_table *t, bool yes);

/* Prints the rows: a table with titles, or a JSON array of objects. */
enum tomb_code cli_print_rows(const struct cli_table *t, struct tomb_err *err) TOMB_MUST_USE;

/* Prints the one row: "Title: value" line by line, or a JSON object. */
enum tomb_code cli_print_one(const struct cli_table *t, struct tomb_err *err) TOMB_MUST_USE;

/* Prints a sentence for people, or the one row as a JSON object. */
enum tomb_code cli_print_done(const struct cli_table *t, struct tomb_err *err, const char *fmt, ...)
	TOMB_PRINTF(3, 4) TOMB_MUST_USE;

/* "b1, b2", in the arena. */
enum tomb_code cli_join(
	struct cli *cli, struct tomb_strs names, struct tomb_str *out, struct tomb_err *err) TOMB_MUST_USE;

/* "1,234,567"; "1.2 GB".  Return out. */
enum { CLI_COUNT_TEXT = 32 };
char *cli_count(int64_t n, char out[static CLI_COUNT_TEXT]);
char *cli_bytes(int64_t n, char out[static CLI_COUNT_TEXT]);

#endif

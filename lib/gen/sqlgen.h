/* What lib/gen/sqlgen_read.c reads and lib/gen/sqlgen.c writes.  The tool ends at the first error and frees nothing. */
#ifndef SQLGEN_H
#define SQLGEN_H

#include "tombstone/pg.h"

enum { NAME_BYTES = 64, STMTS_MAX = 2048, FILES_MAX = 64 };

/* An entry of tombstone/pg_types.def. */
struct type {
	const char *sql; /* of an array, its element's */
	bool is_array;
	const char *id;
	const char *ctype;
};

struct field {
	char name[NAME_BYTES];
	const struct type *type;
	bool is_nullable;
	bool has_nullable_members;
};

struct stmt {
	char name[NAME_BYTES];
	enum tomb_pg_shape shape;
	size_t file;
	int line;
	struct field args[TOMB_PG_FIELDS_MAX];
	size_t nargs;
	struct field cols[TOMB_PG_FIELDS_MAX];
	size_t ncols;
	char *sql;
};

struct input {
	struct stmt *stmts[STMTS_MAX]; /* in order of files */
	size_t nstmts;
	struct {
		const char *base; /* "job.sql" */
		char set[NAME_BYTES];
		size_t nstmts;
	} files[FILES_MAX];
	size_t nfiles;
};

/* "exec", "one", ...: the word in .sql files. */
extern const char *const shape_names[];

/* Reads one file; on an error prints file, line and reason, and exits with 1. */
void sqlgen_read(struct input *in, const char *path);

/* True if text can be part of a C identifier: lower-case letters, digits, _; a letter or _ first. */
bool sqlgen_is_name(const char *text);

#endif

/*
 * The schema of the ledger, brought forward.
 *
 * Migrations are numbered files, NNNN_what.sql from 0001 on without a gap, embedded in the program.  Each is applied
 * once, in a transaction of its own, in order, and recorded in schema_version with its digest.  There is no way back:
 * what was applied is never edited, and is undone only by a later migration.
 */
#ifndef TOMB_MIGRATE_H
#define TOMB_MIGRATE_H

#include "tombstone/embed.h"
#include "tombstone/pg.h"

/* Called after each migration that was applied, for people to see; name is its file's. */
typedef void tomb_migrate_fn(void *ctx, int version, const char *name);

/*
 * Applies what the database behind pg lacks, as its owner; fn may be NULL.  Programs that do so at once wait for one
 * another, and the later ones find nothing to do.  What was applied before a failure stays; the error names the file
 * and the line.  CORRUPT if a migration was changed after it was applied, or one is missing; CONFLICT if the database
 * is newer than this program, or its encoding is not UTF8: then nothing was touched.
 */
enum tomb_code tomb_migrate(struct tomb_pg *pg, tomb_migrate_fn *fn, void *ctx, struct tomb_err *err) TOMB_MUST_USE;

/*
 * TOMB_OK if the schema is exactly this program's.  CONFLICT if it is older (tells how to migrate) or newer; CORRUPT as
 * above; NOTFOUND if there is none.  Any role may ask.
 */
enum tomb_code tomb_migrate_check(struct tomb_pg *pg, struct tomb_err *err) TOMB_MUST_USE;

/* The same two for a given list, which tomb_migrate() and tomb_migrate_check() call with the embedded one. */
enum tomb_code tomb_migrate_files(struct tomb_pg *pg, const struct tomb_embedded *files, size_t nfiles,
	tomb_migrate_fn *fn, void *ctx, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_migrate_check_files(
	struct tomb_pg *pg, const struct tomb_embedded *files, size_t nfiles, struct tomb_err *err) TOMB_MUST_USE;

#endif

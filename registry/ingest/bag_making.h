/* A bag that is being made. */
#ifndef TOMB_BAG_MAKING_H
#define TOMB_BAG_MAKING_H

#include "bag_source.h"
#include "bag_table.h"
#include "tombstone/bag_create.h"

#include <stdio.h>

enum {
	TOMB_BAG_COPY = 256 * 1024,    /* bytes copied at a time */
	TOMB_BAG_PATH_ROOM = 2 * 4096, /* bytes of a path on disk: Linux opens 4,096 */
};

struct tomb_bag_making {
	const struct tomb_bag_plan *plan;
	struct tomb_arena arena;
	struct tomb_bag_source *source;
	struct tomb_bag_table names;
	struct tomb_buf scratch;             /* for keys */
	FILE *manifest;                      /* manifest-sha256.txt */
	struct tomb_digest *manifest_digest; /* of what was written to it */
	struct tomb_buf tag_manifest;
	struct tomb_digest *digest; /* of a payload file */
	char *block;                /* TOMB_BAG_COPY bytes */
	struct tomb_bag_made made;
	char root[TOMB_BAG_PATH_ROOM]; /* where the bag grows; "" when there is nothing to remove */
};

enum tomb_code tomb_bag_making_io(const char *verb, const char *path, struct tomb_err *err);

/* "folder/path" into out, which has TOMB_BAG_PATH_ROOM bytes. */
enum tomb_code tomb_bag_making_path(
	const char *folder, struct tomb_str path, char *out, struct tomb_err *err) TOMB_MUST_USE;

/* Appends a line of a manifest. */
void tomb_bag_making_line(struct tomb_buf *line, const uint8_t *sha256, struct tomb_str path);

/* Fills data/ from the source, and the manifest with it. */
enum tomb_code tomb_bag_making_payload(struct tomb_bag_making *m, struct tomb_err *err) TOMB_MUST_USE;

#endif

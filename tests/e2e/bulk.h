/* Objects with many files, made in a moment: their bytes go to the stores without waiting for the disk. */
#ifndef E2E_BULK_H
#define E2E_BULK_H

#include "world.h"

enum { BULK_FILE_BYTES = 64, BULK_ETAG = 128 };

/* Where copies go, and how they get there. */
struct bulk_place {
	const char *backend;
	/* Puts bytes there, and tells the ETag that the store gives them. */
	void (*put)(void *ctx, struct tomb_str key, struct tomb_str url, struct tomb_str bytes,
		char etag[static BULK_ETAG]);
	void *ctx;
};

struct bulk_places {
	const struct bulk_place *p;
	size_t n;
};

/* What every file of these holds; it tells files apart. */
struct tomb_str bulk_bytes(int64_t file_id, char bytes[static BULK_FILE_BYTES + 1]);

/* As tomb_world_object_in() with these places. */
int64_t bulk_object_at(struct tomb_world *w, int64_t institution, int64_t option, const char *identifier, int files,
	struct bulk_places places);

/* As tomb_world_object(). */
int64_t bulk_object(struct tomb_world *w, const char *identifier, int files, int copies);

/* The put of a directory store, which ctx is: writes a file. */
void bulk_write_file(
	void *ctx, struct tomb_str key, struct tomb_str url, struct tomb_str bytes, char etag[static BULK_ETAG]);

#endif

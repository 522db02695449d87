#include "temp_folder.h"

#include <assert.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void temp_folder_make(struct temp_folder *folder)
{
	const char *made = NULL;

	(void)snprintf(folder->path, sizeof folder->path, "/tmp/tombstone-test-XXXXXX");
	made = mkdtemp(folder->path);
	assert(made);
}

void temp_folder_remove(struct temp_folder *folder)
{
	char *const roots[] = {folder->path, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *at = NULL;

	assert(walk);
	while ((at = fts_read(walk)) != NULL)
		if (at->fts_info != FTS_D)
			(void)remove(at->fts_accpath);
	(void)fts_close(walk);
}

void temp_folder_write(const struct temp_folder *folder, const char *name, const void *bytes, size_t n)
{
	char path[PATH_MAX];
	FILE *file = NULL;
	size_t written = 0;
	int rc = 0;

	(void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
	file = fopen(path, "wb");
	assert(file);
	written = fwrite(bytes, 1, n, file);
	assert(written == n);
	rc = fclose(file);
	assert(rc == 0);
}

size_t temp_folder_count(const struct temp_folder *folder, const char *below)
{
	char path[PATH_MAX];
	char *const roots[] = {path, NULL};
	FTS *walk = NULL;
	FTSENT *at = NULL;
	size_t n = 0;

	(void)snprintf(path, sizeof path, "%s/%s", folder->path, below);
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	assert(walk);
	while ((at = fts_read(walk)) != NULL)
		n += at->fts_info != FTS_D && at->fts_info != FTS_DP;
	(void)fts_close(walk);
	return n;
}

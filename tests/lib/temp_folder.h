/* A folder for one test, with everything in it removed at the end. */
#ifndef TEMP_FOLDER_H
#define TEMP_FOLDER_H

#include <stddef.h>

struct temp_folder {
	char path[64];
};

void temp_folder_make(struct temp_folder *folder);
void temp_folder_remove(struct temp_folder *folder);

/* Writes a file below it; the folders on the way are there. */
void temp_folder_write(const struct temp_folder *folder, const char *name, const void *bytes, size_t n);

/* How many files, links and so on, but not folders, are below it. */
size_t temp_folder_count(const struct temp_folder *folder, const char *below);

#endif

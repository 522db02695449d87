/* Files of others that lie outside of this tree: $TOMBSTONE_TEST_DATA, or ../shared/data. */
#ifndef TOMB_TEST_DATA_H
#define TOMB_TEST_DATA_H

#include "tombstone/str.h"

/* The folder, or NULL, with a word on it, if it has no such file. */
const char *test_data_folder(const char *file);

/* A whole file of it; the test fails if that cannot be read.  For free(). */
struct tomb_str test_data_read(const char *file);

/* The whole of any file. */
struct tomb_str test_file_read(const char *path);

#endif

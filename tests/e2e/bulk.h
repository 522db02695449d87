/* Objects with many files, made in a moment: their bytes go to the stores without waiting for the disk. */
#ifndef E2E_BULK_H
#define E2E_BULK_H

#include "world.h"

/* As tomb_world_object(). */
int64_t bulk_object(struct tomb_world *w, const char *identifier, int files, int copies);

#endif

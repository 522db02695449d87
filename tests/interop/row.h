/* The scenario table: rows, in groups, one file each. */
#ifndef ROW_H
#define ROW_H

#include "bench.h"

struct row;
typedef void row_run(struct bench *b, const struct row *row);

struct row {
	const char *name;    /* unique in all groups */
	const char *expects; /* what we report, and what a store like Amazon's does */
	row_run *run;
	bool is_safety; /* no known difference is admitted */
	struct tomb_str key;
	struct tomb_str neighbour;
	const char *arg;
};

struct row_group {
	const char *title;
	const struct row *rows;
	size_t n;
};

extern const struct row_group row_file, row_batch, row_key, row_refusal, row_class, row_condition, row_version,
	row_list, row_lock, row_throttle, row_truth;

#endif

/* The files of a deletion by the backends where their copies lie: what became of each copy. */
#ifndef TOMB_DELETION_GRID_H
#define TOMB_DELETION_GRID_H

#include "tombstone/deletion_view.h"
#include "view.h"

/* Fills columns and rows of the page, of files as they stand. */
enum tomb_code tomb_deletion_grid(struct tomb_view *v, const struct tomb_deletion_files *files,
	struct html_deletion *page, struct tomb_err *err) TOMB_MUST_USE;

#endif

/* The list of files on an object's page; each row opens in place (P-02). */
#ifndef TOMB_OBJECT_FILES_H
#define TOMB_OBJECT_FILES_H

#include "tombstone/object.h"
#include "view.h"

enum tomb_code tomb_object_files(struct tomb_view *v, const struct tomb_object *object, struct html_object *page,
	struct tomb_err *err) TOMB_MUST_USE;

#endif

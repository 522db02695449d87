/* Objects in the form of the member and the admin API. */
#ifndef TOMB_MEMBER_OBJECT_H
#define TOMB_MEMBER_OBJECT_H

#include "tombstone/json_writer.h"
#include "tombstone/object.h"

void tomb_member_put_object(struct tomb_json *w, const struct tomb_object *object);

#endif

/* Files in the form of the member and the admin API: GenericFile, with all that hangs on it. */
#ifndef TOMB_MEMBER_FILE_H
#define TOMB_MEMBER_FILE_H

#include "tombstone/file_full.h"
#include "tombstone/json_writer.h"

void tomb_member_put_file(struct tomb_json *w, const struct tomb_file_full *full);

#endif

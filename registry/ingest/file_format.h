/* The format of a file by its name, as a media type: what people count and filter by.  Says nothing about the bytes. */
#ifndef TOMB_FILE_FORMAT_H
#define TOMB_FILE_FORMAT_H

#include "tombstone/str.h"

/* By the extension, in any case of letters; "application/octet-stream" for one that is not known.  Static storage. */
struct tomb_str file_format(struct tomb_str path);

#endif

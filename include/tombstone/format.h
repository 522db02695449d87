/* What kind of file it probably is. */
#ifndef TOMB_FORMAT_H
#define TOMB_FORMAT_H

#include "tombstone/str.h"

/*
 * The media type that the extension of path stands for, "application/octet-stream" if it is unknown or there is none.
 * It is a hint for people who look through their holdings: the bytes are not looked at, and nothing is decided by it.
 * Static storage.
 */
struct tomb_str tomb_format_of(struct tomb_str path);

#endif

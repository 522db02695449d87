/* Which Tombstone this is. */
#ifndef TOMB_VERSION_H
#define TOMB_VERSION_H

const char *tomb_version(void); /* "0.1": the project's version in CMakeLists.txt; static storage */

#endif

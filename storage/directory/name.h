/*
 * Where a key lies in a directory store: FOLDER/NAME.
 *
 * FOLDER is the first byte of the key's SHA-256 in hex: 256 folders keep each of them small.  NAME is the key
 * percent-encoded, a leading dot too, so that no name is hidden, leads elsewhere or has a slash.  Where that would be
 * longer than 200 bytes, NAME is "=" and the key's whole SHA-256 in hex; a short name has no "=" in it.  So different
 * keys have different names.  File systems that ignore case or rewrite Unicode do not matter for the latter (names are
 * ASCII) and are not for the former.
 */
#ifndef STORAGE_DIRECTORY_NAME_H
#define STORAGE_DIRECTORY_NAME_H

#include "tombstone/arena.h"

enum { DIRECTORY_NAME_MAX = 200 }; /* bytes: below NAME_MAX (255), with room for what backup programs append */

struct directory_name {
	char folder[3];
	char name[DIRECTORY_NAME_MAX + 1];
	char partial[80]; /* under which the bytes arrive; always the same for a key, so that deleting it finds them */
	bool hashed;      /* NAME does not hold the key */
};

/* key is 1 to TOMB_KEY_MAX bytes. */
enum tomb_code directory_name_of(struct tomb_str key, struct directory_name *out, struct tomb_err *err) TOMB_MUST_USE;

/* What follows the URL prefix: FOLDER/NAME, each as a URL writes it; for a hashed name "#" and the key follow. */
enum tomb_code directory_name_url(struct tomb_str key, struct tomb_buf *url, struct tomb_err *err) TOMB_MUST_USE;

/* The key in such a text.  Any key may come out of a text that directory_name_url() would not write. */
enum tomb_code directory_name_key(
	struct tomb_str text, struct tomb_arena *arena, struct tomb_str *key, struct tomb_err *err) TOMB_MUST_USE;

#endif

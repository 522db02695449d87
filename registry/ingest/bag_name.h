/* What a path in a bag may be. */
#ifndef TOMB_BAG_NAME_H
#define TOMB_BAG_NAME_H

#include "tombstone/bag.h"

/* INVAL or TOOBIG unless path stays inside the bag, on every system that may one day unpack it (RFC 8493, 5.1). */
enum tomb_code tomb_bag_name_check(struct tomb_str path, struct tomb_err *err) TOMB_MUST_USE;

/* path in Normalization Form C: equal for names that look the same (RFC 8493, 6.1.1.3).  Borrows path or scratch. */
enum tomb_code tomb_bag_name_key(
	struct tomb_str path, struct tomb_buf *scratch, struct tomb_str *key, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_bag_kind tomb_bag_name_kind(struct tomb_str path);
bool tomb_bag_name_is_tag_manifest(struct tomb_str path);

/* The algorithm in the name of a manifest; UNSUPPORTED unless it is one of ours, spelled as RFC 8493, 2.4 says. */
enum tomb_code tomb_bag_name_alg(struct tomb_str path, enum tomb_digest_alg *alg, struct tomb_err *err) TOMB_MUST_USE;

#endif

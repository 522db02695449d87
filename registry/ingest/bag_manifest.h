/* Manifests, line by line. */
#ifndef TOMB_BAG_MANIFEST_H
#define TOMB_BAG_MANIFEST_H

#include "bag_internal.h"
#include "bag_lines.h"

struct tomb_bag_listed {
	uint8_t digest[TOMB_DIGEST_SIZE_MAX];
	bool starred;       /* md5sum's mark of binary mode, which is no part of BagIt */
	bool stray_percent; /* a % that 1.0 wants encoded */
	size_t n;
	char path[TOMB_BAG_LINE_MAX];
};

enum tomb_code tomb_bag_manifest_line(struct tomb_str line, enum tomb_digest_alg alg, bool is_1_0,
	struct tomb_bag_listed *out, struct tomb_err *err) TOMB_MUST_USE;

/* Reads the current member of the source, which is the manifest file, into the table. */
enum tomb_code tomb_bag_manifest_load(
	struct tomb_bag *bag, struct tomb_bag_file *file, struct tomb_err *err) TOMB_MUST_USE;

#endif

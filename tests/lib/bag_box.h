/*
 * A temporary folder with a small valid bag in it, which a test then spoils.  Everything here asserts that it worked.
 *
 * The bag is "bag": data/a.txt, data/sub/b.txt, bag-info.txt, aptrust-info.txt, and SHA-256 manifests of both kinds.
 */
#ifndef BAG_BOX_H
#define BAG_BOX_H

#include "tombstone/arena.h"
#include "tombstone/bag.h"

struct bag_box {
	struct tomb_arena arena;
	const char *root;
};

struct bag_box *bag_box_new(void); /* with the bag, of version 1.0 */
void bag_box_free(struct bag_box *box);

/* "ROOT/..." ; lives as long as the box. */
const char *bag_box_path(struct bag_box *box, const char *fmt, ...) TOMB_PRINTF(2, 3);

/* All of these take paths inside the bag. */
void bag_box_write(struct bag_box *box, const char *path, struct tomb_str content); /* folders are made */
void bag_box_append(struct bag_box *box, const char *path, const char *text);
void bag_box_remove(struct bag_box *box, const char *path);

/* Writes a manifest of those files, the list ending in NULL. */
void bag_box_manifest(struct bag_box *box, const char *manifest, enum tomb_digest_alg alg, const char *const *paths);

/* Writes the SHA-256 tag manifest anew: bagit.txt, bag-info.txt, aptrust-info.txt, manifest-sha256.txt. */
void bag_box_seal(struct bag_box *box);

/* Makes the bag say that it is version 0.97 or 1.0. */
void bag_box_version(struct bag_box *box, const char *version);

/* Runs a program in the box's folder; arguments end in NULL. */
void bag_box_run(struct bag_box *box, const char *const *argv);

/* Packs the bag with "tar --format=FORMAT OPTION -cf bag.tar bag"; option may be NULL.  Returns the tar's path. */
const char *bag_box_tar(struct bag_box *box, const char *format, const char *option);

/* Opens and verifies path; the bag, or an assertion. */
struct tomb_bag *bag_box_verified(const char *path);

/* Opens and, if that worked, verifies path: one of them must fail with code and with text in its message. */
void bag_box_refused(const char *path, enum tomb_code code, const char *text);

#endif

/* Makes a bag (RFC 8493, BagIt 1.0) of a folder: for a first try, and for content that never was in a bag. */
#ifndef TOMB_BAG_CREATE_H
#define TOMB_BAG_CREATE_H

#include "tombstone/bag.h"

struct tomb_bag_plan {
	const char *folder; /* the content; it is left as it is */
	const char *out;    /* the bag's folder; must not exist, its parent must, outside of folder */
	const struct tomb_bag_label
		*info; /* for bag-info.txt, in this order; Payload-Oxum and Bagging-Date are added */
	size_t ninfo;
	const struct tomb_bag_label *aptrust; /* for aptrust-info.txt, which is written if there is any */
	size_t naptrust;
	int64_t now_us; /* since 1970: today */
};

struct tomb_bag_made {
	int64_t files; /* of payload */
	int64_t bytes;
	int64_t linked;  /* files that are hard links to those in folder: change one, and the bag is no longer valid */
	int64_t skipped; /* symbolic links, devices, pipes, sockets: not in the bag */
};

/*
 * Writes payload, SHA-256 manifest and tag manifest.  Files are linked where the file system can, and copied otherwise.
 * The bag appears under its name when it is whole; after an error nothing is left.  CONFLICT if out exists, NOTFOUND if
 * folder does not; INVAL for labels and names that a bag cannot hold (as tomb_bag_open() would say); IO; NOMEM.
 */
enum tomb_code tomb_bag_create(
	const struct tomb_bag_plan *plan, struct tomb_bag_made *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

/*
 * Bags in: a reader of BagIt 0.97 and 1.0 (RFC 8493), from a folder or from a plain tar file (ustar, pax or gnu).
 *
 * Three steps, each of which may refuse.  Open lists the bag and reads its tag files: after it the bag is complete.
 * Verify reads every byte once and compares every digest: after it the bag is valid.  Each hands out every file, and
 * checks its digest again, so that the bytes which are stored are the bytes which were verified.
 *
 * What a bag may not hold, beyond the RFC, because an archive would keep it for ever: links, devices and sparse files;
 * names that leave the bag; names that differ by Unicode normalisation only; fetch.txt (the content is elsewhere); tag
 * files in another encoding than UTF-8; digests other than md5, sha1, sha256 and sha512.
 *
 * Errors: INVAL, a rule of the format is broken; UNSUPPORTED, the format allows it and we do not; CORRUPT, bytes and
 * digest differ, or something changed while it was read; TOOBIG, a limit below; NOTFOUND, no such path; IO; NOMEM.  The
 * text names the rule and the file.
 *
 * Memory grows with the number of files (about 300 bytes each), not with their size.  A struct tomb_bag belongs to one
 * thread at a time.
 */
#ifndef TOMB_BAG_H
#define TOMB_BAG_H

#include "tombstone/digest.h"
#include "tombstone/read.h"

enum {
	TOMB_BAG_FILES_MAX = 2000000,    /* files of one bag: what fits in the memory of a small machine */
	TOMB_BAG_PATH_MAX = 1024,        /* bytes of a path inside the bag: what an S3 key can hold */
	TOMB_BAG_INFO_MAX = 1024 * 1024, /* bytes of bag-info.txt or aptrust-info.txt: text for people */
	TOMB_BAG_WARNINGS_MAX = 100,     /* kept; more are only counted */
};

#define TOMB_BAG_FILE_SIZE_MAX (INT64_C(5) << 40) /* bytes of one file: the largest object of S3 */

struct tomb_bag;

enum tomb_bag_kind {
	TOMB_BAG_PAYLOAD,  /* data/... */
	TOMB_BAG_TAG,      /* any other file that the sender added, bag-info.txt among them */
	TOMB_BAG_MANIFEST, /* manifest-ALG.txt, tagmanifest-ALG.txt */
	TOMB_BAG_BAGIT,    /* bagit.txt */
	TOMB_BAG_KIND_MAX
};

/* Opens path, a folder or a tar file, lists it and reads its tag files.  A complete bag, or an error. */
enum tomb_code tomb_bag_open(const char *path, struct tomb_bag **out, struct tomb_err *err) TOMB_MUST_USE;
void tomb_bag_close(struct tomb_bag *bag); /* NULL is fine */
static inline void tomb_bag_closep(struct tomb_bag **bag)
{
	tomb_bag_close(*bag);
}
#define TOMB_BAG_AUTO TOMB_CLEANUP(tomb_bag_closep) struct tomb_bag

struct tomb_bag_info {
	struct tomb_str name;  /* the folder's, also inside a tar */
	bool is_1_0;           /* BagIt 1.0; else 0.97 */
	unsigned payload_algs; /* TOMB_DIGEST_BIT()s of the payload manifests; at least one */
	unsigned tag_algs;     /* of the tag manifests; may be none */
	int64_t files;         /* of every kind */
	int64_t bytes;
	int64_t payload_files;
	int64_t payload_bytes;
};

/* Lives as long as the bag, as does every string that the bag hands out. */
const struct tomb_bag_info *tomb_bag_info(const struct tomb_bag *bag);

/*
 * What the sender says about the bag, from bag-info.txt and aptrust-info.txt, in the order of the file.  A value that
 * was continued over several lines is one line here, joined by a space.  Valid UTF-8 without NUL.
 */
struct tomb_bag_label {
	struct tomb_str label;
	struct tomb_str value;
};

/* All labels of a file; NULL and 0 when the bag does not have it. */
const struct tomb_bag_label *tomb_bag_labels(const struct tomb_bag *bag, struct tomb_str file, size_t *n);

/* The first value under label, whose case does not matter; .p is NULL when there is none. */
struct tomb_str tomb_bag_tag(const struct tomb_bag *bag, struct tomb_str file, struct tomb_str label);

/* Things that are wrong but do no harm, as sentences for the sender.  *n counts those that were not kept, too. */
const struct tomb_str *tomb_bag_warnings(const struct tomb_bag *bag, size_t *kept, size_t *n);

struct tomb_bag_progress {
	int64_t files; /* all of them */
	int64_t bytes;
	int64_t files_done;
	int64_t bytes_done;
};

/* Called after every block, from the thread that verifies.  An error stops the verification and is handed up. */
typedef enum tomb_code tomb_bag_progress_fn(void *arg, const struct tomb_bag_progress *now, struct tomb_err *err);

/* Reads every file once, all algorithms at the same time, and compares.  progress may be NULL. */
enum tomb_code tomb_bag_verify(
	struct tomb_bag *bag, tomb_bag_progress_fn *progress, void *arg, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_bag_entry {
	struct tomb_str path; /* in the bag, "data/..." for payload; as the manifest spells it */
	enum tomb_bag_kind kind;
	int64_t size_bytes;
	int64_t modified_us; /* since 1970, UTC */
	unsigned algs;       /* TOMB_DIGEST_BIT()s of the digests below: md5, sha256, and all of the bag's manifests */
	unsigned declared;   /* those of them that a manifest gives for this file */
	const uint8_t *digest[TOMB_DIGEST_ALG_MAX]; /* verified; NULL where not computed */
};

struct tomb_bag_reader;

/*
 * A tomb_read_fn over the bytes of an entry; arg is its struct tomb_bag_reader.  The last bytes are handed out only
 * after the digest of all of them was right, so that a caller who stops at size_bytes is safe too.  CORRUPT otherwise.
 */
enum tomb_code tomb_bag_read(void *reader, void *buf, size_t cap, size_t *n, struct tomb_err *err);

/* Reads as much of the entry as it wants, or nothing.  What it did not read to the end was not checked again.  Entry
 * and reader live for the call.  An error ends tomb_bag_each() and is handed up. */
typedef enum tomb_code tomb_bag_visit_fn(
	void *arg, const struct tomb_bag_entry *entry, struct tomb_bag_reader *reader, struct tomb_err *err);

/* Visits every file of a verified bag, in the order of the tar (a folder: by name).  May be called again. */
enum tomb_code tomb_bag_each(
	struct tomb_bag *bag, tomb_bag_visit_fn *visit, void *arg, struct tomb_err *err) TOMB_MUST_USE;

#endif

/* An open bag, as the files of the reader share it. */
#ifndef TOMB_BAG_INTERNAL_H
#define TOMB_BAG_INTERNAL_H

#include "bag_source.h"
#include "bag_table.h"

enum {
	TOMB_BAG_BLOCK = 256 * 1024, /* bytes read at a time */
	TOMB_BAG_LABEL_FILES = 2,    /* bag-info.txt, aptrust-info.txt */
};

struct tomb_bag {
	struct tomb_arena arena;
	struct tomb_bag_source *source;
	struct tomb_bag_info info;
	struct tomb_bag_table table;
	struct tomb_bag_file *first;
	struct tomb_bag_file *last;
	struct tomb_buf scratch; /* for keys */
	unsigned algs;           /* computed for every file */
	size_t digest_at[TOMB_DIGEST_ALG_MAX];
	size_t digest_size;         /* of all algs together */
	struct tomb_digests *full;  /* all algs */
	struct tomb_digests *again; /* SHA-256 alone, for the second reading */
	char *block;                /* TOMB_BAG_BLOCK bytes */
	struct {
		struct tomb_bag_label *label;
		size_t n;
	} labels[TOMB_BAG_LABEL_FILES];
	struct tomb_str warnings[TOMB_BAG_WARNINGS_MAX];
	size_t nwarnings;
	unsigned pass;
	bool has_data;
	bool verified;
};

void tomb_bag_warn(struct tomb_bag *bag, const char *fmt, ...) TOMB_PRINTF(2, 3);

/* The file of that name, in whatever normalisation; *out is NULL if there is none. */
enum tomb_code tomb_bag_find(
	struct tomb_bag *bag, struct tomb_str path, struct tomb_bag_file **out, struct tomb_err *err) TOMB_MUST_USE;

typedef enum tomb_code tomb_bag_pass_fn(
	struct tomb_bag *bag, struct tomb_bag_file *file, void *arg, struct tomb_err *err);

/* Meets every file of the listing once more.  CORRUPT if there are others, fewer, or of another size. */
enum tomb_code tomb_bag_pass(struct tomb_bag *bag, tomb_bag_pass_fn *fn, void *arg, struct tomb_err *err) TOMB_MUST_USE;

/* Notes or compares the digests of all that bag->full has seen, and its size; bag->full is as new afterwards. */
enum tomb_code tomb_bag_settle(struct tomb_bag *bag, struct tomb_bag_file *file, struct tomb_err *err) TOMB_MUST_USE;

struct tomb_bag_reader {
	struct tomb_bag *bag;
	struct tomb_bag_file *file;
	struct tomb_digests *digests;
	int64_t done; /* bytes */
	bool checked; /* all bytes were read, and their digests compared */
};

/* ---- bag_complete.c ---- */

/* Is everything listed that must be (RFC 8493, 3), and does Payload-Oxum agree? */
enum tomb_code tomb_bag_complete(struct tomb_bag *bag, struct tomb_err *err) TOMB_MUST_USE;

/* ---- bag_read.c ---- */

/* Notes a digest of file, or compares it with the one noted before.  CORRUPT if they differ. */
enum tomb_code tomb_bag_vouch(struct tomb_bag *bag, struct tomb_bag_file *file, enum tomb_digest_alg alg,
	const uint8_t *digest, struct tomb_err *err) TOMB_MUST_USE;

#endif

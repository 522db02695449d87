/*
 * A stage with the operator's command on a real S3 server, which TOMBSTONE_TEST_S3_ENDPOINT, _KEY and _SECRET name, and
 * two folders of letters that are to be bags.
 */
#ifndef E2E_S3_STAGE_H
#define E2E_S3_STAGE_H

#include "s3_raw.h"
#include "stage.h"
#include "temp_folder.h"

struct s3_stage_bucket {
	const char *suffix; /* of the bucket's name, and of the backend's, "s3SUFFIX" */
	const char *extra;  /* lines for the backends file */
	bool is_versioned;
	bool is_locking; /* versioned, too */
};

struct s3_stage {
	struct stage *stage;
	struct s3_raw raw;
	struct tomb_arena arena;
	struct temp_folder temp; /* with "first" and "second", "out", and the keys of alice and bob */
	char bucket[32];
};

bool s3_stage_is_possible(void); /* is there a server? */

/* Each test has its own buckets. */
void s3_stage_open(struct s3_stage *s, const struct s3_stage_bucket *buckets, size_t n, int letters);
void s3_stage_close(struct s3_stage *s);

/* The command with these words, as one string with spaces between them; in it, ~ stands for the test's folder.  Fails
 * the test unless it ends with status. */
void s3_stage_command(struct s3_stage *s, int status, const char *fmt, ...) TOMB_PRINTF(3, 4);

void s3_stage_write(struct s3_stage *s, const char *name, const char *text); /* a private file in the test's folder */

/* A raw request for what url names, a bucket or a copy; returns the status. */
int s3_stage_ask(struct s3_stage *s, const char *method, const char *path, const char *query, const char *body);

/* Starts the programs, sets up the option with its backends ("OPTION:0=s3,s3-cold"), makes the people's keys. */
void s3_stage_start(struct s3_stage *s, const char *option);

/* The folder becomes a bag, the bag the object test.edu/letters. */
void s3_stage_ingest(struct s3_stage *s, const char *folder, const char *option);

/* Requested and approved; follow: also done. */
void s3_stage_delete(struct s3_stage *s, bool follow);

#endif

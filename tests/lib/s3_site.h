/*
 * One bucket of a real S3 server for one test, of the kind that it wants, and the storage library's store over it.  The
 * environment variables TOMBSTONE_TEST_S3_ENDPOINT, _KEY and _SECRET say where the server is.
 */
#ifndef TESTS_S3_SITE_H
#define TESTS_S3_SITE_H

#include "s3_raw.h"
#include "temp_folder.h"
#include "tombstone/store_look.h"

enum s3_site_kind { S3_SITE_PLAIN, S3_SITE_VERSIONED, S3_SITE_SUSPENDED, S3_SITE_LOCKING };

struct s3_site {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct s3_raw raw;
	struct tomb_stores *stores;
	struct tomb_store *store;
	char bucket[48];
};

bool s3_site_is_there(void); /* else the test is to be skipped */

/* extra: more lines for the backends file.  Fails the test if anything goes wrong. */
void s3_site_open(struct s3_site *s, enum s3_site_kind kind, const char *extra);
void s3_site_reopen(struct s3_site *s, const char *extra); /* the same bucket, another store over it */
void s3_site_close(struct s3_site *s);                     /* the bucket stays: its server is the test's own */

/* A raw request to the bucket, or to a key in it (percent-encoded already); returns the status. */
int s3_site_raw(struct s3_site *s, const char *method, const char *key, const char *query, const char *body);

void s3_site_set_versioning(struct s3_site *s, bool enabled);

/* Locks the newest version of a key: mode is COMPLIANCE or GOVERNANCE, for so many seconds from now. */
int s3_site_try_lock(struct s3_site *s, const char *key, const char *mode, int64_t seconds); /* the status */
void s3_site_lock(struct s3_site *s, const char *key, const char *mode, int64_t seconds);

/* What the store's verbs say.  An error, where a result was expected, fails the test. */
enum tomb_code s3_site_put(struct s3_site *s, struct tomb_str key, struct tomb_str bytes, struct tomb_placed *placed);
struct tomb_result s3_site_delete(struct s3_site *s, struct tomb_target target);
struct tomb_verdict s3_site_verify(struct s3_site *s, struct tomb_str key);

#endif

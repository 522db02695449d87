/*
 * What an S3 server says in XML.  The only user of libxml2 in this floor: no network, no DTD, no entities but the five
 * of XML, UTF-8 only, and an answer that is not wholly well-formed says nothing at all.
 */
#ifndef STORAGE_S3_ANSWER_H
#define STORAGE_S3_ANSWER_H

#include "tombstone/store.h"

/* All strings are in the arena and "" where the answer has none. */
struct s3_error {
	struct tomb_str code;
	struct tomb_str message;
	struct tomb_str request_id;
	struct tomb_str region; /* where the bucket is, of a request for another region */
};

/* One <Deleted> or <Error> of a DeleteResult. */
struct s3_entry {
	struct tomb_str key;
	struct tomb_str version_id;
	bool is_error;
	bool marker; /* Deleted, but only hidden: a delete marker was laid over it */
	struct tomb_str code;
	struct tomb_str message;
};

/* <Error>.  CORRUPT if body is anything else. */
enum tomb_code s3_answer_error(
	struct tomb_str body, struct tomb_arena *arena, struct s3_error *out, struct tomb_err *err) TOMB_MUST_USE;

/* <DeleteResult>.  CORRUPT if body is anything else. */
enum tomb_code s3_answer_delete(struct tomb_str body, struct tomb_arena *arena, struct s3_entry **out, size_t *n,
	struct tomb_err *err) TOMB_MUST_USE;

/* <VersioningConfiguration>.  CORRUPT if body is anything else. */
enum tomb_code s3_answer_versioning(
	struct tomb_str body, enum tomb_versioning *out, struct tomb_err *err) TOMB_MUST_USE;

/* <ObjectLockConfiguration>.  CORRUPT if body is anything else. */
struct s3_lock_rule {
	bool enabled;
	bool locks_all; /* a default rule locks whatever is put without one */
};
enum tomb_code s3_answer_lock_rule(struct tomb_str body, struct s3_lock_rule *out, struct tomb_err *err) TOMB_MUST_USE;

/* Wasabi's <BucketComplianceConfiguration> or <ObjectComplianceConfiguration>; what one of them does not have is
 * empty.  CORRUPT if body is anything else. */
struct s3_compliance {
	bool enabled;
	bool held; /* a legal or a conditional hold: no date ends it */
	int64_t until_us;
};
enum tomb_code s3_answer_compliance(
	struct tomb_str body, const char *root, struct s3_compliance *out, struct tomb_err *err) TOMB_MUST_USE;

/* One <Version> or <DeleteMarker> of a ListVersionsResult. */
struct s3_listed {
	struct tomb_str key; /* as it is written there */
	struct tomb_version version;
};

struct s3_version_page {
	struct s3_listed *entries;
	size_t n;
	bool is_encoded; /* keys are percent-encoded, more or less */
	bool is_truncated;
	struct tomb_str next_key; /* as it is written there */
	struct tomb_str next_version;
};

/* <ListVersionsResult>.  CORRUPT if body is anything else, or an entry lacks its key, version, size or date. */
enum tomb_code s3_answer_versions(struct tomb_str body, struct tomb_arena *arena, struct s3_version_page *out,
	struct tomb_err *err) TOMB_MUST_USE;

#endif

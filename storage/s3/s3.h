/* An S3 backend.  Shared by the files of this folder. */
#ifndef STORAGE_S3_S3_H
#define STORAGE_S3_S3_H

#include "aws/flight.h"
#include "s3/failure.h"
#include "store_kind.h"

struct s3 {
	struct tomb_store store;
	const struct backend *backend;
	bool is_examined; /* conditions are sent whatever is known of them */
	bool refuses_conditional_put;
	struct aws_client aws;
};

/* store is always a struct s3's first member. */
static inline struct s3 *s3_of(struct tomb_store *store)
{
	return (struct s3 *)(void *)store;
}

struct s3_request {
	const char *method;
	struct tomb_str key; /* "": the bucket */
	const struct sigv4_field *query;
	size_t nquery;
	const struct sigv4_field *headers; /* beside those that every request has */
	size_t nheaders;
	struct tomb_str body; /* or put */
	const struct tomb_put *put;
	size_t answer_max;       /* 0: enough for an answer about one key or none */
	struct traffic_run *run; /* see struct aws_request */
};

/* Sends the request as aws_call() does, and has the whole answer in the arena.  Errors as tomb_http_run(). */
enum tomb_code s3_send(struct s3 *s3, const struct s3_request *request, struct tomb_arena *arena,
	struct tomb_http_answer *out, struct tomb_err *err) TOMB_MUST_USE;

enum { S3_DRAFT_MAX = 1 << 16 }; /* bytes of a draft: a key of which every byte is escaped, several times over */

/* The request as s3_send() would give it to aws_call(); arena is needed as long as it is. */
enum tomb_code s3_draft(struct s3 *s3, const struct s3_request *request, struct tomb_arena *arena,
	struct aws_request *out, struct tomb_err *err) TOMB_MUST_USE;

/* HEAD of a key, of one of its versions if version_id is not "".  present is false only for a 404 that comes from an S3
 * server.  STORE_DENIED, STORE_THROTTLED, NET, STORE otherwise. */
enum tomb_code s3_head(struct s3 *s3, struct tomb_str key, struct tomb_str version_id, struct tomb_arena *arena,
	struct tomb_stat *out, struct tomb_err *err) TOMB_MUST_USE;

/* The same in two steps: the question, and what an answer to it says. */
enum tomb_code s3_head_ask(struct s3 *s3, struct tomb_str key, struct tomb_str version_id, struct tomb_arena *arena,
	struct aws_request *out, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code s3_head_read(struct s3 *s3, struct tomb_str version_id, const struct tomb_http_answer *answer,
	struct tomb_arena *arena, struct tomb_stat *out, struct tomb_err *err) TOMB_MUST_USE;

/* The versions of one key, and the request that told. */
struct s3_versions {
	struct tomb_version *list;
	size_t n;
	size_t markers; /* of these */
	struct tomb_str request_id;
};

/* tomb_store_versions(). */
enum tomb_code s3_versions_list(struct s3 *s3, struct tomb_str key, struct tomb_arena *arena, struct s3_versions *out,
	struct tomb_err *err) TOMB_MUST_USE;

/* The same in two steps: the question for the first page, and all that follows from its answer, more pages included. */
enum tomb_code s3_versions_ask(struct s3 *s3, struct tomb_str key, struct tomb_arena *arena, struct aws_request *out,
	struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code s3_versions_read(struct s3 *s3, struct tomb_str key, const struct tomb_http_answer *first,
	struct tomb_arena *arena, struct s3_versions *out, struct tomb_err *err) TOMB_MUST_USE;

/* store_kind's, several requests at once. */
enum tomb_code s3_stat_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_seen *out, struct tomb_err *err);
enum tomb_code s3_versions_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_versions *out, struct tomb_err *err);
enum tomb_code s3_verify_many(struct tomb_store *store, const struct tomb_look_at *at, struct tomb_arena *arena,
	struct tomb_verdict *out, struct tomb_err *err);

/* What a look at a key, or at its versions, says of its absence. */
void s3_verdict_of_stat(const struct tomb_stat *st, struct tomb_arena *arena, struct tomb_verdict *out);
void s3_verdict_of_list(const struct s3_versions *found, struct tomb_arena *arena, struct tomb_verdict *out);

/* Is a condition sent: If-Match with one key, or <ETag> with many? */
bool s3_is_conditional(const struct s3 *s3, bool many);

bool s3_is_wasabi(const struct s3 *s3);

/* Is Wasabi's compliance mode on?  Not known counts as no: it is asked again of a key that cannot be deleted. */
enum tomb_code s3_compliance_probe(
	struct s3 *s3, struct tomb_arena *arena, bool *out, struct tomb_err *err) TOMB_MUST_USE;

/* What compliance mode says of a key, added to *st. */
enum tomb_code s3_compliance_stat(struct s3 *s3, struct tomb_str key, struct tomb_arena *arena, struct tomb_stat *st,
	struct tomb_err *err) TOMB_MUST_USE;

/* <ObjectLockConfiguration>; none is no rule, and so is an answer that nobody knows.  *denied: it may not be asked. */
struct s3_lock {
	struct s3_lock_rule rule;
	bool denied;
};
enum tomb_code s3_lock_ask(
	struct s3 *s3, struct tomb_arena *arena, struct s3_lock *out, struct tomb_err *err) TOMB_MUST_USE;

enum tomb_code s3_examine(struct tomb_store *store, struct tomb_capability *out, struct tomb_err *err);

/* If a key was refused without a reason, looks whether it is locked: then *out says so. */
void s3_diagnose(struct s3 *s3, const struct tomb_target *target, struct tomb_arena *arena, struct tomb_result *out);

/* The answer to a delete shows that the bucket has versions: notes it in the store, and in *out. */
void s3_only_hidden(struct s3 *s3, struct tomb_arena *arena, struct tomb_result *out);

enum tomb_code s3_put(struct tomb_store *store, const struct tomb_put *put, struct tomb_arena *arena,
	struct tomb_placed *out, struct tomb_err *err);
void s3_delete_one(struct tomb_store *store, const struct tomb_target *target, struct tomb_arena *arena,
	struct tomb_result *result);

/* What the parts of one tomb_store_delete_many() have in common. */
struct s3_parts {
	struct s3 *s3;
	const struct tomb_target *targets;
	struct tomb_result *results;
	struct tomb_arena *arena; /* of the results' strings */
	struct traffic_run *run;
};

/* One DeleteObjects request, to be sent once, for those n targets whose indexes are in which.  The part and the request
 * lie in arena.  Once it has landed all of them have a result. */
struct s3_part;
enum { S3_PART_MAX = S3_DRAFT_MAX + (1 << 17) }; /* bytes of one with TOMB_DELETE_MAX targets, without its body */
enum tomb_code s3_part_draft(const struct s3_parts *of, const size_t *which, size_t n, struct tomb_arena *arena,
	struct s3_part **part, struct aws_request *out, struct tomb_err *err) TOMB_MUST_USE;
void s3_part_land(struct s3_part *part, const struct aws_landed *landed);

void s3_delete_many(struct tomb_store *store, const struct tomb_target *targets, size_t n, struct tomb_arena *arena,
	struct tomb_result *results);

#endif

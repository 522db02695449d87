/* The errors of S3 and its relatives, and what each of them asks of the caller (spec/peers.md 2.8). */
#ifndef STORAGE_S3_FAILURE_H
#define STORAGE_S3_FAILURE_H

#include "aws/client.h"
#include "s3/answer.h"

/* A failed answer, read: by its <Code>; by its status only where it has none. */
struct s3_failure {
	enum tomb_outcome outcome; /* for a delete */
	enum tomb_code code;       /* for everything else */
	struct s3_error error;     /* code "" if the answer has none */
	const char *advice;        /* what to do about it; "" if the outcome says it all */
	int64_t retry_after_ms;
	int status;
};

/* Reads an answer whose status is not a success, or a success with an error in its body.  Strings are in the arena. */
void s3_failure_read(const struct tomb_http_answer *answer, struct tomb_arena *arena, struct s3_failure *out);

/* An aws_judge_fn. */
void s3_failure_judge(const struct tomb_http_answer *answer, struct tomb_arena *arena, struct aws_verdict *out);

/* The outcome of one <Error> in a DeleteResult. */
enum tomb_outcome s3_failure_outcome(struct tomb_str code);

/* As an error of a call: what names the request. */
enum tomb_code s3_failure_set(const struct s3_failure *failure, const char *what, struct tomb_err *err);

/* As what became of a key, with the provider's words. */
void s3_failure_result(const struct s3_failure *failure, struct tomb_arena *arena, struct tomb_result *out);

/* The request id of an answer's headers; "" if there is none. */
struct tomb_str s3_failure_request_id(const struct tomb_http_answer *answer);

#endif

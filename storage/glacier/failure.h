/* The errors of Glacier vaults, and what each of them asks of the caller. */
#ifndef STORAGE_GLACIER_FAILURE_H
#define STORAGE_GLACIER_FAILURE_H

#include "aws/client.h"
#include "glacier/answer.h"

/* A failed answer, read: by its code; by its status only where it has none that we know. */
struct glacier_failure {
	enum tomb_outcome outcome; /* for a delete */
	enum tomb_code code;       /* for everything else */
	struct glacier_error error;
	struct tomb_str request_id;
	const char *advice; /* what to do about it; "" if the outcome says it all */
	int64_t retry_after_ms;
	int status;
};

/* Strings are in the arena, or the answer's. */
void glacier_failure_read(const struct tomb_http_answer *answer, struct tomb_arena *arena, struct glacier_failure *out);

aws_judge_fn glacier_failure_judge;

/* As an error of a call: what names the request. */
enum tomb_code glacier_failure_set(const struct glacier_failure *failure, const char *what, struct tomb_err *err);

/* As what became of an archive, with the provider's words. */
void glacier_failure_result(const struct glacier_failure *failure, struct tomb_arena *arena, struct tomb_result *out);

/* The request id of an answer's headers; "" if there is none. */
struct tomb_str glacier_failure_request_id(const struct tomb_http_answer *answer);

#endif

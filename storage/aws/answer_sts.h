/* The XML of the Security Token Service. */
#ifndef STORAGE_AWS_ANSWER_STS_H
#define STORAGE_AWS_ANSWER_STS_H

#include "aws/provider.h"

/* The keys in an AssumeRoleWithWebIdentityResponse.  STORE_DENIED for anything that is not whole.  No error text holds
 * a word of the answer. */
enum tomb_code answer_sts_keys(struct tomb_str body, struct aws_keys *out, struct tomb_err *err) TOMB_MUST_USE;

enum { ANSWER_STS_CODE_MAX = 64 };

/* The Code of an ErrorResponse; "" if there is none, or it is no word of letters. */
void answer_sts_code(struct tomb_str body, char out[static ANSWER_STS_CODE_MAX]);

#endif

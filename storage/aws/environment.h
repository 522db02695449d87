/* What a program's environment says about where keys are, under the names that the AWS SDKs know. */
#ifndef STORAGE_AWS_ENVIRONMENT_H
#define STORAGE_AWS_ENVIRONMENT_H

#include "tombstone/str.h"

enum aws_variable {
	AWS_ACCESS_KEY_ID,
	AWS_SECRET_ACCESS_KEY,
	AWS_SESSION_TOKEN,
	AWS_PROFILE,
	AWS_DEFAULT_PROFILE,
	AWS_SHARED_CREDENTIALS_FILE,
	AWS_CONFIG_FILE,
	AWS_ROLE_ARN,
	AWS_ROLE_SESSION_NAME,
	AWS_WEB_IDENTITY_TOKEN_FILE,
	AWS_ENDPOINT_URL_STS,
	AWS_CONTAINER_CREDENTIALS_RELATIVE_URI,
	AWS_CONTAINER_CREDENTIALS_FULL_URI,
	AWS_CONTAINER_AUTHORIZATION_TOKEN,
	AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE,
	AWS_EC2_METADATA_DISABLED,
	AWS_EC2_METADATA_SERVICE_ENDPOINT,
	AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE,
	AWS_HOME, /* HOME */
	AWS_VARIABLE_MAX
};

/* "" for what is not set.  NUL-terminated, and borrowed from the environment. */
struct aws_environment {
	struct tomb_str value[AWS_VARIABLE_MAX];
};

void aws_environment_read(char *const *env, struct aws_environment *out);
const char *aws_environment_name(enum aws_variable variable);

#endif

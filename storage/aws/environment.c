#include "aws/environment.h"

static const char *const names[] = {
	[AWS_ACCESS_KEY_ID] = "AWS_ACCESS_KEY_ID",
	[AWS_SECRET_ACCESS_KEY] = "AWS_SECRET_ACCESS_KEY",
	[AWS_SESSION_TOKEN] = "AWS_SESSION_TOKEN",
	[AWS_PROFILE] = "AWS_PROFILE",
	[AWS_DEFAULT_PROFILE] = "AWS_DEFAULT_PROFILE",
	[AWS_SHARED_CREDENTIALS_FILE] = "AWS_SHARED_CREDENTIALS_FILE",
	[AWS_CONFIG_FILE] = "AWS_CONFIG_FILE",
	[AWS_ROLE_ARN] = "AWS_ROLE_ARN",
	[AWS_ROLE_SESSION_NAME] = "AWS_ROLE_SESSION_NAME",
	[AWS_WEB_IDENTITY_TOKEN_FILE] = "AWS_WEB_IDENTITY_TOKEN_FILE",
	[AWS_ENDPOINT_URL_STS] = "AWS_ENDPOINT_URL_STS",
	[AWS_CONTAINER_CREDENTIALS_RELATIVE_URI] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	[AWS_CONTAINER_CREDENTIALS_FULL_URI] = "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	[AWS_CONTAINER_AUTHORIZATION_TOKEN] = "AWS_CONTAINER_AUTHORIZATION_TOKEN",
	[AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE] = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	[AWS_EC2_METADATA_DISABLED] = "AWS_EC2_METADATA_DISABLED",
	[AWS_EC2_METADATA_SERVICE_ENDPOINT] = "AWS_EC2_METADATA_SERVICE_ENDPOINT",
	[AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE] = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
	[AWS_HOME] = "HOME",
};
_Static_assert(TOMB_COUNTOF(names) == AWS_VARIABLE_MAX, "every variable has a name");

static struct tomb_str find(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return tomb_str_from(*env + n + 1);
	return TOMB_STR("");
}

void aws_environment_read(char *const *env, struct aws_environment *out)
{
	for (size_t i = 0; i < AWS_VARIABLE_MAX; i++)
		out->value[i] = find(env, names[i]);
}

const char *aws_environment_name(enum aws_variable variable)
{
	return names[variable];
}

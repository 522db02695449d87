/*
 * The places that keys come from, in the order of the AWS SDKs (botocore credentials.py), and how each gives them.
 * One is chosen, once; what we cannot use is refused by name, since to pass over it would be to act as somebody else.
 */
#ifndef STORAGE_AWS_SOURCE_H
#define STORAGE_AWS_SOURCE_H

#include "aws/environment.h"
#include "aws/provider.h"

enum source_kind {
	SOURCE_FILES,        /* the backend's own key files */
	SOURCE_ENVIRONMENT,  /* AWS_ACCESS_KEY_ID and its sisters */
	SOURCE_WEB_IDENTITY, /* STS AssumeRoleWithWebIdentity */
	SOURCE_PROFILE,      /* keys in the shared credentials or config file */
	SOURCE_PROCESS,      /* what a profile's credential_process writes */
	SOURCE_CONTAINER,    /* ECS, EKS and Greengrass: a URL in the environment */
	SOURCE_INSTANCE,     /* the EC2 instance metadata service, version 2 */
	SOURCE_KIND_MAX
};

/* Texts are NUL-terminated, "" when there is none, borrowed from backend and environment or in the arena of choice. */
struct source {
	enum source_kind kind;
	const struct backend *backend;
	struct aws_environment env;
	bool is_named;                    /* the profile is: by the backend, or by AWS_PROFILE */
	struct tomb_str profile;          /* its name, "default" if there is no other */
	struct tomb_str credentials_file; /* where profiles are */
	struct tomb_str config_file;
	struct tomb_str role_arn; /* WEB_IDENTITY */
	struct tomb_str session_name;
	struct tomb_str token_file;
	struct tomb_str endpoint;   /* WEB_IDENTITY, INSTANCE: scheme://host[:port]; CONTAINER: the whole URL */
	int64_t process_timeout_ms; /* PROCESS */
};

/* Reads local files at most.  NOTFOUND, UNSUPPORTED, INVAL, FORBIDDEN, IO. */
enum tomb_code source_choose(const struct backend *backend, const struct aws_environment *env, struct tomb_arena *arena,
	struct source *out, struct tomb_err *err) TOMB_MUST_USE;

/* Is it fetched from files and variables alone? */
bool source_is_local(const struct source *source);

/*
 * Gets the keys.  *out is wiped first and may be partly filled after a failure.  NET: no answer, or a failure that
 * passes; any other error needs a person.  No error text holds what a source gave.
 */
typedef enum tomb_code source_fetch_fn(const struct source *source, struct aws_keys *out, struct tomb_err *err);
enum tomb_code source_fetch(const struct source *source, struct aws_keys *out, struct tomb_err *err) TOMB_MUST_USE;

source_fetch_fn source_fetch_files;
source_fetch_fn source_fetch_environment;
source_fetch_fn source_fetch_web_identity;
source_fetch_fn source_fetch_profile;
source_fetch_fn source_fetch_process;
source_fetch_fn source_fetch_container;
source_fetch_fn source_fetch_instance;

/* NULL, or the rule that the URL or the endpoint breaks. */
const char *source_container_rule(struct tomb_str url);
const char *source_endpoint_rule(struct tomb_str endpoint);

#endif

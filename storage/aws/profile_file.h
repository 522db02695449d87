/*
 * The shared files of the AWS tools, ~/.aws/config and ~/.aws/credentials: one profile of one of them.
 * Sources: docs.aws.amazon.com/sdkref "Shared config and credentials files"; botocore configloader.py.
 */
#ifndef STORAGE_AWS_PROFILE_FILE_H
#define STORAGE_AWS_PROFILE_FILE_H

#include "tombstone/str.h"

enum { PROFILE_FILE_MAX = 1 << 18 }; /* bytes: hundreds of profiles */

enum profile_file_kind {
	PROFILE_FILE_CONFIG,     /* [profile NAME] and [default] */
	PROFILE_FILE_CREDENTIALS /* [NAME] */
};

/* What a profile may say about keys; other properties are none of our business. */
enum profile_key {
	PROFILE_ACCESS_KEY_ID,
	PROFILE_SECRET_ACCESS_KEY,
	PROFILE_SESSION_TOKEN,
	PROFILE_SECURITY_TOKEN, /* its name of old */
	PROFILE_CREDENTIAL_PROCESS,
	PROFILE_ROLE_ARN,
	PROFILE_ROLE_SESSION_NAME,
	PROFILE_WEB_IDENTITY_TOKEN_FILE,
	PROFILE_SOURCE_PROFILE,
	PROFILE_CREDENTIAL_SOURCE,
	PROFILE_SSO_SESSION,
	PROFILE_SSO_START_URL,
	PROFILE_SSO_REGION,
	PROFILE_SSO_ACCOUNT_ID,
	PROFILE_SSO_ROLE_NAME,
	PROFILE_LOGIN_SESSION,
	PROFILE_KEY_MAX
};

struct profile {
	bool found;                             /* the profile, be it empty */
	struct tomb_str value[PROFILE_KEY_MAX]; /* "" for what it does not say; borrowed from the text */
};

/* INVAL names file (what), line and rule, never a value: the whole text is checked, but for the other profiles'
 * values. */
enum tomb_code profile_file_parse(struct tomb_str text, enum profile_file_kind kind, const char *what,
	struct tomb_str name, struct profile *out, struct tomb_err *err) TOMB_MUST_USE;

const char *profile_key_name(enum profile_key key);

#endif

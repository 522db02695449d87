/* A profile as the two shared files tell it together. */
#ifndef STORAGE_AWS_PROFILES_H
#define STORAGE_AWS_PROFILES_H

#include "aws/profile_file.h"
#include "aws/secret_file.h"
#include "aws/source.h"

struct profiles {
	struct secret_file credentials_text;
	struct secret_file config_text;
	struct profile credentials;
	struct profile config;
};

/* Where the files are: AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, or below ~/.aws.  In the arena. */
enum tomb_code profiles_locate(struct source *source, struct tomb_arena *arena, struct tomb_err *err) TOMB_MUST_USE;

/*
 * Reads source->profile.  A file that others may write is FORBIDDEN: they would choose who we are, and what program
 * runs.  A file that a variable names must be there: NOTFOUND.
 */
enum tomb_code profiles_read(const struct source *source, struct profiles *out, struct tomb_err *err) TOMB_MUST_USE;
void profiles_fini(struct profiles *profiles); /* wipes */

#define PROFILES_AUTO TOMB_CLEANUP(profiles_fini) struct profiles

/* What the profile says, the credentials file first.  Borrowed from profiles. */
struct tomb_str profiles_value(const struct profiles *profiles, enum profile_key key);

#endif

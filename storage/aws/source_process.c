/* A program that gets keys from somewhere: credential_process of a profile. */
#include "aws/command_line.h"
#include "aws/keys_json.h"
#include "aws/process.h"
#include "aws/profiles.h"

enum { WORDS_ARENA_MAX = PROFILE_FILE_MAX + (1 << 13) };

/* The error text names the profile, not the command. */
static enum tomb_code run(
	const struct source *source, struct tomb_str command, struct aws_keys *out, struct tomb_err *err)
{
	TOMB_ARENA_SECRET_AUTO arena = tomb_arena_init(WORDS_ARENA_MAX);
	TOMB_SECRET_PAGES_AUTO pages = {NULL, 0};
	char **words = NULL;
	size_t n = 0;

	TOMB_TRY(command_line_split(command, &arena, &words, err));
	TOMB_TRY(tomb_secret_pages_map(KEYS_JSON_MAX, &pages, err));
	TOMB_TRY(process_run(words, source->process_timeout_ms, &pages, &n, err));
	return keys_json_read((struct tomb_str){pages.p, n}, KEYS_JSON_PROCESS, out, err);
}

enum tomb_code source_fetch_process(const struct source *source, struct aws_keys *out, struct tomb_err *err)
{
	PROFILES_AUTO p = {.credentials = {.found = false}};
	struct tomb_str command = {NULL, 0};

	TOMB_TRY(profiles_read(source, &p, err));
	command = profiles_value(&p, PROFILE_CREDENTIAL_PROCESS);
	if (!command.n)
		return TOMB_FAIL(err, TOMB_NOTFOUND, "profile %.*s has no credential_process any more",
			TOMB_STR_ARG(source->profile));
	return run(source, command, out, err);
}

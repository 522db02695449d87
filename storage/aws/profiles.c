#include "aws/profiles.h"

#include <limits.h>

static enum tomb_code keep_path(struct tomb_str folder, struct tomb_str name, struct tomb_arena *arena,
	struct tomb_str *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO path = tomb_buf_init(PATH_MAX);
	struct tomb_str text = {NULL, 0};

	tomb_buf_put(&path, folder);
	tomb_buf_put(&path, name);
	TOMB_TRY(tomb_buf_done(&path, &text, err));
	text = tomb_arena_str(arena, text);
	if (!text.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a path");
	*out = text;
	return TOMB_OK;
}

/* As the variable says, "~/" being HOME; else the name below HOME; else nowhere. */
static enum tomb_code locate(const struct source *source, enum aws_variable variable, struct tomb_str name,
	struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str home = source->env.value[AWS_HOME];
	struct tomb_str given = source->env.value[variable];

	*out = TOMB_STR("");
	if (given.n > 1 && given.p[0] == '~' && given.p[1] == '/')
		return keep_path(home, (struct tomb_str){given.p + 1, given.n - 1}, arena, out, err);
	if (given.n)
		return keep_path(given, TOMB_STR(""), arena, out, err);
	return home.n ? keep_path(home, name, arena, out, err) : TOMB_OK;
}

enum tomb_code profiles_locate(struct source *source, struct tomb_arena *arena, struct tomb_err *err)
{
	TOMB_TRY(locate(source, AWS_SHARED_CREDENTIALS_FILE, TOMB_STR("/.aws/credentials"), arena,
		&source->credentials_file, err));
	return locate(source, AWS_CONFIG_FILE, TOMB_STR("/.aws/config"), arena, &source->config_file, err);
}

/*
 * Keys in a file that others may read are refused, as in key files of our own: "aws configure" makes both files 0600,
 * so that this is what the AWS tools do as well.  A config file without keys may be read by all.
 */
static enum tomb_code check_mode(
	const char *path, const struct secret_file *file, const struct profile *profile, struct tomb_err *err)
{
	if (file->mode & 022)
		return TOMB_FAIL(
			err, TOMB_FORBIDDEN, "%s: mode %04o lets others write it; make it 0600", path, file->mode);
	if ((file->mode & 077) && profile->value[PROFILE_SECRET_ACCESS_KEY].n)
		return TOMB_FAIL(
			err, TOMB_FORBIDDEN, "%s: mode %04o lets others at the key; make it 0600", path, file->mode);
	return TOMB_OK;
}

static enum tomb_code read_one(const struct source *source, struct tomb_str path, enum profile_file_kind kind,
	bool must_be_there, struct secret_file *text, struct profile *out, struct tomb_err *err)
{
	struct tomb_err missing = {.text = ""};
	enum tomb_code code = path.n ? secret_file_read(path.p, PROFILE_FILE_MAX, text, &missing) : TOMB_OK;

	if (path.n == 0 || (code == TOMB_NOTFOUND && !must_be_there))
		return profile_file_parse(TOMB_STR(""), kind, "", source->profile, out, err);
	if (code != TOMB_OK) {
		*err = missing;
		return code;
	}
	TOMB_TRY(profile_file_parse(text->text, kind, path.p, source->profile, out, err));
	return check_mode(path.p, text, out, err);
}

enum tomb_code profiles_read(const struct source *source, struct profiles *out, struct tomb_err *err)
{
	PROFILES_AUTO read = {.credentials = {.found = false}};

	TOMB_TRY(read_one(source, source->credentials_file, PROFILE_FILE_CREDENTIALS,
		source->env.value[AWS_SHARED_CREDENTIALS_FILE].n > 0, &read.credentials_text, &read.credentials, err));
	TOMB_TRY(read_one(source, source->config_file, PROFILE_FILE_CONFIG, source->env.value[AWS_CONFIG_FILE].n > 0,
		&read.config_text, &read.config, err));
	*out = read;
	read.credentials_text.pages.p = NULL;
	read.config_text.pages.p = NULL;
	return TOMB_OK;
}

void profiles_fini(struct profiles *profiles)
{
	secret_file_fini(&profiles->credentials_text);
	secret_file_fini(&profiles->config_text);
}

struct tomb_str profiles_value(const struct profiles *profiles, enum profile_key key)
{
	struct tomb_str first = profiles->credentials.value[key];

	return first.n ? first : profiles->config.value[key];
}

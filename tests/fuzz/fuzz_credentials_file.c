/* The shared files of the AWS tools, and the command in them: what is read lies in the text, and errors do not quote.
 */
#include "../../storage/aws/command_line.h"
#include "../../storage/aws/profile_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void check_error(const struct tomb_err *err)
{
	check(err->text[0] != '\0' && !strstr(err->text, "SECRET"));
}

static void check_command(struct tomb_str command)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_err err = {.text = ""};
	char **words = NULL;
	size_t bytes = 0;
	size_t n = 0;

	if (command_line_split(command, &arena, &words, &err) != TOMB_OK) {
		check_error(&err);
		return;
	}
	for (; words[n]; n++)
		bytes += strlen(words[n]);
	check(n >= 1 && n <= COMMAND_WORDS_MAX && bytes <= command.n);
}

static void check_profile(const struct profile *p, struct tomb_str text)
{
	for (int i = 0; i < PROFILE_KEY_MAX; i++) {
		struct tomb_str value = p->value[i];

		check(value.p && (p->found || value.n == 0));
		if (value.n == 0)
			continue;
		check(value.p >= text.p && value.p + value.n <= text.p + text.n);
		check(!memchr(value.p, '\n', value.n) && !memchr(value.p, '\0', value.n));
	}
	check_command(p->value[PROFILE_CREDENTIAL_PROCESS]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"default", "p"};
	struct tomb_str text = {(const char *)data, size};

	for (size_t i = 0; i < TOMB_COUNTOF(names); i++)
		for (int kind = PROFILE_FILE_CONFIG; kind <= PROFILE_FILE_CREDENTIALS; kind++) {
			struct tomb_err err = {.text = ""};
			struct profile profile;

			if (profile_file_parse(text, (enum profile_file_kind)kind, "f", tomb_str_from(names[i]),
				    &profile, &err) == TOMB_OK)
				check_profile(&profile, text);
			else
				check_error(&err);
		}
	check_command(text);
	return 0;
}

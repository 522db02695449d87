#include "config_internal.h"

#include <assert.h>
#include <stdio.h>

/* ---- the environment ---- */

const char *tomb_config_env(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env && *env; env++) {
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	}
	return NULL;
}

/* "lanes" as TOMBSTONE_LANES. */
static void env_name(const char *key, char out[static TOMB_CONFIG_NAME_MAX])
{
	int n = snprintf(out, TOMB_CONFIG_NAME_MAX, "TOMBSTONE_%s", key);

	assert(n < TOMB_CONFIG_NAME_MAX); /* keys are ours */
	for (; *out; out++) {
		if (*out >= 'a' && *out <= 'z')
			*out = (char)(*out - 'a' + 'A');
	}
}

enum tomb_code tomb_config_assign_env(const struct tomb_config_loading *load, struct tomb_err *err)
{
	for (size_t i = 0; i < load->table->nkeys; i++) {
		const struct tomb_config_key *key = &load->table->keys[i];
		char name[TOMB_CONFIG_NAME_MAX];
		const char *value = NULL;

		env_name(key->name, name);
		value = tomb_config_env(load->source->env, name);
		if (value)
			TOMB_TRY(tomb_config_assign(load, key, tomb_str_from(value), name, err));
	}
	return TOMB_OK;
}

/* ---- the command line ---- */

/* An option as it stands there. */
struct option {
	struct tomb_str name; /* without the hyphens */
	const char *value;    /* behind "="; NULL if there is none */
	const char *next;     /* the argument after it; NULL if there is none */
	bool used_next;
};

static struct option read_option(const struct tomb_config_source *source, int at)
{
	const char *name = source->argv[at] + 2;
	size_t n = strcspn(name, "=");

	return (struct option){
		.name = {name, n},
		.value = name[n] == '=' ? name + n + 1 : NULL,
		.next = at + 1 < source->argc ? source->argv[at + 1] : NULL,
	};
}

/* What stands behind "=", or else the next argument. */
static enum tomb_code take_value(struct option *option, const char **out, struct tomb_err *err)
{
	if (!option->value && !option->next)
		return TOMB_FAIL(err, TOMB_INVAL, "--%.*s needs a value", TOMB_STR_ARG(option->name));
	option->used_next = !option->value;
	*out = option->value ? option->value : option->next;
	return TOMB_OK;
}

/* --help and its like: true if option is one of them. */
static bool take_wish(const struct option *option, enum tomb_config_wish *out)
{
	static const struct {
		const char *name;
		enum tomb_config_wish wish;
	} wishes[] = {{"help", TOMB_CONFIG_HELP}, {"version", TOMB_CONFIG_VERSION}, {"show-config", TOMB_CONFIG_SHOW}};

	for (size_t i = 0; i < TOMB_COUNTOF(wishes); i++) {
		if (!option->value && tomb_str_eq(option->name, tomb_str_from(wishes[i].name))) {
			*out = wishes[i].wish;
			return true;
		}
	}
	return false;
}

static enum tomb_code take_key(
	const struct tomb_config_loading *load, struct option *option, bool assigning, struct tomb_err *err)
{
	const struct tomb_config_key *key = tomb_config_find(load->table, option->name);
	char origin[TOMB_CONFIG_NAME_MAX];
	const char *value = "yes";

	if (!key)
		return TOMB_FAIL(err, TOMB_INVAL, "unknown option --%.*s; --help lists the known ones",
			(int)(option->name.n > TOMB_CONFIG_NAME_MAX ? TOMB_CONFIG_NAME_MAX : option->name.n),
			option->name.p);
	if (key->kind != TOMB_CFG_BOOL || option->value)
		TOMB_TRY(take_value(option, &value, err));
	(void)snprintf(origin, sizeof origin, "--%s", key->name);
	return assigning ? tomb_config_assign(load, key, tomb_str_from(value), origin, err) : TOMB_OK;
}

enum tomb_code tomb_config_walk_args(struct tomb_config_loading *load, bool assigning, struct tomb_err *err)
{
	const struct tomb_config_source *source = load->source;
	int at = 1;

	for (; at < source->argc && source->argv[at][0] == '-'; at++) {
		struct option option = {.used_next = false};

		if (strcmp(source->argv[at], "--") == 0) {
			at++;
			break;
		}
		if (strcmp(source->argv[at], "-h") == 0) {
			load->wish = TOMB_CONFIG_HELP;
			continue;
		}
		if (source->argv[at][1] != '-')
			return TOMB_FAIL(err, TOMB_INVAL, "unknown option %.*s; --help lists the known ones",
				TOMB_CONFIG_NAME_MAX, source->argv[at]);
		option = read_option(source, at);
		if (tomb_str_eq(option.name, TOMB_STR("config")))
			TOMB_TRY(take_value(&option, &load->file, err));
		else if (!take_wish(&option, &load->wish))
			TOMB_TRY(take_key(load, &option, assigning, err));
		at += option.used_next ? 1 : 0;
	}
	load->rest = at < source->argc ? at : source->argc;
	if (!load->table->operands && load->rest < source->argc)
		return TOMB_FAIL(err, TOMB_INVAL, "unexpected argument \"%.*s\": %s takes options only",
			TOMB_CONFIG_NAME_MAX, source->argv[load->rest], load->table->program);
	return TOMB_OK;
}

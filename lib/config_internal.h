/* Configuration, between its files: one load in progress, and one setting. */
#ifndef TOMB_LIB_CONFIG_INTERNAL_H
#define TOMB_LIB_CONFIG_INTERNAL_H

#include "tombstone/config.h"

enum { TOMB_CONFIG_NAME_MAX = 64 }; /* bytes of an unknown name that are repeated in an error */

/* One load in progress.  config becomes the caller's only when all of it is good. */
struct tomb_config_loading {
	const struct tomb_config_table *table;
	const struct tomb_config_source *source;
	struct tomb_arena *arena;
	void *config;
	const char **origins; /* one for each key */
	const char *file;     /* from --config; NULL for none */
	enum tomb_config_wish wish;
	int rest;
};

/* The key called name, where "-" may stand for "_"; NULL if there is none. */
const struct tomb_config_key *tomb_config_find(const struct tomb_config_table *table, struct tomb_str name);

/* Reads text into the key's field and copies the origin, with which an error begins. */
enum tomb_code tomb_config_assign(const struct tomb_config_loading *load, const struct tomb_config_key *key,
	struct tomb_str text, const char *origin, struct tomb_err *err) TOMB_MUST_USE;

/* Assigns what the file named by --config, by TOMBSTONE_CONFIG or by the table says. */
enum tomb_code tomb_config_assign_file(const struct tomb_config_loading *load, struct tomb_err *err) TOMB_MUST_USE;

/* The value of a variable of the environment; NULL if it is not set. */
const char *tomb_config_env(char *const *env, const char *name);
enum tomb_code tomb_config_assign_env(const struct tomb_config_loading *load, struct tomb_err *err) TOMB_MUST_USE;

/* Goes over the command line: finds file, wish and rest, and every unknown option; assigns the keys if assigning. */
enum tomb_code tomb_config_walk_args(
	struct tomb_config_loading *load, bool assigning, struct tomb_err *err) TOMB_MUST_USE;

/* Reads text by the rule of key into its field of config.  INVAL with a text that is the rule: "lanes must be ...". */
enum tomb_code tomb_config_value_set(const struct tomb_config_key *key, struct tomb_str text, struct tomb_arena *arena,
	void *config, struct tomb_err *err) TOMB_MUST_USE;

/* True for a key that must be set and is not. */
bool tomb_config_value_is_missing(const struct tomb_config_key *key, const void *config);

/* The rule in words: "a whole number from 1 to 64 (lanes)". */
void tomb_config_value_rule(const struct tomb_config_key *key, struct tomb_buf *out);

#endif

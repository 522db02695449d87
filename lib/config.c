#include "tombstone/config.h"

#include "config_internal.h"

const struct tomb_config_key *tomb_config_find(const struct tomb_config_table *table, struct tomb_str name)
{
	for (size_t i = 0; i < table->nkeys; i++) {
		const char *known = table->keys[i].name;
		size_t n = 0;

		while (n < name.n && known[n] && (known[n] == name.p[n] || (known[n] == '_' && name.p[n] == '-')))
			n++;
		if (n == name.n && known[n] == '\0')
			return &table->keys[i];
	}
	return NULL;
}

enum tomb_code tomb_config_assign(const struct tomb_config_loading *load, const struct tomb_config_key *key,
	struct tomb_str text, const char *origin, struct tomb_err *err)
{
	const char *kept = tomb_arena_str(load->arena, tomb_str_from(origin)).p;

	if (!kept)
		return TOMB_FAIL(err, TOMB_NOMEM, "%s: %s", origin, key->name);
	if (tomb_config_value_set(key, text, load->arena, load->config, err) != TOMB_OK)
		return tomb_err_in(err, origin);
	load->origins[key - load->table->keys] = kept;
	return TOMB_OK;
}

static enum tomb_code assign_presets(const struct tomb_config_loading *load, struct tomb_err *err)
{
	for (size_t i = 0; i < load->table->nkeys; i++) {
		const struct tomb_config_key *key = &load->table->keys[i];

		TOMB_TRY(tomb_config_assign(load, key, tomb_str_from(key->preset), "default", err));
	}
	return TOMB_OK;
}

static enum tomb_code check_missing(const struct tomb_config_loading *load, struct tomb_err *err)
{
	for (size_t i = 0; i < load->table->nkeys; i++) {
		const struct tomb_config_key *key = &load->table->keys[i];

		if (tomb_config_value_is_missing(key, load->config))
			return TOMB_FAIL(err, TOMB_INVAL,
				"%s must be set: in the configuration file, as TOMBSTONE_... or as --%s (see --help)",
				key->name, key->name);
	}
	return TOMB_OK;
}

enum tomb_code tomb_config_load(const struct tomb_config_table *table, const struct tomb_config_source *source,
	struct tomb_arena *arena, void *out, struct tomb_config_found *found, struct tomb_err *err)
{
	struct tomb_config_loading load = {
		.table = table,
		.source = source,
		.arena = arena,
		.config = tomb_arena_get(arena, 1, table->size),
		.origins = TOMB_NEW(arena, const char *, table->nkeys),
		.wish = TOMB_CONFIG_RUN,
	};

	if (!load.config || !load.origins)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading the configuration");
	TOMB_TRY(tomb_config_walk_args(&load, false, err));
	if (load.wish == TOMB_CONFIG_RUN || load.wish == TOMB_CONFIG_SHOW) {
		TOMB_TRY(assign_presets(&load, err));
		TOMB_TRY(tomb_config_assign_file(&load, err));
		TOMB_TRY(tomb_config_assign_env(&load, err));
		TOMB_TRY(tomb_config_walk_args(&load, true, err));
		TOMB_TRY(check_missing(&load, err));
		memcpy(out, load.config, table->size);
	}
	*found = (struct tomb_config_found){.wish = load.wish, .rest = load.rest, .origins = load.origins};
	return TOMB_OK;
}

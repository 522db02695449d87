#include "registry_config.h"

static const struct tomb_config_key keys[] = {
#define TOMB_CFG(...) TOMB_CFG_KEY(struct tomb_registry_config, __VA_ARGS__)
#include "config.def"
#undef TOMB_CFG
};

const struct tomb_config_table *tomb_registry_config_table(void)
{
	static const struct tomb_config_table table = {
		.program = "tombstone-registry",
		.summary = "The registry of what a repository holds and deletes: web pages, API, dispatcher.",
		.file = "/etc/tombstone/registry.conf",
		.keys = keys,
		.nkeys = TOMB_COUNTOF(keys),
		.size = sizeof(struct tomb_registry_config),
	};

	return &table;
}

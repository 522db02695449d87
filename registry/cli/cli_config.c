#include "cli_config.h"

static const struct tomb_config_key keys[] = {
#define TOMB_CFG(...) TOMB_CFG_KEY(struct tomb_cli_config, __VA_ARGS__)
#include "config.def"
#undef TOMB_CFG
};

const struct tomb_config_table *tomb_cli_config_table(void)
{
	static const struct tomb_config_table table = {
		.program = "tombstone",
		.summary = "The operator's command; \"tombstone help\" lists what it can do.",
		.operands = "COMMAND [ARGUMENT]...",
		.file = "/etc/tombstone/tombstone.conf",
		.keys = keys,
		.nkeys = TOMB_COUNTOF(keys),
		.size = sizeof(struct tomb_cli_config),
	};

	return &table;
}

#include "worker_config.h"

static const struct tomb_config_key keys[] = {
#define TOMB_CFG(...) TOMB_CFG_KEY(struct tomb_worker_config, __VA_ARGS__)
#include "config.def"
#undef TOMB_CFG
};

const struct tomb_config_table *tomb_worker_config_table(void)
{
	static const struct tomb_config_table table = {
		.program = "tombstone-worker",
		.summary = "Deletes what was approved, after every check, and records that it is gone.",
		.file = "/etc/tombstone/worker.conf",
		.keys = keys,
		.nkeys = TOMB_COUNTOF(keys),
		.size = sizeof(struct tomb_worker_config),
	};

	return &table;
}

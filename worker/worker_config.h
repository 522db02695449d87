/* The settings of tombstone-worker. */
#ifndef TOMB_WORKER_CONFIG_H
#define TOMB_WORKER_CONFIG_H

#include "tombstone/config.h"

struct tomb_worker_config {
#define TOMB_CFG(...) TOMB_CFG_FIELD(__VA_ARGS__)
#include "config.def"
#undef TOMB_CFG
};

const struct tomb_config_table *tomb_worker_config_table(void);

#endif

/* The settings of tombstone. */
#ifndef TOMB_CLI_CONFIG_H
#define TOMB_CLI_CONFIG_H

#include "tombstone/config.h"

struct tomb_cli_config {
#define TOMB_CFG(...) TOMB_CFG_FIELD(__VA_ARGS__)
#include "config.def"
#undef TOMB_CFG
};

const struct tomb_config_table *tomb_cli_config_table(void);

#endif

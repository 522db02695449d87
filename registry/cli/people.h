/* What commands about accounts share. */
#ifndef TOMB_CLI_PEOPLE_H
#define TOMB_CLI_PEOPLE_H

#include "cli.h"
#include "tombstone/user.h"

/* NOTFOUND. */
enum tomb_code cli_find_user(
	struct cli *cli, struct tomb_str email, struct tomb_user *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

#include "commands.h"
#include "output.h"
#include "people.h"
#include "tombstone/api_key.h"
#include "tombstone/secret.h"

#include <inttypes.h>

enum tomb_code cli_api_key_create(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {
		{NULL, "id", CLI_NUMBER}, {NULL, "email", CLI_TEXT}, {NULL, "key", CLI_TEXT}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_str name = cli_has(cli, "name") ? cli_value(cli, "name") : TOMB_STR("cli");
	char key[TOMB_API_KEY_TEXT] = "";
	struct tomb_user user;
	enum tomb_code code = TOMB_OK;
	int64_t id = 0;

	TOMB_TRY(cli_find_user(cli, cli_operand(cli, 0), &user, err));
	TOMB_TRY(tomb_api_key_create(cli->pg, &cli->actor, user.id, name, &id, key, err));
	cli_put_int(&t, id);
	cli_put_str(&t, user.email);
	cli_put_str(&t, tomb_str_from(key));
	/* The key alone, so that it can be sent into a file. */
	code = cli_print_done(&t, err, "%s", key);
	tomb_wipe(key, sizeof key);
	return code;
}

enum tomb_code cli_api_key_list(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"ID", "id", CLI_NUMBER}, {"E-MAIL", "email", CLI_TEXT},
		{"NAME", "name", CLI_TEXT}, {"REVOKED", "is_revoked", CLI_YES}, {"SINCE", "created_at", CLI_TIME}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_user user = {.id = 0};
	struct tomb_api_key *list = NULL;
	size_t n = TOMB_API_KEY_PAGE_MAX;
	int64_t after = 0;

	if (cli_has(cli, "email"))
		TOMB_TRY(cli_find_user(cli, cli_value(cli, "email"), &user, err));
	while (n == TOMB_API_KEY_PAGE_MAX) {
		TOMB_TRY(tomb_api_key_list(cli->pg, &cli->actor, user.id, after, cli->arena, &list, &n, err));
		for (size_t i = 0; i < n; i++) {
			cli_put_int(&t, list[i].id);
			cli_put_str(&t, list[i].email);
			cli_put_str(&t, list[i].name);
			cli_put_yes(&t, list[i].is_revoked);
			cli_put_int(&t, list[i].created_at_us);
			after = list[i].id;
		}
	}
	return cli_print_rows(&t, err);
}

enum tomb_code cli_api_key_revoke(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "id", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	int64_t id = 0;

	TOMB_TRY(cli_number(cli, "ID", cli_operand(cli, 0), 1, INT64_MAX, &id, err));
	TOMB_TRY(tomb_api_key_revoke(cli->pg, &cli->actor, id, err));
	cli_put_int(&t, id);
	return cli_print_done(&t, err, "API key %" PRId64 " is revoked.", id);
}

/* Archives of a vault, which no ingest brought there: the ledger learns of them one by one. */
#include "commands.h"
#include "output.h"
#include "tombstone/copy.h"
#include "tombstone/store.h"
#include "tombstone/time.h"
#include "tombstone/version.h"

#include <stdio.h>
#include <unistd.h>

enum { AGENT_MAX = 512 };

static enum tomb_code find_store(
	struct cli *cli, struct tomb_stores *stores, struct tomb_store **out, struct tomb_err *err)
{
	struct tomb_store *store = NULL;
	struct tomb_probe probe;

	TOMB_TRY(tomb_stores_find(stores, cli_operand(cli, 0), &store, err));
	TOMB_TRY(tomb_store_probe(store, &probe, err));
	if (probe.can_look)
		return TOMB_FAIL(err, TOMB_UNSUPPORTED,
			"backend %s gets its copies by ingest, which reads what it stores: only archives of a vault "
			"are registered",
			tomb_store_name(store).p);
	*out = store;
	return TOMB_OK;
}

static enum tomb_code read_time(struct cli *cli, int64_t *us, struct tomb_err *err)
{
	struct tomb_err why;

	if (cli_has(cli, "stored") && tomb_time_parse(cli_value(cli, "stored"), us, &why) != TOMB_OK)
		return CLI_MISUSE(cli, err, "--stored: %s", why.text);
	return TOMB_OK;
}

enum tomb_code cli_storage_register(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "copy_id", CLI_NUMBER}, {NULL, "url", CLI_TEXT}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	TOMB_STORES_AUTO *stores = NULL;
	struct tomb_store *store = NULL;
	struct tomb_copy_found found = {.file_identifier = cli_operand(cli, 2), .backend = cli_operand(cli, 0)};
	char host[AGENT_MAX / 2] = "localhost";
	char agent[AGENT_MAX];
	int64_t id = 0;

	if (cli->config.backends_file.n == 0)
		return CLI_MISUSE(cli, err, "the setting backends_file is missing");
	TOMB_TRY(read_time(cli, &found.stored_at_us, err));
	TOMB_TRY(tomb_stores_open(cli->config.backends_file.p, &stores, err));
	TOMB_TRY(find_store(cli, stores, &store, err));
	TOMB_TRY(tomb_store_url(store, cli_operand(cli, 1), cli->arena, &found.url, err));
	(void)gethostname(host, sizeof host - 1);
	(void)snprintf(agent, sizeof agent, "tombstone/%s %s", tomb_version(), host);
	found.agent = tomb_str_from(agent);
	TOMB_TRY(tomb_copy_register(cli->pg, &cli->actor, &found, &id, err));
	cli_put_int(&t, id);
	cli_put_str(&t, found.url);
	return cli_print_done(&t, err, "%.*s is known as a copy of %.*s. Its bytes were not read.",
		TOMB_STR_ARG(found.url), TOMB_STR_ARG(found.file_identifier));
}

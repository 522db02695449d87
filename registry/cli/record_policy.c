/* What others see of deleted records: the ledger's one policy. */
#include "commands.h"
#include "output.h"
#include "tombstone/oai_policy.h"

static enum tomb_code show(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"Deleted FOLIO records", "compat_folio", CLI_TEXT},
		{"Harvesters hear of deletions", "deleted_record", CLI_TEXT},
		{"Since", "deleted_record_since", CLI_TIME},
		{"Suppressed records are harvested", "suppressed", CLI_TEXT},
		{"Holdings are harvested", "expose_holdings", CLI_YES},
		{"Objects are harvested", "expose_objects", CLI_YES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_oai_policy policy;

	TOMB_TRY(tomb_oai_policy_get(cli->pg, &policy, err));
	cli_put_str(&t, policy.is_as_seed ? TOMB_STR("seed") : TOMB_STR("consistent"));
	cli_put_str(&t, tomb_str_from(tomb_oai_deleted_record_name(policy.deleted_record)));
	cli_put_int(&t, policy.deleted_record_since_us);
	cli_put_str(&t, policy.hides_suppressed ? TOMB_STR("skip") : TOMB_STR("flag"));
	cli_put_yes(&t, policy.shows_holdings);
	cli_put_yes(&t, policy.shows_objects);
	return cli_print_one(&t, err);
}

enum tomb_code cli_record_policy(struct cli *cli, struct tomb_err *err)
{
	struct tomb_oai_policy_change change = {
		.compat_folio = cli_value(cli, "compat"),
		.deleted_record = cli_value(cli, "deleted-record"),
		.suppressed = cli_value(cli, "suppressed"),
		.holdings = cli_value(cli, "holdings"),
		.objects = cli_value(cli, "objects"),
	};
	enum tomb_code code = TOMB_OK;

	if (cli->nvalues > 0) {
		code = tomb_oai_policy_set(cli->pg, &cli->actor, &change, err);
		cli->is_misused = code == TOMB_INVAL;
		TOMB_TRY(code);
	}
	return show(cli, err);
}

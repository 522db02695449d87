/* What copies cost: for estimates of what early deletion costs. */
#include "commands.h"
#include "output.h"
#include "tombstone/retention.h"
#include "tombstone/retention_fee.h"
#include "tombstone/storage_price.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	BACKENDS_MAX = 64,            /* of one option */
	BILLED_BYTES_MAX = 1073741824 /* as in the ledger */
};

static size_t named_backends(struct cli *cli, struct tomb_str out[static BACKENDS_MAX])
{
	size_t n = 0;

	while (n < BACKENDS_MAX && cli_value_at(cli, "backend", n, &out[n]))
		n++;
	return n;
}

static enum tomb_code read_price(struct cli *cli, struct tomb_storage_price *out, struct tomb_err *err)
{
	struct tomb_str text = cli_operand(cli, 1);
	struct tomb_str currency = TOMB_STR("");
	struct tomb_storage_price price = {.currency = TOMB_STR(""), .billed_days = -1};
	bool has_currency = cli_value_at(cli, NULL, 2, &currency);
	int64_t days = -1;

	if (tomb_str_eq(text, TOMB_STR("none"))) {
		*out = price;
		return has_currency ? CLI_MISUSE(cli, err, "no price has no currency") : TOMB_OK;
	}
	if (!tomb_retention_fee_parse(text, &price.nanos))
		return CLI_MISUSE(cli, err,
			"\"%.*s\" is no price: a number from 0 to 1000 with at most nine digits behind the point, or "
			"none",
			TOMB_STR_ARG(text));
	if (currency.n != 3)
		return CLI_MISUSE(cli, err, "a price needs its currency, three capital letters such as EUR");
	price.currency = currency;
	if (cli_has(cli, "days"))
		TOMB_TRY(cli_number(cli, "--days", cli_value(cli, "days"), 0, TOMB_RETENTION_DAYS_MAX, &days, err));
	if (cli_has(cli, "bytes"))
		TOMB_TRY(cli_number(
			cli, "--bytes", cli_value(cli, "bytes"), 0, BILLED_BYTES_MAX, &price.billed_bytes, err));
	price.billed_days = (int32_t)days;
	*out = price;
	return TOMB_OK;
}

enum tomb_code cli_storage_price(struct cli *cli, struct tomb_err *err)
{
	struct tomb_str backends[BACKENDS_MAX] = {{NULL, 0}};
	size_t n = named_backends(cli, backends);
	struct tomb_storage_price price;

	TOMB_TRY(read_price(cli, &price, err));
	TOMB_TRY(tomb_storage_price_set(
		cli->pg, &cli->actor, cli_operand(cli, 0), (struct tomb_strs){backends, n}, &price, err));
	return cli_storage_prices(cli, err);
}

/* "0.0036 USD": as many digits as it has. */
static enum tomb_code put_price(struct cli_table *t, const struct tomb_storage_price *p, struct tomb_err *err)
{
	char text[48] = "";
	struct tomb_str kept;
	int n = 0;

	if (p->currency.n > 0) {
		n = snprintf(text, sizeof text, "%" PRId64 ".%09" PRId64, p->nanos / 1000000000, p->nanos % 1000000000);
		while (text[n - 1] == '0' && text[n - 3] != '.')
			n--;
		(void)snprintf(text + n, sizeof text - (size_t)n, " %.3s", p->currency.p);
	}
	kept = tomb_arena_str(t->cli->arena, tomb_str_from(text));
	if (!kept.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a price");
	cli_put_str(t, kept);
	return TOMB_OK;
}

enum tomb_code cli_storage_prices(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"OPTION", "option", CLI_TEXT}, {"BACKEND", "backend", CLI_TEXT},
		{"DAYS", "min_days", CLI_NUMBER}, {"GB AND MONTH", "price", CLI_TEXT},
		{"BILLED DAYS", "billed_days", CLI_NUMBER}, {"BILLED BYTES", "billed_bytes", CLI_NUMBER}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_storage_price *list = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_storage_price_list(cli->pg, cli->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		cli_put_str(&t, list[i].option);
		cli_put_str(&t, list[i].backend);
		cli_put_int(&t, list[i].min_days);
		TOMB_TRY(put_price(&t, &list[i], err));
		cli_put_int(&t, list[i].billed_days);
		cli_put_int(&t, list[i].billed_bytes);
	}
	return cli_print_rows(&t, err);
}

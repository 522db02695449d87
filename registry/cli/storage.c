#include "commands.h"
#include "output.h"
#include "tombstone/retention.h"
#include "tombstone/storage_option.h"
#include "tombstone/store.h"

enum { BACKENDS_MAX = 16 }; /* of one option */

struct setup {
	struct cli *cli;
	struct tomb_stores *stores;
};

static enum tomb_code make(
	struct setup *s, struct tomb_str name, int32_t days, struct tomb_strs backends, struct tomb_err *err)
{
	return tomb_storage_option_create(s->cli->pg, &s->cli->actor, name, days, backends, err);
}

/* "NAME[:DAYS]=BACKEND[,BACKEND]..." */
static enum tomb_code make_from_text(struct setup *s, struct tomb_str text, struct tomb_err *err)
{
	const char *equals = memchr(text.p, '=', text.n);
	struct tomb_str name = {text.p, equals ? (size_t)(equals - text.p) : text.n};
	const char *colon = name.n > 0 ? memchr(name.p, ':', name.n) : NULL;
	struct tomb_str backends[BACKENDS_MAX];
	const struct tomb_retention_option *usual = NULL;
	int64_t days = 0;
	size_t n = 0;

	if (!equals)
		return CLI_MISUSE(
			s->cli, err, "--option %.*s: it is NAME[:DAYS]=BACKEND[,BACKEND]...", TOMB_STR_ARG(text));
	if (colon) {
		struct tomb_str number = {colon + 1, (size_t)(equals - colon) - 1};

		TOMB_TRY(cli_number(s->cli, "the days of --option", number, 0, TOMB_RETENTION_DAYS_MAX, &days, err));
		name.n = (size_t)(colon - name.p);
	}
	usual = tomb_retention_option(name);
	if (!colon && !usual)
		return CLI_MISUSE(s->cli, err, "\"%.*s\" is no usual option: say its days, as in %.*s:30=...",
			TOMB_STR_ARG(name), TOMB_STR_ARG(name));
	if (usual && colon && days < usual->min_days)
		return CLI_MISUSE(s->cli, err, "%.*s is kept %d days at least", TOMB_STR_ARG(name), usual->min_days);
	if (!colon)
		days = usual->min_days;
	for (const char *p = equals + 1; p <= text.p + text.n; p++) {
		size_t part = strcspn(p, ",");

		if (n == BACKENDS_MAX)
			return CLI_MISUSE(s->cli, err, "an option has at most %d backends", BACKENDS_MAX);
		backends[n++] = (struct tomb_str){p, part};
		p += part;
	}
	return make(s, name, (int32_t)days, (struct tomb_strs){backends, n}, err);
}

/* The backends that --backend names, or all. */
static enum tomb_code default_backends(struct setup *s, struct tomb_str *out, size_t *n, struct tomb_err *err)
{
	size_t count = 0;

	while (count < BACKENDS_MAX && cli_value_at(s->cli, "backend", count, &out[count]))
		count++;
	if (count == 0 && tomb_stores_count(s->stores) > BACKENDS_MAX)
		return CLI_MISUSE(s->cli, err, "the backends file has more than %d backends: name some with --backend",
			BACKENDS_MAX);
	for (size_t i = 0; count == i && i < tomb_stores_count(s->stores); i++)
		out[count++] = tomb_store_name(tomb_stores_at(s->stores, i));
	*n = count;
	return TOMB_OK;
}

static enum tomb_code make_defaults(struct setup *s, struct tomb_err *err)
{
	struct tomb_str backends[BACKENDS_MAX];
	const struct tomb_retention_option *usual = NULL;
	size_t nbackends = 0;
	size_t n = 0;

	TOMB_TRY(default_backends(s, backends, &nbackends, err));
	usual = tomb_retention_options(&n);
	for (size_t i = 0; i < n; i++)
		TOMB_TRY(make(s, tomb_str_from(usual[i].name), usual[i].min_days,
			(struct tomb_strs){backends, nbackends}, err));
	return TOMB_OK;
}

enum tomb_code cli_storage_options(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"OPTION", "name", CLI_TEXT}, {"DAYS", "min_days", CLI_NUMBER},
		{"COPIES", "copies", CLI_NUMBER}, {"BACKENDS", "backends", CLI_TEXT}, {NULL, "created_at", CLI_TIME}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_storage_option *list = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_storage_option_list(cli->pg, cli->arena, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct tomb_str backends;

		TOMB_TRY(cli_join(cli, list[i].backends, &backends, err));
		cli_put_str(&t, list[i].name);
		cli_put_int(&t, list[i].min_days);
		cli_put_int(&t, (int64_t)list[i].backends.n);
		cli_put_str(&t, backends);
		cli_put_int(&t, list[i].created_at_us);
	}
	return cli_print_rows(&t, err);
}

enum tomb_code cli_storage_setup(struct cli *cli, struct tomb_err *err)
{
	TOMB_STORES_AUTO *stores = NULL;
	struct setup s = {.cli = cli};
	struct tomb_str text;

	if (cli->config.backends_file.n == 0)
		return CLI_MISUSE(cli, err, "the setting backends_file is missing");
	TOMB_TRY(tomb_stores_open(cli->config.backends_file.p, &stores, err));
	s.stores = stores;
	for (size_t i = 0; i < tomb_stores_count(stores); i++)
		TOMB_TRY(tomb_storage_backend_create(
			cli->pg, &cli->actor, tomb_store_name(tomb_stores_at(stores, i)), err));
	for (size_t i = 0; cli_value_at(cli, "option", i, &text); i++)
		TOMB_TRY(make_from_text(&s, text, err));
	if (cli_has(cli, "defaults"))
		TOMB_TRY(make_defaults(&s, err));
	return cli_storage_options(cli, err);
}

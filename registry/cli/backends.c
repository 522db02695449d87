/* Backends: what they are, what was found there, and how they are treated. */
#include "commands.h"
#include "output.h"
#include "tombstone/backend.h"
#include "tombstone/clock.h"
#include "tombstone/retention.h"
#include "tombstone/store.h"

#include <inttypes.h>
#include <stdio.h>

/* The backends file's word, where this command can read it; the rest is the ledger's. */
static enum tomb_code open_stores(struct cli *cli, struct tomb_stores **out, struct tomb_err *err)
{
	if (cli->config.backends_file.n == 0)
		return TOMB_OK;
	return tomb_stores_open(cli->config.backends_file.p, out, err);
}

static const struct tomb_backend *find(const struct tomb_backends *known, struct tomb_str name)
{
	for (size_t i = 0; i < known->n; i++)
		if (tomb_str_eq(known->p[i].name, name))
			return &known->p[i];
	return NULL;
}

/* The one of that name; NULL without a backends file, or if it does not name it. */
static struct tomb_store *store_of(struct tomb_stores *stores, struct tomb_str name)
{
	struct tomb_store *found = NULL;
	struct tomb_err ignored;

	return stores && tomb_stores_find(stores, name, &found, &ignored) == TOMB_OK ? found : NULL;
}

static const struct cli_column list_columns[] = {{"BACKEND", "name", CLI_TEXT}, {"KIND", "kind", CLI_TEXT},
	{"WHERE", "where", CLI_TEXT}, {"MINIMUM", "retention", CLI_TEXT}, {"PROBED", "probed_at", CLI_TIME},
	{"OPTIONS", "options", CLI_TEXT}, {NULL, "is_in_file", CLI_YES}, {NULL, "is_in_ledger", CLI_YES}};

static enum tomb_code put_backend(struct cli_table *t, struct tomb_str name, const struct tomb_backend *known,
	const struct tomb_store *store, bool has_file, struct tomb_err *err)
{
	struct tomb_str options = TOMB_STR("(not in the ledger: run storage setup)");

	if (known)
		TOMB_TRY(cli_join(t->cli, known->options, &options, err));
	cli_put_str(t, name);
	cli_put_str(t, store ? tomb_store_kind(store) : TOMB_STR(""));
	cli_put_str(t, store      ? tomb_store_where(store)
		       : has_file ? TOMB_STR("(not in the backends file)")
				  : TOMB_STR("(no backends file)"));
	cli_put_str(t, known ? known->retention : TOMB_STR(""));
	cli_put_int(t, known ? known->probed_at_us : 0);
	cli_put_str(t, options);
	cli_put_yes(t, store != NULL);
	cli_put_yes(t, known != NULL);
	return TOMB_OK;
}

enum tomb_code cli_storage_list(struct cli *cli, struct tomb_err *err)
{
	struct cli_table t = cli_table_init(cli, list_columns, TOMB_COUNTOF(list_columns));
	TOMB_STORES_AUTO *stores = NULL;
	struct tomb_backends known;

	TOMB_TRY(open_stores(cli, &stores, err));
	TOMB_TRY(tomb_backend_list(cli->pg, cli->arena, &known, err));
	for (size_t i = 0; i < known.n; i++)
		TOMB_TRY(put_backend(
			&t, known.p[i].name, &known.p[i], store_of(stores, known.p[i].name), stores != NULL, err));
	for (size_t i = 0; stores && i < tomb_stores_count(stores); i++) {
		struct tomb_store *store = tomb_stores_at(stores, i);

		if (!find(&known, tomb_store_name(store)))
			TOMB_TRY(put_backend(&t, tomb_store_name(store), NULL, store, true, err));
	}
	return cli_print_rows(&t, err);
}

/* "usable", "never probed" or why it is not usable. */
static struct tomb_str found_of(const struct tomb_backend *b)
{
	if (b->probed_at_us == 0)
		return TOMB_STR("never probed");
	return b->last.is_reachable ? TOMB_STR("usable") : b->last.problem;
}

enum tomb_code cli_storage_status(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"BACKEND", "name", CLI_TEXT}, {"WORKERS", "state", CLI_TEXT},
		{"SINCE", "since", CLI_TIME}, {"UNTIL", "until", CLI_TIME}, {"PROBED", "probed_at", CLI_TIME},
		{"FOUND", "why", CLI_TEXT}, {NULL, "reason", CLI_TEXT}, {NULL, "set_by", CLI_TEXT},
		{NULL, "found", CLI_TEXT}, {NULL, "is_open", CLI_YES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_backends known;

	TOMB_TRY(tomb_backend_list(cli->pg, cli->arena, &known, err));
	for (size_t i = 0; i < known.n; i++) {
		const struct tomb_backend *b = &known.p[i];
		bool is_open = b->breaker.is_open;

		cli_put_str(&t, b->name);
		cli_put_str(&t, is_open ? TOMB_STR("leave it alone") : TOMB_STR("use it"));
		cli_put_int(&t, is_open ? b->breaker.since_us : 0);
		cli_put_int(&t, is_open ? b->breaker.until_us : 0);
		cli_put_int(&t, b->probed_at_us);
		cli_put_str(&t, is_open ? b->breaker.reason : found_of(b));
		cli_put_str(&t, b->breaker.reason);
		cli_put_str(&t, b->breaker.set_by);
		cli_put_str(&t, found_of(b));
		cli_put_yes(&t, is_open);
		if (is_open)
			cli->exit = CLI_WORK_FAILED;
	}
	return cli_print_rows(&t, err);
}

static struct tomb_str finding(enum tomb_finding f)
{
	static const struct tomb_str words[] = {
		[TOMB_FINDING_UNKNOWN] = {"not known", 9},
		[TOMB_FINDING_NO] = {"no", 2},
		[TOMB_FINDING_YES] = {"yes", 3},
	};

	return words[f];
}

static enum tomb_code print_probe(struct cli *cli, struct tomb_store *store, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{"Backend", "name", CLI_TEXT}, {"Kind", "kind", CLI_TEXT},
		{"Where", "where", CLI_TEXT}, {"Found", "found", CLI_TEXT}, {"Versioning", "versioning", CLI_TEXT},
		{"Object lock", "object_lock", CLI_TEXT}, {"Can look", "can_look", CLI_TEXT},
		{"Probed", "probed_at", CLI_TIME}, {"By", "probed_by", CLI_TEXT}, {"Examined", "examined_at", CLI_TIME},
		{"Delete if same", "conditional_delete", CLI_TEXT}, {"Batch if same", "conditional_batch", CLI_TEXT},
		{"Put if absent", "conditional_put", CLI_TEXT}, {"Lists versions", "lists_versions", CLI_TEXT},
		{"Reads back", "reads_back", CLI_TEXT}, {NULL, "is_reachable", CLI_YES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_backend b;

	TOMB_TRY(tomb_backend_find(cli->pg, tomb_store_name(store), cli->arena, &b, err));
	cli_put_str(&t, b.name);
	cli_put_str(&t, tomb_store_kind(store));
	cli_put_str(&t, tomb_store_where(store));
	cli_put_str(&t, found_of(&b));
	cli_put_str(&t, b.last.versioning.n > 0 ? b.last.versioning : finding(TOMB_FINDING_UNKNOWN));
	cli_put_str(&t, finding(b.last.object_lock));
	cli_put_str(&t, finding(b.last.can_look));
	cli_put_int(&t, b.probed_at_us);
	cli_put_str(&t, b.probed_by);
	cli_put_int(&t, b.examined_at_us);
	cli_put_str(&t, finding(b.last.conditional_delete));
	cli_put_str(&t, finding(b.last.conditional_batch));
	cli_put_str(&t, finding(b.last.conditional_put));
	cli_put_str(&t, finding(b.last.lists_versions));
	cli_put_str(&t, finding(b.last.reads_back));
	cli_put_yes(&t, b.last.is_reachable);
	if (!b.last.is_reachable)
		cli->exit = CLI_FAILED;
	return cli_print_one(&t, err);
}

static enum tomb_finding yes_or_no(bool yes)
{
	return yes ? TOMB_FINDING_YES : TOMB_FINDING_NO;
}

static void take_probe(const struct tomb_probe *p, struct tomb_backend_probe *found)
{
	static const struct tomb_str words[] = {
		[TOMB_VERSIONING_NEVER] = {"never", 5},
		[TOMB_VERSIONING_ENABLED] = {"enabled", 7},
		[TOMB_VERSIONING_SUSPENDED] = {"suspended", 9},
	};

	found->is_reachable = true;
	found->versioning = words[p->versioning];
	found->object_lock = yes_or_no(p->object_lock);
	found->can_look = yes_or_no(p->can_look);
}

static enum tomb_finding finding_of(enum tomb_ability ability)
{
	static const enum tomb_finding findings[] = {
		[TOMB_ABILITY_UNKNOWN] = TOMB_FINDING_UNKNOWN,
		[TOMB_ABILITY_PROVEN] = TOMB_FINDING_YES,
		[TOMB_ABILITY_MISSING] = TOMB_FINDING_NO,
	};

	return findings[ability];
}

static enum tomb_code examine(struct tomb_store *store, struct tomb_backend_probe *found, struct tomb_err *err)
{
	struct tomb_capability can;

	TOMB_TRY(tomb_store_examine(store, &can, err));
	found->was_examined = true;
	found->conditional_delete = finding_of(can.conditional_delete);
	found->conditional_batch = finding_of(can.conditional_delete_batch);
	found->conditional_put = finding_of(can.conditional_put);
	found->lists_versions = finding_of(can.list_versions);
	found->reads_back = finding_of(can.read_back);
	return TOMB_OK;
}

static void warn_of_clock(const struct tomb_probe *probe)
{
	int64_t s = probe->clock_offset_us / TOMB_US_PER_S;

	if (s != 0)
		(void)fprintf(stderr,
			"The store's clock is %" PRId64 " s %s this machine's, which it refused: set the clock.\n",
			s < 0 ? -s : s, s < 0 ? "behind" : "ahead of");
}

enum tomb_code cli_storage_probe(struct cli *cli, struct tomb_err *err)
{
	struct tomb_str name = cli_operand(cli, 0);
	struct tomb_backend_probe found = {.problem = TOMB_STR(""), .versioning = TOMB_STR("")};
	TOMB_STORES_AUTO *stores = NULL;
	struct tomb_store *store = NULL;
	struct tomb_backend known;
	struct tomb_probe probe;
	struct tomb_err why;
	enum tomb_code code = TOMB_OK; /* of the examination */

	if (cli->config.backends_file.n == 0)
		return CLI_MISUSE(cli, err, "the setting backends_file is missing");
	TOMB_TRY(open_stores(cli, &stores, err));
	TOMB_TRY(tomb_stores_find(stores, name, &store, err));
	TOMB_TRY(tomb_backend_find(cli->pg, name, cli->arena, &known, err));
	found.place = tomb_store_where(store);
	if (tomb_store_probe(store, &probe, &why) == TOMB_OK) {
		take_probe(&probe, &found);
		warn_of_clock(&probe);
	} else {
		found.problem = tomb_str_from(why.text);
	}
	if (found.is_reachable && cli_has(cli, "examine"))
		code = examine(store, &found, &why);
	TOMB_TRY(tomb_backend_probed(cli->pg, &cli->actor, name, &found, err));
	if (code != TOMB_OK) {
		*err = why;
		return code;
	}
	return print_probe(cli, store, err);
}

enum tomb_code cli_storage_reset(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "name", CLI_TEXT}, {NULL, "was_open", CLI_YES}};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_str name = cli_operand(cli, 0);
	bool was_open = false;

	TOMB_TRY(tomb_backend_breaker_reset(cli->pg, &cli->actor, name, cli_value(cli, "reason"), &was_open, err));
	cli_put_str(&t, name);
	cli_put_yes(&t, was_open);
	if (!was_open)
		return cli_print_done(&t, err, "The workers use %.*s already.", TOMB_STR_ARG(name));
	return cli_print_done(&t, err, "The workers use %.*s again, from their next batch on.", TOMB_STR_ARG(name));
}

enum tomb_code cli_storage_set(struct cli *cli, struct tomb_err *err)
{
	static const struct cli_column columns[] = {{NULL, "name", CLI_TEXT}, {NULL, "retention", CLI_TEXT}};
	static const char *const said[] = {
		[TOMB_RETENTION_STRICTEST] = "by its storage option and by the class that the store reports",
		[TOMB_RETENTION_REGISTRY] =
			"by its storage option alone; what the store bills for longer is not prevented",
		[TOMB_RETENTION_STORE] =
			"by the class that the store reports; by its storage option where there is none",
	};
	struct cli_table t = cli_table_init(cli, columns, TOMB_COUNTOF(columns));
	struct tomb_str name = cli_operand(cli, 0);
	struct tomb_str policy = cli_value(cli, "retention");
	enum tomb_retention_policy kind = TOMB_RETENTION_STRICTEST;

	if (policy.n == 0)
		return CLI_MISUSE(cli, err, "storage set needs --retention registry, store or strictest");
	if (tomb_retention_policy_parse(policy, &kind, err) != TOMB_OK) {
		cli->is_misused = true;
		return TOMB_INVAL;
	}
	TOMB_TRY(tomb_backend_set_retention(cli->pg, &cli->actor, name, policy, err));
	cli_put_str(&t, name);
	cli_put_str(&t, policy);
	return cli_print_done(&t, err, "A copy on %.*s is kept %s.", TOMB_STR_ARG(name), said[kind]);
}

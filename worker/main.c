/* tombstone-worker: carries out what two people decided. */
#include "lane_process.h"
#include "stop_signal.h"
#include "supervisor.h"
#include "tombstone/migrate.h"
#include "tombstone/redis.h"
#include "tombstone/secret.h"
#include "tombstone/store.h"
#include "tombstone/version.h"

#include "sql.gen.h"

#include <stdio.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 1024 * 1024, TEXT_MAX = 64 * 1024, HOST_MAX = 101 };

static int print_and_end(const struct tomb_worker_config *config, const struct tomb_config_found *found)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	if (found->wish == TOMB_CONFIG_HELP)
		tomb_config_put_help(tomb_worker_config_table(), &text);
	else if (found->wish == TOMB_CONFIG_VERSION)
		tomb_buf_putf(&text, "tombstone-worker %s\n", tomb_version());
	else
		tomb_config_put_all(tomb_worker_config_table(), config, found, &text);
	return fwrite(text.p, 1, text.n, stdout) == text.n ? 0 : 1;
}

/* Connects to nothing: a Redis that is away keeps nobody from starting. */
static enum tomb_code check_queue(const struct tomb_worker_config *config, struct tomb_err *err)
{
	const struct tomb_redis_options options = {
		.address = config->redis, .sentinels = config->redis_sentinels, .master = config->redis_master};
	TOMB_REDIS_AUTO *redis = NULL;

	return tomb_redis_open(&redis, &options, err);
}

/* What would keep every lane from starting is said once, here. */
static enum tomb_code try_once(const struct tomb_worker_config *config, struct tomb_err *err)
{
	static const struct tomb_pg_set *const sets[] = {&sql_set_schema_version};
	TOMB_PG_AUTO *pg = NULL;
	TOMB_STORES_AUTO *stores = NULL;

	TOMB_TRY(check_queue(config, err));
	TOMB_TRY(tomb_stores_open(config->backends_file.p, &stores, err));
	TOMB_TRY(tomb_pg_open(&pg, config->database.p, sets, TOMB_COUNTOF(sets), err));
	return tomb_migrate_check(pg, err);
}

int main(int argc, char **argv)
{
	const struct tomb_kv fields[] = {TOMB_KV("program", "worker")};
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct tomb_config_source source = {.argc = argc, .argv = argv, .env = environ};
	struct tomb_log log = {.fd = STDERR_FILENO,
		.level = TOMB_LOG_INFO,
		.clock = tomb_clock_real(),
		.fields = fields,
		.nfields = 1};
	struct tomb_worker_config config;
	struct tomb_config_found found;
	struct tomb_lane_process process = {.config = &config, .log = &log};
	struct tomb_err err;
	char host[HOST_MAX] = "localhost";

	tomb_secret_harden();
	if (tomb_config_load(tomb_worker_config_table(), &source, &arena, &config, &found, &err) != TOMB_OK) {
		(void)fprintf(stderr, "tombstone-worker: %s\n", err.text);
		return 2;
	}
	if (found.wish != TOMB_CONFIG_RUN)
		return print_and_end(&config, &found);
	log.level = (enum tomb_log_level)config.log_level;
	(void)gethostname(host, sizeof host - 1);
	process.host = config.host.n > 0 ? config.host : tomb_str_from(host);
	tomb_stop_signal_block();
	if (try_once(&config, &err) != TOMB_OK) {
		tomb_log(&log, TOMB_EV_START_FAILED, TOMB_KV_ERR(&err));
		return 1;
	}
	tomb_log(&log, TOMB_EV_STARTED, TOMB_KV("version", tomb_version()), TOMB_KV_I("lanes", config.lanes));
	tomb_supervise((int)config.lanes, tomb_lane_process_run, &process, &log);
	tomb_log(&log, TOMB_EV_STOPPED);
	return 0;
}

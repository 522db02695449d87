/* tombstone-registry: web pages, JSON interfaces, dispatcher and mail. */
#include "dispatcher.h"
#include "http.h"
#include "mailer.h"
#include "registry.h"
#include "tombstone/migrate.h"
#include "tombstone/version.h"

#include "sql.gen.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024, TEXT_MAX = 64 * 1024 }; /* the settings, and the limiter's table */

static int print_and_end(const struct tomb_registry_config *config, const struct tomb_config_found *found)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);

	if (found->wish == TOMB_CONFIG_HELP)
		tomb_config_put_help(tomb_registry_config_table(), &text);
	else if (found->wish == TOMB_CONFIG_VERSION)
		tomb_buf_putf(&text, "tombstone-registry %s\n", tomb_version());
	else
		tomb_config_put_all(tomb_registry_config_table(), config, found, &text);
	return fwrite(text.p, 1, text.n, stdout) == text.n ? 0 : 1;
}

static enum tomb_code check_schema(const struct tomb_registry_config *config, struct tomb_err *err)
{
	static const struct tomb_pg_set *const sets[] = {&sql_set_schema_version};
	TOMB_PG_AUTO *pg = NULL;

	TOMB_TRY(tomb_pg_open(&pg, config->database.p, sets, TOMB_COUNTOF(sets), err));
	return tomb_migrate_check(pg, err);
}

/* Whole or not at all: a reader never sees half a number. */
static enum tomb_code write_port(const char *path, uint16_t port, struct tomb_err *err)
{
	char temporary[TOMB_CONFIG_VALUE_MAX + 8];
	FILE *f = NULL;

	if (path[0] == '\0')
		return TOMB_OK;
	(void)snprintf(temporary, sizeof temporary, "%s.new", path);
	f = fopen(temporary, "we");
	if (!f || fprintf(f, "%" PRIu16 "\n", port) < 0 || fclose(f) != 0 || rename(temporary, path) != 0)
		return TOMB_FAIL(err, TOMB_IO, "port_file %s cannot be written", path);
	return TOMB_OK;
}

static enum tomb_code start_http(const struct tomb_registry_config *config, struct tomb_registry *registry,
	struct tomb_httpd **out, struct tomb_err *err)
{
	struct tomb_httpd_options options = {
		.address = &config->listen,
		.threads = (uint32_t)config->request_threads,
		.queue = (uint32_t)config->queue_max,
		.connections = (uint32_t)config->connection_max,
		.per_address = config->behind_tls ? 0 : (uint32_t)config->connection_max_per_address,
		.behind_tls = config->behind_tls,
		.trusted_proxies = config->trusted_proxies,
	};

	TOMB_TRY(tomb_httpd_start(&options, &registry->service, out, err));
	return write_port(config->port_file.p, tomb_httpd_port(*out), err);
}

/* Everything runs from here until SIGTERM or SIGINT. */
static enum tomb_code serve(const struct tomb_registry_config *config, const struct tomb_log *log,
	struct tomb_arena *arena, const sigset_t *stop, struct tomb_err *err)
{
	struct tomb_registry registry;
	struct tomb_httpd *httpd = NULL;
	struct tomb_dispatcher *dispatcher = NULL;
	struct tomb_mailer *mailer = NULL;
	enum tomb_code code = check_schema(config, err);
	int got = 0;

	if (code == TOMB_OK)
		code = tomb_registry_init(&registry, config, log, arena, err);
	if (code != TOMB_OK)
		return code;
	code = tomb_dispatcher_start(config, log, &dispatcher, err);
	if (code == TOMB_OK)
		code = tomb_mailer_start(config, log, &mailer, err);
	if (code == TOMB_OK)
		code = start_http(config, &registry, &httpd, err);
	if (code == TOMB_OK) {
		tomb_log(log, TOMB_EV_STARTED, TOMB_KV("version", tomb_version()),
			TOMB_KV_I("port", tomb_httpd_port(httpd)));
		(void)sigwait(stop, &got);
		tomb_log(log, TOMB_EV_STOPPING, TOMB_KV_I("signal", got));
	}
	tomb_httpd_stop(httpd, (uint32_t)config->drain_ms);
	tomb_mailer_stop(mailer);
	tomb_dispatcher_stop(dispatcher);
	tomb_registry_fini(&registry);
	return code;
}

int main(int argc, char **argv)
{
	const struct tomb_kv fields[] = {TOMB_KV("program", "registry")};
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES_MAX);
	struct tomb_config_source source = {.argc = argc, .argv = argv, .env = environ};
	struct tomb_log log = {.fd = STDERR_FILENO,
		.level = TOMB_LOG_INFO,
		.clock = tomb_clock_real(),
		.fields = fields,
		.nfields = 1};
	struct tomb_registry_config config;
	struct tomb_config_found found;
	struct tomb_err err;
	sigset_t stop;

	if (tomb_config_load(tomb_registry_config_table(), &source, &arena, &config, &found, &err) != TOMB_OK) {
		(void)fprintf(stderr, "tombstone-registry: %s\n", err.text);
		return 2;
	}
	if (found.wish != TOMB_CONFIG_RUN)
		return print_and_end(&config, &found);
	log.level = (enum tomb_log_level)config.log_level;
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTERM);
	(void)sigaddset(&stop, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &stop, NULL); /* before any thread exists */
	(void)signal(SIGPIPE, SIG_IGN);
	if (serve(&config, &log, &arena, &stop, &err) != TOMB_OK) {
		tomb_log(&log, TOMB_EV_START_FAILED, TOMB_KV_ERR(&err));
		return 1;
	}
	tomb_log(&log, TOMB_EV_STOPPED);
	return 0;
}

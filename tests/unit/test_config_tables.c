/* The settings of the three programs. */
#include "../../registry/cli/cli_config.h"
#include "../../registry/service/registry_config.h"
#include "../../worker/worker_config.h"

#include "tombstone/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct tomb_config_table *(*const tables[])(void) = {
	tomb_registry_config_table, tomb_worker_config_table, tomb_cli_config_table};

static const char needed[] = "database = host=/run/tombstone dbname=tombstone\n"
			     "public_url = https://registry.example.org\nmail_from = tombstone@example.org\n"
			     "backends_file = /etc/tombstone/backends\n";

/* The lines of needed that the table knows. */
static struct tomb_str needed_by(const struct tomb_config_table *table, struct tomb_buf *out)
{
	struct tomb_str text = {NULL, 0};
	struct tomb_err err;

	for (const char *line = needed; *line; line += strcspn(line, "\n") + 1) {
		size_t n = strcspn(line, " ");

		for (size_t i = 0; i < table->nkeys; i++) {
			if (strlen(table->keys[i].name) == n && memcmp(table->keys[i].name, line, n) == 0)
				tomb_buf_put(out, (struct tomb_str){line, strcspn(line, "\n") + 1});
		}
	}
	assert_int_equal(tomb_buf_done(out, &text, &err), TOMB_OK);
	return text;
}

static void load(const struct tomb_config_table *table, struct tomb_arena *arena, void *out)
{
	TOMB_BUF_AUTO text = tomb_buf_init(4096);
	const struct tomb_config_source source = {.text = needed_by(table, &text), .text_name = "needed"};
	struct tomb_config_found found;
	struct tomb_err err = {.text = ""};
	enum tomb_code code = tomb_config_load(table, &source, arena, out, &found, &err);

	if (code != TOMB_OK)
		fail_msg("%s: %s", table->program, err.text);
}

static void every_program_starts_with_a_handful_of_settings(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_registry_config registry;
	struct tomb_worker_config worker;
	struct tomb_cli_config cli;

	(void)state;
	load(tomb_registry_config_table(), &arena, &registry);
	assert_int_equal(registry.listen.port, 8080);
	assert_int_equal(registry.log_level, TOMB_LOG_INFO);
	load(tomb_worker_config_table(), &arena, &worker);
	assert_int_equal(worker.lanes, 2);
	assert_int_equal(worker.log_level, TOMB_LOG_INFO);
	assert_string_equal(worker.redis_stream.p, registry.redis_stream.p);
	load(tomb_cli_config_table(), &arena, &cli);
	assert_false(cli.json);
}

static void what_is_needed_is_asked_for(void **state)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	const struct tomb_config_source nothing = {.text = TOMB_STR(""), .text_name = "empty"};
	struct tomb_worker_config worker;
	struct tomb_registry_config registry;
	struct tomb_config_found found;
	struct tomb_err err;

	(void)state;
	assert_int_equal(
		tomb_config_load(tomb_worker_config_table(), &nothing, &arena, &worker, &found, &err), TOMB_INVAL);
	assert_non_null(strstr(err.text, "database must be set"));
	assert_int_equal(
		tomb_config_load(tomb_registry_config_table(), &nothing, &arena, &registry, &found, &err), TOMB_INVAL);
	assert_non_null(strstr(err.text, "public_url must be set"));
}

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text);

	return n >= strlen(end) && strcmp(text + n - strlen(end), end) == 0;
}

static void every_key_is_explained_and_no_key_is_a_secret(void **state)
{
	(void)state;
	for (size_t t = 0; t < TOMB_COUNTOF(tables); t++) {
		const struct tomb_config_table *table = tables[t]();

		for (size_t i = 0; i < table->nkeys; i++) {
			const struct tomb_config_key *key = &table->keys[i];
			bool is_secret = strstr(key->name, "password") || strstr(key->name, "secret");

			assert_true(ends_in(key->help, "."));
			assert_true(!is_secret || ends_in(key->name, "_file"));
			assert_false(is_secret && key->kind != TOMB_CFG_PATH);
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(key->name, table->keys[j].name);
		}
	}
}

static void log_levels_are_in_the_order_of_the_log(void **state)
{
	(void)state;
	for (size_t t = 0; t < TOMB_COUNTOF(tables); t++) {
		const struct tomb_config_table *table = tables[t]();

		for (size_t i = 0; i < table->nkeys; i++) {
			const char *word = table->keys[i].unit;

			for (int level = 0; strcmp(table->keys[i].name, "log_level") == 0 && level < TOMB_LOG_LEVEL_MAX;
				level++) {
				const char *name = tomb_log_level_name((enum tomb_log_level)level);

				assert_memory_equal(word, name, strlen(name));
				word += strlen(name) + 1;
			}
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_program_starts_with_a_handful_of_settings),
		cmocka_unit_test(what_is_needed_is_asked_for),
		cmocka_unit_test(every_key_is_explained_and_no_key_is_a_secret),
		cmocka_unit_test(log_levels_are_in_the_order_of_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "site.h"

#include "../../registry/service/http.h"
#include "../../registry/service/registry.h"
#include "pg_fixture.h"
#include "tombstone/digest.h"
#include "tombstone/hex.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	ARENA_BYTES = 16 * 1024 * 1024,
	TARGET_MAX = 4096,
	FORM_MAX = 8192,
	REQUEST_MAX = 16384,
	REQUEST_RATE = 100 * 1000 /* a second: a test asks as fast as it can, and nobody tells it to slow down */
};

struct site_parts {
	char batch_key[128]; /* the path of its file */
	struct tomb_arena arena;
	struct tomb_registry_config config;
	struct tomb_log log;
	struct tomb_registry registry;
	char key_file[TOMB_WORLD_PATH];
};

/* As if the person had signed in a moment ago. */
void site_sign_in(const struct tomb_actor *who, struct site_user *out)
{
	TOMB_TOKEN_AUTO token = tomb_token_new();
	uint8_t digest[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];

	tomb_token_digest(&token, digest);
	tomb_world_exec("insert into session (token_sha256, user_id, expires_at) values "
			"('\\x%s', %" PRId64 ", now() + interval '1 hour')",
		tomb_hex_encode(digest, sizeof digest, hex), who->user_id);
	(void)tomb_token_text(&token, out->token);
	tomb_session_csrf(tomb_str_from(out->token), out->csrf);
}

static void write_batch_key(const struct site *s, char path[static 128])
{
	FILE *f = NULL;

	(void)snprintf(path, 128, "%s/batch.key", s->world.folder);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(SITE_BATCH_KEY "\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

int site_set_up(void **state)
{
	struct site *s = calloc(1, sizeof *s);
	struct site_parts *parts = calloc(1, sizeof *parts);
	struct tomb_httpd_options options = {.threads = 2};

	assert_true(s && parts);
	tomb_world_open(&s->world);
	parts->arena = tomb_arena_init(ARENA_BYTES);
	write_batch_key(s, parts->batch_key);
	parts->config = (struct tomb_registry_config){.batch_deletion_key_file = tomb_str_from(parts->batch_key),
		.database = tomb_str_from(tomb_fixture_pg_registry()),
		.public_url = TOMB_STR("https://registry.test.edu"),
		.session_hours = 1,
		.oai_enabled = true,
		.oai_repository_name = TOMB_STR("Test & Repository"),
		.oai_admin_email = TOMB_STR("oai@test.edu"),
		.oai_repository_identifier = TOMB_STR("registry.test.edu"),
		.oai_page_size = SITE_OAI_PAGE};
	tomb_world_secrets_key(&s->world, parts->key_file);
	parts->config.secrets_key_file = tomb_str_from(parts->key_file);
	parts->config.session_idle_minutes = 60;
	parts->config.request_rate = REQUEST_RATE;
	parts->log = (struct tomb_log){.fd = STDERR_FILENO, .level = TOMB_LOG_ERROR, .clock = tomb_clock_real()};
	s->parts = parts;
	TOMB_OK_OR_FAIL(tomb_registry_init(&parts->registry, &parts->config, &parts->log, &parts->arena, &err));
	TOMB_OK_OR_FAIL(tomb_httpd_start(&options, &parts->registry.service, &s->httpd, &err));
	s->port = tomb_httpd_port(s->httpd);
	site_sign_in(&s->world.alice, &s->alice);
	site_sign_in(&s->world.bob, &s->bob);
	site_sign_in(&s->world.carol, &s->carol);
	site_sign_in(&s->world.mallory, &s->mallory);
	site_sign_in(&s->world.oscar, &s->oscar);
	*state = s;
	return 0;
}

void site_log_to(struct site *s, int fd)
{
	s->parts->log.fd = fd;
	s->parts->log.level = fd == STDERR_FILENO ? TOMB_LOG_ERROR : TOMB_LOG_DEBUG;
}

int site_tear_down(void **state)
{
	struct site *s = *state;

	tomb_httpd_stop(s->httpd, 1000);
	tomb_registry_fini(&s->parts->registry);
	tomb_arena_fini(&s->parts->arena);
	free(s->parts);
	tomb_world_close(&s->world);
	free(s);
	return 0;
}

int64_t site_bag(struct site *s)
{
	return tomb_world_object(&s->world, "test.edu/bag", 30, 2);
}

void site_bobs_token(struct site *s, int64_t request_id, char form[static SITE_TOKEN_FORM])
{
	char token[TOMB_TOKEN_TEXT];

	tomb_world_token(&s->world, request_id, &s->world.bob, token);
	(void)snprintf(form, SITE_TOKEN_FORM, "token=%s", token);
}

static void ask(struct site *s, const struct site_user *user, const char *method, const char *target, const char *form,
	struct raw_answer *out)
{
	char request[REQUEST_MAX];
	char cookie[128] = "";
	int n = 0;

	if (user)
		(void)snprintf(cookie, sizeof cookie, "Cookie: tombstone=%s\r\n", user->token);
	n = snprintf(request, sizeof request,
		"%s %s HTTP/1.1\r\nHost: registry\r\nAccept: text/html\r\nConnection: close\r\n%s%s", method, target,
		cookie, form ? "Content-Type: application/x-www-form-urlencoded\r\n" : "");
	if (form)
		n += snprintf(
			request + n, sizeof request - (size_t)n, "Content-Length: %zu\r\n\r\n%s", strlen(form), form);
	else
		n += snprintf(request + n, sizeof request - (size_t)n, "\r\n");
	assert_in_range(n, 1, sizeof request - 1);
	raw_answer_fini(out);
	raw_ask(s->port, request, out);
}

#define FORMAT_TARGET(target, fmt)                                                                                     \
	do {                                                                                                           \
		va_list ap_;                                                                                           \
		va_start(ap_, fmt);                                                                                    \
		assert_in_range(vsnprintf((target), sizeof(target), (fmt), ap_), 1, sizeof(target) - 1);               \
		va_end(ap_);                                                                                           \
	} while (0)

void site_get(struct site *s, const struct site_user *user, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	ask(s, user, "GET", target, NULL, out);
}

void site_post(
	struct site *s, const struct site_user *user, const char *form, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];
	char whole[FORM_MAX];

	FORMAT_TARGET(target, fmt);
	assert_in_range(snprintf(whole, sizeof whole, "csrf=%s%s%s", user ? user->csrf : "", form[0] ? "&" : "", form),
		1, sizeof whole - 1);
	ask(s, user, "POST", target, whole, out);
}

void site_post_bare(
	struct site *s, const struct site_user *user, const char *form, struct raw_answer *out, const char *fmt, ...)
{
	char target[TARGET_MAX];

	FORMAT_TARGET(target, fmt);
	ask(s, user, "POST", target, form, out);
}

/*
 * Sources of keys that fail: what the caller is told, that good keys go on being used, and that no error text holds a
 * word of what was given.
 *
 * wrap: free realloc mlock madvise pidfd_open posix_spawnp
 */
#include "../../storage/aws/source.h"
#include "keys_box.h"
#include "tombstone/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t second_us = 1000000;

static struct {
	bool mlock, madvise, pidfd_open;
	int spawn;
} faults;

/* While this is set, memory that our code gives back must not hold the secret. */
static _Thread_local bool watching;
static _Thread_local bool given_back;

static void look_into(void *p)
{
	if (watching && p && memmem(p, malloc_usable_size(p), KEYS_BOX_SECRET, strlen(KEYS_BOX_SECRET)))
		given_back = true;
}

/* NOLINTBEGIN(readability-identifier-naming): the linker chose these names */
void __real_free(void *p);
void __wrap_free(void *p);
void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
int __real_mlock(const void *p, size_t n);
int __wrap_mlock(const void *p, size_t n);
int __real_madvise(void *p, size_t n, int advice);
int __wrap_madvise(void *p, size_t n, int advice);
int __real_pidfd_open(pid_t pid, unsigned flags);
int __wrap_pidfd_open(pid_t pid, unsigned flags);
int __real_posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const *argv, char *const *env);
int __wrap_posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const *argv, char *const *env);

void __wrap_free(void *p)
{
	look_into(p);
	__real_free(p);
}

void *__wrap_realloc(void *p, size_t n)
{
	look_into(p);
	return __real_realloc(p, n);
}

int __wrap_mlock(const void *p, size_t n)
{
	errno = ENOMEM;
	return faults.mlock ? -1 : __real_mlock(p, n);
}

int __wrap_madvise(void *p, size_t n, int advice)
{
	errno = EINVAL;
	return faults.madvise ? -1 : __real_madvise(p, n, advice);
}

int __wrap_pidfd_open(pid_t pid, unsigned flags)
{
	errno = ENOSYS;
	return faults.pidfd_open ? -1 : __real_pidfd_open(pid, flags);
}

int __wrap_posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
	const posix_spawnattr_t *attributes, char *const *argv, char *const *env)
{
	return faults.spawn ? faults.spawn : __real_posix_spawnp(pid, file, actions, attributes, argv, env);
}
/* NOLINTEND(readability-identifier-naming) */

static int begin(void **state)
{
	*state = calloc(1, sizeof(struct keys_box));
	keys_box_begin(*state);
	return 0;
}

static int end(void **state)
{
	keys_box_end(*state);
	free(*state);
	memset(&faults, 0, sizeof faults);
	watching = false;
	given_back = false;
	return 0;
}

#define PAIR "\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"" KEYS_BOX_SECRET "\""
#define JSON_UNTIL(expires) "{\"Code\":\"Success\"," PAIR ",\"Token\":\"T\",\"Expiration\":\"" expires "\"}"
#define JSON JSON_UNTIL(KEYS_BOX_EXPIRES)
#define OK(body) "HTTP/1.1 200 OK\r\n\r\n" body
#define STATUS(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\n\r\n"
#define SAY(text)                                                                                                      \
	{                                                                                                              \
		.manner = CANNED_ANSWER_AND_CUT, .bytes = (text)                                                       \
	}

enum { REPLIES_MAX = 3 };

struct row {
	struct canned_reply replies[REPLIES_MAX];
	enum tomb_code code;
	const char *says;
};

static size_t replies_of(const struct row *row)
{
	size_t n = 0;

	while (n < REPLIES_MAX && (row->replies[n].bytes || row->replies[n].manner != CANNED_ANSWER))
		n++;
	return n;
}

/* Opens a provider whose source is the row's server, and asks it for keys. */
static void check(struct keys_box *box, const struct row *row, size_t i, const char *variable)
{
	const struct aws_keys *given = NULL;
	size_t n = box->nenv;
	enum tomb_code code = TOMB_OK;

	box->server = canned_http_start(row->replies, replies_of(row));
	keys_box_env(box, "%s=http://127.0.0.1:%d/", variable, canned_http_port(box->server));
	watching = true;
	if (aws_provider_open(&box->backend, &box->provider, &box->err) != TOMB_OK)
		fail_msg("row %zu: %s", i, box->err.text);
	code = aws_provider_keys(box->provider, KEYS_BOX_NOW_US, &given, &box->err);
	watching = false;
	if (code != row->code || !strstr(box->err.text, row->says))
		fail_msg("row %zu: %s: \"%s\" does not say \"%s\"", i, tomb_code_slug(code), box->err.text, row->says);
	if (strstr(box->err.text, KEYS_BOX_SECRET))
		fail_msg("row %zu gives the secret away: %s", i, box->err.text);
	if (given_back)
		fail_msg("row %zu leaves the secret in memory", i);
	assert_true((given != NULL) == (code == TOMB_OK));
	aws_provider_close(box->provider);
	box->provider = NULL;
	canned_http_free(box->server);
	box->server = NULL;
	box->nenv = n;
	box->env[n] = NULL;
}

static void an_instance_that_fails_gives_no_keys(void **state)
{
	static const struct row rows[] = {
		{{SAY(STATUS("404 Not Found"))}, TOMB_STORE_DENIED, "asking for a token: status 404"},
		{{SAY(STATUS("403 Forbidden"))}, TOMB_STORE_DENIED, "status 403"},
		{{SAY(STATUS("503 Later"))}, TOMB_NET, "status 503"},
		{{SAY(STATUS("302 Found\r\nLocation: http://127.0.0.1:1/"))}, TOMB_STORE_DENIED, "status 302"},
		{{SAY(OK(""))}, TOMB_STORE_DENIED, "a token of 0 bytes"},
		{{{.manner = CANNED_CUT_READ}}, TOMB_NET, "keys from the instance metadata: PUT"},
		{{{.manner = CANNED_SILENCE}}, TOMB_NET, "PUT"},
		{{SAY(OK("bad\r\ntoken: " KEYS_BOX_SECRET))}, TOMB_STORE_DENIED, "cannot be sent"},
		{{SAY(OK("t")), SAY(STATUS("404 Not Found"))}, TOMB_STORE_DENIED, "the instance has no role"},
		{{SAY(OK("t")), SAY(STATUS("401 Unauthorized"))}, TOMB_STORE_DENIED, "asking for the role: status 401"},
		{{SAY(OK("t")), SAY(OK(""))}, TOMB_STORE_DENIED, "a role's name of 0 bytes"},
		{{SAY(OK("t")), SAY(OK("../../" KEYS_BOX_SECRET))}, TOMB_STORE_DENIED, "the role's name is not one"},
		{{SAY(OK("t")), SAY(OK("r?x=y"))}, TOMB_STORE_DENIED, "the role's name is not one"},
		{{SAY(OK("t")), {.manner = CANNED_SILENCE}}, TOMB_NET, "GET"},
		{{SAY(OK("t")), SAY(OK("r")), SAY(STATUS("500 Error"))}, TOMB_NET, "asking for the keys: status 500"},
		{{SAY(OK("t")), SAY(OK("r\n")), SAY(OK("{\"Code\":\"AssumeRoleUnauthorizedAccess\"}"))},
			TOMB_STORE_DENIED, "Code is not Success"},
		{{SAY(OK("t")), SAY(OK("r")), SAY(OK("{" PAIR))}, TOMB_STORE_DENIED, "not JSON"},
		{{SAY(OK("t")), SAY(OK("r")), SAY("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" JSON)}, TOMB_NET,
			"GET"},
		{{SAY(OK("t")), SAY(OK("r")),
			 {.manner = CANNED_ANSWER_AND_CUT, .bytes = OK(JSON), .filler_bytes = 100 << 20}},
			TOMB_STORE_DENIED, "larger than allowed"},
		{{SAY(OK(KEYS_BOX_SECRET)), SAY(OK("r")), SAY(OK(JSON))}, TOMB_OK, ""},
		{{SAY(OK("t")), SAY(OK("r")), SAY(OK(JSON_UNTIL("2027-01-15T08:00:00Z")))}, TOMB_STORE_DENIED,
			"ended at 2027-01-15T08:00:00Z; or the clock is wrong"},
		{{SAY(OK("t")), SAY(OK("r")), SAY(OK(JSON_UNTIL("1969-01-15T08:00:00Z")))}, TOMB_STORE_DENIED,
			"Expiration"},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		check(*state, &rows[i], i, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
}

static void a_container_that_fails_gives_no_keys(void **state)
{
	static const struct row rows[] = {
		{{SAY(OK(JSON))}, TOMB_OK, ""},
		{{SAY(STATUS("400 Bad Request"))}, TOMB_STORE_DENIED, "keys from the container: asking for the keys"},
		{{SAY(STATUS("429 Too Many"))}, TOMB_NET, "status 429"},
		{{SAY("HTTP/1.1 500 " KEYS_BOX_SECRET "\r\n\r\n" KEYS_BOX_SECRET)}, TOMB_NET, "status 500"},
		{{SAY(OK("<html>" KEYS_BOX_SECRET))}, TOMB_STORE_DENIED, "not JSON"},
		{{SAY(OK("{" PAIR ",\"Token\":\"T\"}"))}, TOMB_STORE_DENIED, "Expiration"},
		{{SAY(OK("{" PAIR ",\"Expiration\":\"" KEYS_BOX_EXPIRES "\"}"))}, TOMB_STORE_DENIED, "Token: empty"},
		{{{.manner = CANNED_SILENCE}}, TOMB_NET, "GET"},
		{{{.manner = CANNED_CUT_READ}}, TOMB_NET, "GET"},
	};

	keys_box_env(*state, "AWS_CONTAINER_AUTHORIZATION_TOKEN=%s", KEYS_BOX_SECRET);
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		check(*state, &rows[i], i, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

#define STS_KEYS                                                                                                       \
	"<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>A</"            \
	"AccessKeyId>"                                                                                                 \
	"<SecretAccessKey>" KEYS_BOX_SECRET                                                                            \
	"</SecretAccessKey><SessionToken>T</SessionToken><Expiration>" KEYS_BOX_EXPIRES                                \
	"</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"                                                \
	"</AssumeRoleWithWebIdentityResponse>"
#define STS_ERROR(status, code)                                                                                        \
	"HTTP/1.1 " status "\r\n\r\n<ErrorResponse><Error><Type>Sender</Type><Code>" code                              \
	"</Code><Message>" KEYS_BOX_SECRET "</Message></Error></ErrorResponse>"

static void a_token_service_that_fails_gives_no_keys(void **state)
{
	static const struct row rows[] = {
		{{SAY(OK(STS_KEYS))}, TOMB_OK, ""},
		{{SAY(STS_ERROR("403 Forbidden", "AccessDenied"))}, TOMB_STORE_DENIED,
			"AccessDenied (403): the role's"},
		{{SAY(STS_ERROR("400 Bad", "ExpiredTokenException"))}, TOMB_STORE_DENIED, "its file is renewed"},
		{{SAY(STS_ERROR("400 Bad", "InvalidIdentityToken"))}, TOMB_STORE_DENIED, "issuer"},
		{{SAY(STS_ERROR("400 Bad", "IDPCommunicationError"))}, TOMB_NET, "does not reach"},
		{{SAY(STS_ERROR("400 Bad", "Throttling"))}, TOMB_NET, "fewer requests"},
		{{SAY(STS_ERROR("400 Bad", KEYS_BOX_SECRET))}, TOMB_STORE_DENIED, "asking STS: status 400"},
		{{SAY(STS_ERROR("503 Later", "Other"))}, TOMB_NET, "asking STS: status 503"},
		{{SAY(OK("<html>" KEYS_BOX_SECRET "</html>"))}, TOMB_STORE_DENIED, "AccessKeyId: empty"},
		{{SAY(OK(KEYS_BOX_SECRET))}, TOMB_STORE_DENIED, "not XML"},
		{{{.manner = CANNED_ANSWER_AND_CUT, .bytes = OK("<a>"), .filler_bytes = 100 << 20}}, TOMB_NET,
			"larger than allowed"},
		{{{.manner = CANNED_CUT_READ}}, TOMB_NET, "keys from the web identity: POST"},
	};
	struct keys_box *box = *state;

	keys_box_write(box, "jwt", 0600, KEYS_BOX_SECRET);
	keys_box_env(box, "AWS_ROLE_ARN=arn:aws:iam::1:role/r");
	keys_box_env(box, "AWS_WEB_IDENTITY_TOKEN_FILE=%s/jwt", box->temp.path);
	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++)
		check(box, &rows[i], i, "AWS_ENDPOINT_URL_STS");
}

static void a_token_goes_to_nobody_but_the_service(void **state)
{
	struct keys_box *box = *state;
	const struct aws_keys *keys = NULL;

	keys_box_write(box, "jwt", 0600, "");
	keys_box_env(box, "AWS_ROLE_ARN=arn:aws:iam::1:role/r");
	keys_box_env(box, "AWS_WEB_IDENTITY_TOKEN_FILE=%s/jwt", box->temp.path);
	keys_box_env(box, "AWS_ENDPOINT_URL_STS=http://sts.example.org");
	assert_int_equal(aws_provider_open(&box->backend, &box->provider, &box->err), TOMB_OK);
	assert_int_equal(aws_provider_keys(box->provider, KEYS_BOX_NOW_US, &keys, &box->err), TOMB_STORE_DENIED);
	assert_non_null(strstr(box->err.text, "AWS_ENDPOINT_URL_STS: https, or http to this machine"));
	aws_provider_close(box->provider);
	box->env[box->nenv - 1] = NULL;
	assert_int_equal(aws_provider_open(&box->backend, &box->provider, &box->err), TOMB_OK);
	assert_int_equal(aws_provider_keys(box->provider, KEYS_BOX_NOW_US, &keys, &box->err), TOMB_STORE_DENIED);
	assert_non_null(strstr(box->err.text, "jwt: empty"));
	assert_null(keys);
}

/* The profile's program is this script. */
static enum tomb_code run(struct keys_box *box, const char *script, int64_t timeout_ms)
{
	struct aws_environment env;
	struct source source;
	struct aws_keys *keys = calloc(1, sizeof *keys);
	char config[256];
	enum tomb_code code = TOMB_OK;

	(void)snprintf(config, sizeof config, "[default]\ncredential_process = %s/script\n", box->temp.path);
	keys_box_write(box, ".aws/config", 0600, config);
	keys_box_write(box, "script", 0700, script);
	aws_environment_read(environ, &env);
	code = source_choose(&box->backend, &env, &box->arena, &source, &box->err);
	if (code != TOMB_OK)
		fail_msg("%s", box->err.text);
	assert_int_equal(source.kind, SOURCE_PROCESS);
	if (timeout_ms)
		source.process_timeout_ms = timeout_ms;
	watching = true;
	code = source_fetch(&source, keys, &box->err);
	watching = false;
	assert_false(given_back);
	free(keys);
	assert_null(strstr(box->err.text, KEYS_BOX_SECRET));
	assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD); /* no child is left */
	return code;
}

#define PROCESS_JSON "{\"Version\":1," PAIR "}"

static void a_program_that_fails_gives_no_keys_and_leaves_no_child(void **state)
{
	static const struct {
		const char *script;
		enum tomb_code code;
		const char *says;
	} rows[] = {
		{"#!/bin/sh\necho '" PROCESS_JSON "'\n", TOMB_OK, ""},
		{"#!/bin/sh\necho '" PROCESS_JSON "'; exit 3\n", TOMB_STORE_DENIED, "ended with status 3"},
		{"#!/bin/sh\necho " KEYS_BOX_SECRET " >&2; kill -9 $$\n", TOMB_STORE_DENIED, "by signal 9"},
		{"#!/bin/sh\nexit 0\n", TOMB_STORE_DENIED, "not JSON"},
		{"#!/bin/sh\necho " KEYS_BOX_SECRET "\n", TOMB_STORE_DENIED, "not JSON"},
		{"#!/bin/sh\nyes " KEYS_BOX_SECRET "\n", TOMB_STORE_DENIED, "wrote more than 65536 bytes"},
		{"#!/no/such/interpreter\n", TOMB_IO, "script: No such file"},
	};
	struct keys_box *box = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(rows); i++) {
		enum tomb_code code = run(box, rows[i].script, 0);

		if (code != rows[i].code || !strstr(box->err.text, rows[i].says))
			fail_msg("row %zu: %s: %s", i, tomb_code_slug(code), box->err.text);
	}
}

static void a_program_that_takes_too_long_is_ended_with_its_children(void **state)
{
	struct keys_box *box = *state;
	char path[128];
	struct pollfd p = {.events = POLLIN};

	assert_int_equal(run(box, "#!/bin/sh\necho '" PROCESS_JSON "'\nsleep 600\n", 200), TOMB_NET);
	assert_non_null(strstr(box->err.text, "took too long"));
	assert_int_equal(run(box, "#!/bin/sh\necho '" PROCESS_JSON "'\nexec >&-; exec sleep 600\n", 200), TOMB_NET);
	/* The child of this one holds a pipe open as long as it lives. */
	(void)snprintf(path, sizeof path, "%s/pipe", box->temp.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	p.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(
		run(box, "#!/bin/sh\nsleep 600 3> \"${0%/*}/pipe\" &\necho '" PROCESS_JSON "'\n", 400), TOMB_NET);
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_true(p.revents & POLLHUP);
	assert_int_equal(close(p.fd), 0);
}

static void a_program_that_cannot_be_started_or_watched_gives_no_keys(void **state)
{
	struct keys_box *box = *state;

	faults.spawn = ENOMEM;
	assert_int_equal(run(box, "#!/bin/sh\n", 0), TOMB_NOMEM);
	faults.spawn = EAGAIN;
	assert_int_equal(run(box, "#!/bin/sh\n", 0), TOMB_IO);
	faults.spawn = 0;
	faults.pidfd_open = true;
	assert_int_equal(run(box, "#!/bin/sh\necho '" PROCESS_JSON "'\n", 0), TOMB_IO);
}

static void signals_that_we_block_reach_the_program(void **state)
{
	sigset_t all;
	sigset_t old;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &old);
	assert_int_equal(run(*state, "#!/bin/sh\nkill -TERM $$\nsleep 600\n", 20000), TOMB_STORE_DENIED);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	assert_non_null(strstr(((struct keys_box *)*state)->err.text, "by signal 15"));
}

static void memory_for_secrets_may_be_swapped_but_not_dumped(void **state)
{
	struct keys_box *box = *state;

	keys_box_write(box, ".aws/credentials", 0600,
		"[default]\naws_access_key_id = A\naws_secret_access_key = " KEYS_BOX_SECRET "\n");
	faults.mlock = true;
	assert_int_equal(aws_provider_open(&box->backend, &box->provider, &box->err), TOMB_OK);
	aws_provider_close(box->provider);
	box->provider = NULL;
	faults.madvise = true;
	assert_int_equal(aws_provider_open(&box->backend, &box->provider, &box->err), TOMB_NOMEM);
}

static void say_keys(struct keys_box *box, const char *keys)
{
	keys_box_say(box, "200 OK", "t");
	keys_box_say(box, "200 OK", "r");
	keys_box_say(box, "200 OK", keys);
}

static enum tomb_code ask(struct keys_box *box, int64_t now_us)
{
	const struct aws_keys *keys = NULL;
	enum tomb_code code = aws_provider_keys(box->provider, now_us, &keys, &box->err);

	assert_true((keys != NULL) == (code == TOMB_OK));
	return code;
}

/* Good keys for six hours, then an endpoint that always fails. */
static void good_keys_are_used_until_they_must_be_new(void **state)
{
	struct keys_box *box = *state;
	const int64_t minute = 60 * second_us;

	say_keys(box, JSON);
	for (int i = 0; i < 6; i++) /* one more than it should take */
		keys_box_say(box, "500 Error", "");
	keys_box_env(box, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:%d", keys_box_serve(box));
	assert_int_equal(aws_provider_open(&box->backend, &box->provider, &box->err), TOMB_OK);
	assert_int_equal(ask(box, KEYS_BOX_NOW_US), TOMB_OK);
	assert_int_equal(ask(box, KEYS_BOX_EXPIRES_US - 15 * minute), TOMB_OK);                  /* asks in vain: 1 */
	assert_int_equal(ask(box, KEYS_BOX_EXPIRES_US - 15 * minute + 29 * second_us), TOMB_OK); /* does not ask */
	assert_int_equal(ask(box, KEYS_BOX_EXPIRES_US - 15 * minute + 30 * second_us), TOMB_OK); /* 2 */
	assert_int_equal(ask(box, KEYS_BOX_EXPIRES_US - 10 * minute - 1), TOMB_OK);              /* 3 */
	assert_int_equal(ask(box, KEYS_BOX_EXPIRES_US - 10 * minute), TOMB_NET);                 /* 4: must */
	assert_int_equal(ask(box, KEYS_BOX_EXPIRES_US + minute), TOMB_NET);                      /* 5 */
	canned_http_stop(box->server);
	assert_int_equal(canned_http_requests(box->server), 3 + 5);
}

static void a_clock_that_goes_back_does_no_harm(void **state)
{
	struct keys_box *box = *state;
	const int64_t minute = 60 * second_us;

	say_keys(box, JSON);
	for (int i = 0; i < 3; i++) /* one more than it should take */
		keys_box_say(box, "500 Error", "");
	keys_box_env(box, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:%d", keys_box_serve(box));
	assert_int_equal(aws_provider_open(&box->backend, &box->provider, &box->err), TOMB_OK);
	assert_int_equal(ask(box, KEYS_BOX_NOW_US), TOMB_OK);
	assert_int_equal(ask(box, KEYS_BOX_EXPIRES_US - 11 * minute), TOMB_OK); /* asks in vain: 1 */
	assert_int_equal(ask(box, KEYS_BOX_EXPIRES_US - 14 * minute), TOMB_OK); /* an attempt of the future: 2 */
	assert_int_equal(ask(box, 0), TOMB_OK);
	assert_int_equal(ask(box, KEYS_BOX_NOW_US - 60 * minute), TOMB_OK);
	canned_http_stop(box->server);
	assert_int_equal(canned_http_requests(box->server), 3 + 2);
}

static void keys_that_a_store_refused_are_kept_until_there_are_others(void **state)
{
	struct keys_box *box = *state;

	say_keys(box, JSON);
	say_keys(box, JSON);
	keys_box_say(box, "500 Error", "");
	keys_box_env(box, "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:%d", keys_box_serve(box));
	assert_int_equal(aws_provider_open(&box->backend, &box->provider, &box->err), TOMB_OK);
	assert_int_equal(ask(box, KEYS_BOX_NOW_US), TOMB_OK);
	assert_int_equal(aws_provider_renew(box->provider, KEYS_BOX_NOW_US, &box->err), TOMB_STORE_DENIED);
	assert_non_null(strstr(box->err.text, "has no others"));
	assert_int_equal(aws_provider_renew(box->provider, KEYS_BOX_NOW_US, &box->err), TOMB_NET);
	assert_int_equal(ask(box, KEYS_BOX_NOW_US), TOMB_OK);
	assert_null(strstr(box->err.text, KEYS_BOX_SECRET));
}

#define IN_A_BOX(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_BOX(an_instance_that_fails_gives_no_keys),
		IN_A_BOX(a_container_that_fails_gives_no_keys),
		IN_A_BOX(a_token_service_that_fails_gives_no_keys),
		IN_A_BOX(a_token_goes_to_nobody_but_the_service),
		IN_A_BOX(a_program_that_fails_gives_no_keys_and_leaves_no_child),
		IN_A_BOX(a_program_that_takes_too_long_is_ended_with_its_children),
		IN_A_BOX(a_program_that_cannot_be_started_or_watched_gives_no_keys),
		IN_A_BOX(signals_that_we_block_reach_the_program),
		IN_A_BOX(memory_for_secrets_may_be_swapped_but_not_dumped),
		IN_A_BOX(good_keys_are_used_until_they_must_be_new),
		IN_A_BOX(a_clock_that_goes_back_does_no_harm),
		IN_A_BOX(keys_that_a_store_refused_are_kept_until_there_are_others),
	};

	tomb_secret_harden(); /* what libcurl frees does not come to us with the secret in it */
	return cmocka_run_group_tests_name("credentials that fail", tests, NULL, NULL);
}

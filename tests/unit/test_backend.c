/* The backends file: what is accepted, and what every refusal says. */
#include "../../storage/backend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define DIRECTORY "[backend d]\nkind = directory\npath = /srv/copies\n"
#define S3_KEYS                                                                                                        \
	"kind = s3\nregion = us-east-1\nbucket = copies\naccess_key_file = /k/a\n"                                     \
	"secret_key_file = /k/s\n"
#define S3 "[backend s]\n" S3_KEYS "endpoint = https://s3.example.org\n"
#define VAULT                                                                                                          \
	"[backend v]\nkind = glacier\nregion = us-east-1\nvault = old\naccess_key_file = /k/a\n"                       \
	"secret_key_file = /k/s\n"

struct fixture {
	struct tomb_arena arena;
	struct tomb_err err;
	struct backend *backends;
	size_t n;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->arena = tomb_arena_init(1 << 20);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	tomb_arena_fini(&f->arena);
	free(f);
	return 0;
}

static enum tomb_code parse(struct fixture *f, const char *text)
{
	return backend_parse(tomb_str_from(text), "b.conf", &f->arena, &f->backends, &f->n, &f->err);
}

static bool is_text(struct tomb_str s, const char *text)
{
	return tomb_str_eq(s, tomb_str_from(text));
}

static void a_directory_and_a_bucket_are_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse(f, "# comment\n\n" DIRECTORY "\r\n  [backend s]  \r\n" S3_KEYS
				  "\tendpoint\t=\thttps://s3.example.org:9000 \r\nstorage_class = GLACIER\n"
				  "style = path\nsession_token_file = /k/t\nca_file = /ca\nallow_plain_http = no\n"
				  "conditional_delete = yes\nconnect_timeout_ms = 1\nrequest_timeout_ms = 3600000"),
		TOMB_OK);
	assert_int_equal(f->n, 2);
	assert_int_equal(f->backends[0].kind, BACKEND_DIRECTORY);
	assert_int_equal(f->backends[0].line, 3);
	assert_true(is_text(f->backends[0].name, "d"));
	assert_true(is_text(f->backends[0].path, "/srv/copies"));
	assert_int_equal(f->backends[1].kind, BACKEND_S3);
	assert_true(is_text(f->backends[1].endpoint, "https://s3.example.org:9000"));
	assert_true(is_text(f->backends[1].region, "us-east-1"));
	assert_true(is_text(f->backends[1].bucket, "copies"));
	assert_true(is_text(f->backends[1].storage_class, "GLACIER"));
	assert_true(is_text(f->backends[1].access_key_file, "/k/a"));
	assert_true(is_text(f->backends[1].secret_key_file, "/k/s"));
	assert_true(is_text(f->backends[1].session_token_file, "/k/t"));
	assert_true(is_text(f->backends[1].ca_file, "/ca"));
	assert_false(f->backends[1].allow_plain_http);
	assert_int_equal(f->backends[1].conditional_delete, BACKEND_ALWAYS);
	assert_int_equal(f->backends[1].connect_timeout_ms, 1);
	assert_int_equal(f->backends[1].request_timeout_ms, 3600000);
}

#define NO_KEYS "[backend s]\nkind = s3\nregion = r\nbucket = copies\nendpoint = https://s3.example.org\n"

static void keys_come_from_files_or_from_the_chain(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse(f, S3), TOMB_OK);
	assert_false(f->backends[0].key_chain);
	assert_int_equal(parse(f, S3 "credentials = files\n"), TOMB_OK);
	assert_false(f->backends[0].key_chain);
	assert_int_equal(parse(f, NO_KEYS), TOMB_OK);
	assert_true(f->backends[0].key_chain);
	assert_true(is_text(f->backends[0].profile, ""));
	assert_int_equal(parse(f, NO_KEYS "credentials = chain\nprofile = a.b-c@d:e\n"), TOMB_OK);
	assert_true(f->backends[0].key_chain);
	assert_true(is_text(f->backends[0].profile, "a.b-c@d:e"));
}

static void what_is_left_out_has_its_default(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse(f, S3), TOMB_OK);
	assert_true(is_text(f->backends[0].storage_class, ""));
	assert_true(is_text(f->backends[0].session_token_file, ""));
	assert_true(is_text(f->backends[0].style, "path"));
	assert_false(f->backends[0].allow_plain_http);
	assert_int_equal(f->backends[0].conditional_delete, BACKEND_IF_PROVEN);
	assert_false(f->backends[0].allow_governance_bypass);
	assert_true(is_text(f->backends[0].provider, ""));
	assert_int_equal(f->backends[0].requests_in_flight, 16);
	assert_int_equal(f->backends[0].verify_looks, 1);
	assert_int_equal(f->backends[0].verify_delay_ms, 1000);
	assert_int_equal(f->backends[0].connect_timeout_ms, 5000);
	assert_int_equal(f->backends[0].request_timeout_ms, 60000);
}

static void what_is_said_of_versions_and_locks_is_read(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(parse(f, S3 "conditional_delete = no\nallow_governance_bypass = yes\nprovider = wasabi\n"
				     "verify_looks = 10\nverify_delay_ms = 250\nrequests_in_flight = 256\n"),
		TOMB_OK);
	assert_int_equal(f->backends[0].conditional_delete, BACKEND_NEVER);
	assert_true(f->backends[0].allow_governance_bypass);
	assert_true(is_text(f->backends[0].provider, "wasabi"));
	assert_int_equal(f->backends[0].verify_looks, 10);
	assert_int_equal(f->backends[0].verify_delay_ms, 250);
	assert_int_equal(f->backends[0].requests_in_flight, 256);
	assert_int_equal(parse(f, S3 "conditional_delete = auto\nprovider = other\n"), TOMB_OK);
	assert_int_equal(f->backends[0].conditional_delete, BACKEND_IF_PROVEN);
}

static void every_refusal_names_the_line_and_the_rule(void **state)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{"", "b.conf: no [backend NAME]"},
		{"# nothing\n", "b.conf: no [backend NAME]"},
		{"kind = s3\n", "b.conf:1: a key before the first [backend NAME]"},
		{"[backend]\n", "b.conf:1: a section is [backend NAME]"},
		{"[store x]\n", "b.conf:1: a section is [backend NAME]"},
		{"[backend x\n", "b.conf:1: a section is [backend NAME]"},
		{"[backend a b]\n", "b.conf:1: a backend's name"},
		{"[backend  ]\n", "b.conf:1: a backend's name"},
		{"[backend ../x]\n", "b.conf:1: a backend's name"},
		{"[backend 12345678901234567890123456789012345678901234567890123456789012345]\n", "a backend's name"},
		{DIRECTORY "hello\n", "b.conf:4: a line is a comment, [backend NAME], or key = value"},
		{DIRECTORY "colour = blue\n", "b.conf:4: unknown key colour"},
		{DIRECTORY "Path = /x\n", "b.conf:4: unknown key Path"},
		{DIRECTORY "path = /srv/b\n", "b.conf:4: path is set twice"},
		{DIRECTORY "kind = directory\n", "b.conf:4: kind is set twice"},
		{S3 "conditional_delete = maybe\n", "conditional_delete is auto, yes or no"},
		{S3 "provider = amazon\n", "provider: wasabi or other"},
		{S3 "verify_looks = 0\n", "verify_looks is 1 to 10"},
		{S3 "verify_looks = 11\n", "verify_looks is 1 to 10"},
		{S3 "requests_in_flight = 0\n", "requests_in_flight is 1 to 256"},
		{S3 "requests_in_flight = 257\n", "requests_in_flight is 1 to 256"},
		{DIRECTORY "requests_in_flight = 2\n", "requests_in_flight is not for kind directory"},
		{DIRECTORY "verify_looks = 2\n", "verify_looks is not for kind directory"},
		{DIRECTORY "allow_governance_bypass = yes\n", "allow_governance_bypass is not for kind directory"},
		{DIRECTORY "bucket = b-b\n", "b.conf:1: backend d: bucket is not for kind directory"},
		{DIRECTORY "\n" DIRECTORY, "b.conf:5: backend d is already in line 1"},
		{DIRECTORY "[backend e]\nkind = directory\npath = /srv/copies\n",
			"b.conf:4: backend e is in the same place"},
		{DIRECTORY "[backend e]\nkind = directory\npath = /srv/copies/e\n",
			"b.conf:4: backend e is in the same"},
		{DIRECTORY "[backend e]\nkind = directory\npath = /srv\n",
			"b.conf:4: backend e is in the same place as d"},
		{S3 "[backend t]\n" S3_KEYS "endpoint = https://s3.example.org\n",
			"backend t is in the same place as s"},
		{"[backend d]\nkind = directory\n", "b.conf:1: backend d has no path"},
		{"[backend d]\npath = /x\n", "b.conf:1: backend d has no kind"},
		{"[backend d]\nkind = tape\n", "b.conf:2: kind is directory, s3 or glacier"},
		{"[backend d]\nkind =\n", "b.conf:2: kind has no value"},
		{"[backend d]\nkind = directory\npath = x\n", "b.conf:3: path: an absolute path"},
		{"[backend d]\nkind = directory\npath = /\n", "b.conf:3: path: an absolute path"},
		{"[backend d]\nkind = directory\npath = /x/\n", "b.conf:3: path: an absolute path"},
		{"[backend d]\nkind = directory\npath = /x//y\n", "b.conf:3: path: an absolute path"},
		{"[backend d]\nkind = directory\npath = /x/../y\n", "b.conf:3: path: an absolute path"},
		{"[backend d]\nkind = directory\npath = /x/./y\n", "b.conf:3: path: an absolute path"},
		{"[backend d]\nkind = directory\npath = /x\x01y\n", "b.conf:3: a control character"},
		{"[backend s]\n" S3_KEYS, "b.conf:1: backend s has no endpoint"},
		{S3 "style = odd\n", "b.conf:8: style: path or virtual"},
		{S3 "expected_bucket_owner = 12345678901\n", "b.conf:8: expected_bucket_owner: an AWS account's 12"},
		{S3 "expected_bucket_owner = 1234567890123\n", "b.conf:8: expected_bucket_owner: an AWS account's 12"},
		{S3 "expected_bucket_owner = 12345678901x\n", "b.conf:8: expected_bucket_owner: an AWS account's 12"},
		{S3 "[backend t]\n" S3_KEYS "endpoint = https://s3.example.org\nstyle = virtual\n",
			"backend t is in the same place as s"},
		{S3 "style = virtual\n[backend t]\n" S3_KEYS "endpoint = https://copies.s3.example.org\n",
			"backend t is in the same place as s"},
		{S3 "allow_plain_http = true\n", "b.conf:8: allow_plain_http is yes or no"},
		{S3 "connect_timeout_ms = 0\n", "b.conf:8: connect_timeout_ms is 1 to 3600000"},
		{S3 "request_timeout_ms = 3600001\n", "b.conf:8: request_timeout_ms is 1 to 3600000"},
		{S3 "request_timeout_ms = 1e3\n", "b.conf:8: request_timeout_ms is 1 to 3600000"},
		{S3 "storage_class = glacier\n", "b.conf:8: storage_class: 1 to 64 of A-Z 0-9 _"},
		{S3 "ca_file = ca.pem\n", "b.conf:8: ca_file: an absolute path"},
		{S3 "secret_key = hunter2\n", "b.conf:8: unknown key secret_key"},
		{S3 "credentials = chain\n", "b.conf:1: backend s: credentials = chain has no key files"},
		{S3 "profile = p\n", "b.conf:1: backend s: a profile is for credentials = chain"},
		{S3 "credentials = iam\n", "b.conf:8: credentials: files or chain"},
		{S3 "profile = a b\n", "b.conf:8: profile: 1 to 64 of"},
		{NO_KEYS "credentials = files\n", "b.conf:1: backend s: keys from files need access_key_file and"},
		{NO_KEYS "access_key_file = /a\n", "b.conf:1: backend s: keys from files need access_key_file and"},
		{NO_KEYS "session_token_file = /a\n", "b.conf:1: backend s: keys from files need access_key_file"},
		{NO_KEYS "credentials = chain\nsecret_key_file = /a\n", "b.conf:1: backend s: credentials = chain has"},
		{DIRECTORY "profile = p\n", "b.conf:1: backend d: profile is not for kind directory"},
		{S3 "path = /x\n", "b.conf:1: backend s: path is not for kind s3"},
		{S3 "vault = x\n", "b.conf:1: backend s: vault is not for kind s3"},
		{VAULT "bucket = bbb\n", "b.conf:1: backend v: bucket is not for kind glacier"},
		{VAULT "account_id = 1\n", "b.conf:7: account_id: an AWS account's 12 digits, or -"},
		{VAULT "endpoint = http://glacier.example.org\n", "backend v: http is for loopback addresses"},
		{"[backend v]\nkind = glacier\nvault = ..\n", "b.conf:3: vault: 1 to 255 of"},
		{"[backend v]\nkind = glacier\nvault = a/b\n", "b.conf:3: vault: 1 to 255 of"},
		{"[backend v]\nkind = glacier\nvault = v\n", "b.conf:1: backend v has no region"},
		{VAULT "[backend w]\nkind = glacier\nregion = us-east-1\nvault = old\naccess_key_file = "
		       "/b\nsecret_key_file = /c\n",
			"backend w is in the same place as v"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		f->n = 42;
		tomb_arena_reset(&f->arena);
		assert_int_equal(parse(f, cases[i].text), TOMB_INVAL);
		if (!strstr(f->err.text, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", f->err.text, cases[i].says);
		assert_int_equal(f->n, 42);
	}
}

static void a_vault_has_its_regions_endpoint_unless_told(void **state)
{
	struct fixture *f = *state;
	struct tomb_str prefix;

	assert_int_equal(parse(f, VAULT), TOMB_OK);
	assert_string_equal(f->backends[0].endpoint.p, "https://glacier.us-east-1.amazonaws.com");
	assert_int_equal(backend_url_prefix(&f->backends[0], &f->arena, &prefix, &f->err), TOMB_OK);
	assert_string_equal(prefix.p, "https://glacier.us-east-1.amazonaws.com/-/vaults/old/archives/");
	assert_int_equal(
		parse(f, VAULT "account_id = 111122223333\nendpoint = https://glacier.example.org\n"), TOMB_OK);
	assert_int_equal(backend_url_prefix(&f->backends[0], &f->arena, &prefix, &f->err), TOMB_OK);
	assert_string_equal(prefix.p, "https://glacier.example.org/111122223333/vaults/old/archives/");
}

static void an_endpoint_is_written_in_one_way(void **state)
{
	static const struct {
		const char *endpoint;
		bool good;
	} cases[] = {
		{"https://s3.us-east-2.amazonaws.com", true},
		{"https://10.0.0.1:9000", true},
		{"https://[2001:db8::1]:9000", true},
		{"http://127.0.0.1:7480", true},
		{"http://127.1.2.3", true},
		{"http://localhost:7480", true},
		{"http://[::1]:7480", true},
		{"http://s3.example.org", false},
		{"http://127.evil.org", false},
		{"http://127.0.0.1.evil.org", false},
		{"http://localhost.evil.org", false},
		{"http://10.0.0.1", false},
		{"https://S3.example.org", false},
		{"https://s3.example.org/", false},
		{"https://s3.example.org/base", false},
		{"https://s3.example.org?x", false},
		{"https://user@s3.example.org", false},
		{"https://s3.example.org:443", false},
		{"http://127.0.0.1:80", false},
		{"https://s3.example.org:0", false},
		{"https://s3.example.org:09000", false},
		{"https://s3.example.org:65536", false},
		{"https://s3.example.org:", false},
		{"https://", false},
		{"https://[::1", false},
		{"https://a b", false},
		{"ftp://s3.example.org", false},
		{"s3.example.org", false},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		TOMB_BUF_AUTO text = tomb_buf_init(1 << 12);
		bool good = false;

		tomb_buf_putf(&text, "[backend s]\n" S3_KEYS "endpoint = %s\n", cases[i].endpoint);
		good = parse(f, text.p) == TOMB_OK;
		if (good != cases[i].good)
			fail_msg("%s: %s", cases[i].endpoint, good ? "accepted" : f->err.text);
	}
	assert_int_equal(
		parse(f, "[backend s]\n" S3_KEYS "endpoint = http://s3.lan\nallow_plain_http = yes\n"), TOMB_OK);
}

static void too_many_backends_are_refused(void **state)
{
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 16);
	struct fixture *f = *state;

	for (int i = 0; i < BACKENDS_MAX; i++)
		tomb_buf_putf(&text, "[backend b%d]\nkind = directory\npath = /srv/%dx\n", i, i);
	assert_int_equal(parse(f, text.p), TOMB_OK);
	assert_int_equal(f->n, BACKENDS_MAX);
	tomb_buf_putf(&text, "[backend more]\nkind = directory\npath = /srv/more\n");
	assert_int_equal(parse(f, text.p), TOMB_INVAL);
	assert_non_null(strstr(f->err.text, "more than 64 backends"));
}

static void a_bucket_stands_before_the_host_only_where_names_and_tls_allow_it(void **state)
{
	static const struct {
		const char *endpoint;
		const char *bucket;
		const char *result; /* of the URL, or the rule that is broken */
	} cases[] = {
		{"https://s3.example.org", "copies", "https://copies.s3.example.org/"},
		{"https://s3.example.org:9000", "a-1", "https://a-1.s3.example.org:9000/"},
		{"http://localhost:7480", "copies", "http://copies.localhost:7480/"},
		{"http://localhost:7480", "my.copies", "http://my.copies.localhost:7480/"},
		{"https://s3.example.org", "my.copies", "a TLS certificate covers no bucket name with dots"},
		{"https://s3.example.org", "Copies", "cannot be a part of a host's"},
		{"https://s3.example.org", "my_copies", "cannot be a part of a host's"},
		{"https://s3.example.org", "-copies", "cannot be a part of a host's"},
		{"https://s3.example.org", "copies-", "cannot be a part of a host's"},
		{"http://localhost", "a..b", "cannot be a part of a host's"},
		{"https://s3.example.org", "a123456789012345678901234567890123456789012345678901234567890123",
			"cannot be a part of a host's"},
		{"https://10.0.0.1:9000", "copies", "the endpoint is an address"},
		{"https://[2001:db8::1]", "copies", "the endpoint is an address"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		TOMB_BUF_AUTO text = tomb_buf_init(1 << 10);
		struct tomb_str prefix = {NULL, 0};
		enum tomb_code code = TOMB_OK;

		tomb_buf_putf(&text,
			"[backend s]\nkind = s3\nregion = r\nbucket = %s\naccess_key_file = /a\n"
			"secret_key_file = /s\nendpoint = %s\nstyle = virtual\n",
			cases[i].bucket, cases[i].endpoint);
		code = parse(f, text.p);
		if (code == TOMB_OK) {
			assert_int_equal(backend_url_prefix(f->backends, &f->arena, &prefix, &f->err), TOMB_OK);
			assert_string_equal(prefix.p, cases[i].result);
		} else if (!strstr(f->err.text, cases[i].result)) {
			fail_msg("case %zu: %s", i, f->err.text);
		}
	}
}

static void every_want_of_memory_is_reported(void **state)
{
	enum tomb_code code = TOMB_NOMEM;
	size_t max = 0;

	(void)state;
	for (; code == TOMB_NOMEM; max += 64) {
		struct fixture f = {.arena = tomb_arena_init(max)};

		code = parse(&f, DIRECTORY S3);
		tomb_arena_fini(&f.arena);
	}
	assert_int_equal(code, TOMB_OK);
	assert_true(max > 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_directory_and_a_bucket_are_read, begin, end),
		cmocka_unit_test_setup_teardown(keys_come_from_files_or_from_the_chain, begin, end),
		cmocka_unit_test_setup_teardown(what_is_left_out_has_its_default, begin, end),
		cmocka_unit_test_setup_teardown(what_is_said_of_versions_and_locks_is_read, begin, end),
		cmocka_unit_test_setup_teardown(every_refusal_names_the_line_and_the_rule, begin, end),
		cmocka_unit_test_setup_teardown(a_vault_has_its_regions_endpoint_unless_told, begin, end),
		cmocka_unit_test_setup_teardown(an_endpoint_is_written_in_one_way, begin, end),
		cmocka_unit_test_setup_teardown(too_many_backends_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(
			a_bucket_stands_before_the_host_only_where_names_and_tls_allow_it, begin, end),
		cmocka_unit_test(every_want_of_memory_is_reported),
	};

	return cmocka_run_group_tests_name("backend", tests, NULL, NULL);
}

/* TLS to an S3 store is always verified, against the system's authorities or the operator's own: a server that cannot
 * prove who it is gets not a byte of a request. */
#include "s3_stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CA "ca_file = @/ca.pem\n"
#define VIRTUAL "style = virtual\n"

static const struct tls_paper papers[] = {
	{.name = "ca", .until_days = 10},
	{.name = "other-ca", .until_days = 10},
	{.name = "good", .alt_names = "IP:127.0.0.1,DNS:localhost", .issuer = "ca", .until_days = 9},
	{.name = "bucket", .alt_names = "DNS:bucket.localhost", .issuer = "ca", .until_days = 9},
	{.name = "elsewhere", .alt_names = "DNS:s3.example.org,IP:127.0.0.2", .issuer = "ca", .until_days = 9},
	{.name = "foreign", .alt_names = "IP:127.0.0.1", .issuer = "other-ca", .until_days = 9},
	{.name = "expired", .alt_names = "IP:127.0.0.1", .issuer = "ca", .from_days = -9, .until_days = -1},
	{.name = "early", .alt_names = "IP:127.0.0.1", .issuer = "ca", .from_days = 1, .until_days = 9},
	{.name = "own", .alt_names = "IP:127.0.0.1", .until_days = 9},
};

static const struct s3_said probe[] = {
	{.status = "200 OK", .body = "<VersioningConfiguration/>"}, {.status = "404 Not Found"}, {.status = "204 No"}};

static struct s3_stub_options with(const char *paper, const char *host, const char *signed_host, const char *conf)
{
	return (struct s3_stub_options){.tls = paper,
		.host = host,
		.signed_host = signed_host,
		.conf = conf,
		.papers = papers,
		.npapers = TOMB_COUNTOF(papers),
		.unprobed = true};
}

static void a_server_that_proves_who_it_is_is_talked_to(void **state)
{
	const struct s3_stub_options cases[] = {
		with("good", "127.0.0.1", NULL, CA),
		with("good", "localhost", NULL, CA),
		with("bucket", "localhost", "bucket.localhost", CA VIRTUAL),
		with("own", "127.0.0.1", NULL, "ca_file = @/own.pem\n"),
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_target target = {.key = TOMB_STR("k")};
		struct s3_stub stub;

		s3_stub_begin(&stub, probe, TOMB_COUNTOF(probe), &cases[i]);
		assert_int_equal(s3_stub_delete(&stub, target).outcome, TOMB_OUTCOME_GONE);
		s3_stub_stop(&stub);
		assert_int_equal(s3_stub_requests(&stub), 3);
		s3_stub_end(&stub);
	}
}

static void a_server_that_does_not_is_sent_nothing(void **state)
{
	const struct {
		struct s3_stub_options options;
		const char *says;
	} cases[] = {
		{with("foreign", "127.0.0.1", NULL, CA), "certificate"},
		{with("expired", "127.0.0.1", NULL, CA), "certificate has expired"},
		{with("early", "127.0.0.1", NULL, CA), "certificate is not yet valid"},
		{with("elsewhere", "127.0.0.1", NULL, CA), "no alternative certificate subject name matches"},
		{with("own", "127.0.0.1", NULL, CA), "certificate"},
		{with("good", "127.0.0.1", NULL, ""), "certificate"}, /* the system does not know our authority */
		{with("good", "localhost", NULL, CA VIRTUAL), "no alternative certificate subject name matches"},
		{with("good", "127.0.0.1", NULL, "ca_file = @/nothing.pem\n"), "nothing.pem"},
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct tomb_probe seen = {.can_look = false};
		struct s3_stub stub;

		s3_stub_begin(&stub, probe, TOMB_COUNTOF(probe), &cases[i].options);
		assert_int_equal(tomb_store_probe(stub.store, &seen, &stub.err), TOMB_NET);
		if (!strstr(stub.err.text, cases[i].says))
			fail_msg("case %zu: %s", i, stub.err.text);
		s3_stub_stop(&stub);
		assert_int_equal(s3_stub_requests(&stub), 0);
		s3_stub_end(&stub);
	}
}

static void a_server_without_tls_is_sent_nothing(void **state)
{
	static const struct canned_reply answer[] = {{.bytes = "HTTP/1.1 204 No Content\r\n\r\n"}};
	struct canned_http *plain = canned_http_start(answer, 1);
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 12);
	struct tomb_probe seen = {.can_look = false};
	TOMB_STORES_AUTO *stores = NULL;
	struct s3_stub stub;
	struct tomb_err err;
	char path[256];

	(void)state;
	s3_stub_begin(&stub, NULL, 0, &(struct s3_stub_options){.unprobed = true});
	tomb_buf_putf(&conf,
		"[backend s]\nkind = s3\nendpoint = https://127.0.0.1:%d\nregion = r\nbucket = bucket\n"
		"access_key_file = %s/access\nsecret_key_file = %s/secret\n",
		canned_http_port(plain), stub.temp.path, stub.temp.path);
	temp_folder_write(&stub.temp, "https", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/https", stub.temp.path);
	assert_int_equal(tomb_stores_open(path, &stores, &err), TOMB_OK);
	tomb_stores_set_waiting(stores, &(struct tomb_waiting){.clock = tomb_clock_real()});
	assert_int_equal(tomb_store_probe(tomb_stores_at(stores, 0), &seen, &err), TOMB_NET);
	canned_http_stop(plain);
	assert_int_equal(canned_http_requests(plain), 0);
	canned_http_free(plain);
	s3_stub_end(&stub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_proves_who_it_is_is_talked_to),
		cmocka_unit_test(a_server_that_does_not_is_sent_nothing),
		cmocka_unit_test(a_server_without_tls_is_sent_nothing),
	};

	return cmocka_run_group_tests_name("s3 tls", tests, NULL, NULL);
}

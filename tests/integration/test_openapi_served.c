/* The OpenAPI document as it is served; and what /api/v1 says to parameters that it does not have. */
#include "api_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void a_stranger_reads_the_document_and_keeps_it(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	char request[256];
	char etag[64];

	api_get(s, NULL, &a, "/openapi.json");
	API_STATUS(&a, 200);
	assert_string_equal(api_text(&a, "openapi"), "3.1.0");
	assert_string_equal(raw_header(&a, "Cache-Control"), "public, no-cache");
	(void)snprintf(etag, sizeof etag, "%s", raw_header(&a, "ETag"));
	(void)snprintf(request, sizeof request,
		"GET /openapi.json HTTP/1.1\r\nHost: registry\r\nConnection: close\r\nIf-None-Match: %s\r\n\r\n", etag);
	api_send(s, request, &a);
	API_STATUS(&a, 304);
	assert_int_equal(a.nbody, 0);
	assert_string_equal(raw_header(&a, "ETag"), etag);
}

static void unknown_parameters_are_refused_where_none_are_known(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	int64_t object = tomb_world_object(&s->world, "test.edu/bag", 1, 1);

	api_get(s, &s->world.alice, &a, "/api/v1/objects/%lld", (long long)object);
	API_STATUS(&a, 200);
	api_get(s, &s->world.alice, &a, "/api/v1/objects/%lld?sate=A", (long long)object);
	API_STATUS(&a, 400);
	assert_non_null(strstr(api_text(&a, "detail"), "sate"));
	api_get(s, &s->world.alice, &a, "/api/v1/objects/%lld/files?object_id=1", (long long)object);
	API_STATUS(&a, 400);
	api_get(s, &s->world.alice, &a, "/api/v1/events?own=true");
	API_STATUS(&a, 400);
	api_ask(s, &s->world.oscar, "PUT", "{\"on\":false}", &a, "/api/v1/stop-switch?on=true");
	API_STATUS(&a, 400);
	assert_non_null(strstr(api_text(&a, "detail"), "\"on\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_stranger_reads_the_document_and_keeps_it, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			unknown_parameters_are_refused_where_none_are_known, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("OpenAPI served", tests, NULL, NULL);
}

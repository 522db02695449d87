/* Storage options and their backends by /api/v1 (deletion.md P-12). */
#include "api_client.h"
#include "tombstone/backend.h"
#include "tombstone/storage_option.h"
#include "tombstone/storage_price.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct tomb_str backend = {"far", 3};
static const struct tomb_str other = {"near", 4};

/* "Aeon", the first by name: 90 days on one backend that was probed, with a price; and "Bare", of which nothing is
 * known. */
static void make_options(struct site *s)
{
	struct tomb_pg *pg = s->world.registry;
	const struct tomb_actor *oscar = &s->world.oscar;
	struct tomb_backend_probe probe = {.place = TOMB_STR("s3://far/"),
		.is_reachable = true,
		.problem = TOMB_STR(""),
		.versioning = TOMB_STR("enabled"),
		.object_lock = TOMB_FINDING_NO};
	struct tomb_storage_price price = {
		.currency = TOMB_STR("EUR"), .nanos = 3600000, .billed_days = 180, .billed_bytes = 131072};

	TOMB_OK_OR_FAIL(tomb_storage_backend_create(pg, oscar, backend, &err));
	TOMB_OK_OR_FAIL(
		tomb_storage_option_create(pg, oscar, TOMB_STR("Aeon"), 90, (struct tomb_strs){&backend, 1}, &err));
	TOMB_OK_OR_FAIL(tomb_storage_backend_create(pg, oscar, other, &err));
	TOMB_OK_OR_FAIL(
		tomb_storage_option_create(pg, oscar, TOMB_STR("Bare"), 0, (struct tomb_strs){&other, 1}, &err));
	TOMB_OK_OR_FAIL(tomb_backend_probed(pg, oscar, backend, &probe, &err));
	TOMB_OK_OR_FAIL(tomb_storage_price_set(pg, oscar, TOMB_STR("Aeon"), (struct tomb_strs){NULL, 0}, &price, &err));
}

static void an_option_says_what_it_asks_and_how_its_backends_are(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};

	make_options(s);
	(void)tomb_world_object(&s->world, "test.edu/bag", 3, 1);
	api_get(s, &s->world.carol, &a, "/api/v1/storage-options");
	API_STATUS(&a, 200);
	assert_string_equal(api_names(&a, "results.0"), "id name min_days created_at files bytes backends ");
	assert_string_equal(api_text(&a, "results.0.name"), "Aeon");
	assert_int_equal(api_number(&a, "results.0.min_days"), 90);
	assert_int_equal(api_number(&a, "results.0.files"), 0);
	assert_string_equal(api_names(&a, "results.0.backends.0"),
		"name retention place reachable problem versioning object_lock probed_at left_alone price ");
	assert_true(api_bool(&a, "results.0.backends.0.reachable"));
	assert_false(api_bool(&a, "results.0.backends.0.object_lock"));
	assert_true(api_is_null(&a, "results.0.backends.0.left_alone"));
	assert_string_equal(api_text(&a, "results.0.backends.0.price.amount"), "0.0036");
	assert_string_equal(api_text(&a, "results.0.backends.0.price.currency"), "EUR");
	assert_int_equal(api_number(&a, "results.0.backends.0.price.billed_days"), 180);
	assert_true(api_is_null(&a, "results.1.backends.0.reachable"));
	assert_true(api_is_null(&a, "results.1.backends.0.probed_at"));
	assert_true(api_is_null(&a, "results.1.backends.0.price"));
	/* What is stored is told of the own institution. */
	assert_string_equal(api_text(&a, "results.2.name"), "Standard");
	assert_int_equal(api_number(&a, "results.2.files"), 3);
	assert_true(api_number(&a, "results.2.bytes") > 0);
	api_get(s, &s->world.mallory, &a, "/api/v1/storage-options");
	assert_int_equal(api_number(&a, "results.2.files"), 0);
	api_get(s, &s->world.oscar, &a, "/api/v1/storage-options");
	assert_int_equal(api_number(&a, "results.2.files"), 3);
}

static void why_a_backend_is_left_alone_is_for_operators(void **state)
{
	struct site *s = *state;
	RAW_ANSWER_AUTO a = {0};
	const struct tomb_actor lane = {
		.email = TOMB_STR("tombstone-worker"), .name = TOMB_STR("worker"), .via = TOMB_VIA_WORKER};
	struct tomb_backend_breaker breaker = {.is_open = true,
		.until_us = INT64_C(4102444800000000), /* 2100 */
		.reason = TOMB_STR("AccessDenied for the secret account")};

	make_options(s);
	TOMB_OK_OR_FAIL(tomb_backend_breaker_open(s->world.worker, &lane, backend, &breaker, &err));
	api_get(s, &s->world.carol, &a, "/api/v1/storage-options");
	assert_string_equal(api_names(&a, "results.0.backends.0.left_alone"), "since until reason ");
	assert_string_equal(api_text(&a, "results.0.backends.0.left_alone.reason"), "");
	assert_null(strstr(a.body, "AccessDenied"));
	api_get(s, &s->world.oscar, &a, "/api/v1/storage-options");
	assert_string_equal(
		api_text(&a, "results.0.backends.0.left_alone.reason"), "AccessDenied for the secret account");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_option_says_what_it_asks_and_how_its_backends_are, site_set_up, site_tear_down),
		cmocka_unit_test_setup_teardown(
			why_a_backend_is_left_alone_is_for_operators, site_set_up, site_tear_down),
	};
	return cmocka_run_group_tests_name("storage options by /api/v1", tests, NULL, NULL);
}

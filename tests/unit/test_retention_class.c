/* Whose minimum counts: the storage option's, the storage class's, or both. */
#include "tombstone/retention.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define DAY_US (86400 * INT64_C(1000000))
#define AWS "https://s3.us-east-2.amazonaws.com/bucket/key"
#define WASABI "https://s3.eu-central-1.wasabisys.com/bucket/key"

static int64_t utc_us(int year, int month, int day)
{
	struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = 12};

	return (int64_t)timegm(&tm) * 1000000;
}

static int days_of(const char *url, const char *class)
{
	const struct tomb_retention_class *c = tomb_retention_class(tomb_str_from(url), tomb_str_from(class));

	return c ? c->min_days : -1;
}

static void classes_have_the_minimum_that_their_provider_bills(void **state)
{
	size_t n = 0;
	const struct tomb_retention_class *all = tomb_retention_classes(&n);

	(void)state;
	assert_int_equal(days_of(AWS, "STANDARD"), 0);
	assert_int_equal(days_of(AWS, "STANDARD_IA"), 30);
	assert_int_equal(days_of(AWS, "ONEZONE_IA"), 30);
	assert_int_equal(days_of(AWS, "GLACIER_IR"), 90);
	assert_int_equal(days_of(AWS, "GLACIER"), 90);
	assert_int_equal(days_of(AWS, "DEEP_ARCHIVE"), 180);
	assert_int_equal(days_of(WASABI, "STANDARD"), 90);
	assert_int_equal(days_of("https://s3.wasabisys.com:443/b/k", "STANDARD"), 90);
	for (size_t i = 0; i < n; i++)
		assert_true(strlen(all[i].source) > 0 && strlen(all[i].provider) > 0);
}

static void a_name_that_only_looks_like_wasabi_is_not_wasabi(void **state)
{
	(void)state;
	assert_int_equal(days_of("https://store.example/s3.wasabisys.com/k", "STANDARD"), 0);
	assert_int_equal(days_of("https://notwasabisys.com/b/k", "STANDARD"), 0);
	assert_int_equal(days_of("https://s3.wasabisys.com.example/b/k", "STANDARD"), 0);
	assert_int_equal(days_of("http://127.0.0.1:8000/b/k", "GLACIER"), 90);
}

static void nothing_is_known_of_a_folder_or_a_class_of_ones_own(void **state)
{
	(void)state;
	assert_int_equal(days_of("file:///srv/copies/ab/key", ""), -1);
	assert_int_equal(days_of("https://ceph.example/b/k", "COLD"), -1);
	assert_int_equal(days_of("https://ceph.example/b/k", "glacier"), -1);
	assert_int_equal(days_of("", "GLACIER"), 90);
}

static void a_policy_has_a_name_and_no_other(void **state)
{
	struct tomb_err err = {.text = ""};
	enum tomb_retention_policy policy = TOMB_RETENTION_POLICY_MAX;

	(void)state;
	for (int i = 0; i < TOMB_RETENTION_POLICY_MAX; i++) {
		struct tomb_str name = tomb_retention_policy_name((enum tomb_retention_policy)i);

		assert_int_equal(tomb_retention_policy_parse(name, &policy, &err), TOMB_OK);
		assert_int_equal(policy, i);
	}
	policy = TOMB_RETENTION_STORE;
	assert_int_equal(tomb_retention_policy_parse(TOMB_STR("Registry"), &policy, &err), TOMB_INVAL);
	assert_non_null(strstr(err.text, "registry, store or strictest"));
	assert_int_equal(policy, TOMB_RETENTION_STORE);
}

/* Stored on the same day by ledger and store, which keep it 30 and 90 days. */
static struct tomb_retention_facts facts_on(int64_t now_us, enum tomb_retention_policy policy)
{
	return (struct tomb_retention_facts){
		.policy = policy,
		.now_us = now_us,
		.stored_at_us = utc_us(2024, 1, 1),
		.min_days = 30,
		.url = TOMB_STR(AWS),
		.storage_class = TOMB_STR("GLACIER"),
		.modified_us = utc_us(2024, 1, 1),
	};
}

static void each_policy_asks_its_own_rules(void **state)
{
	static const struct {
		enum tomb_retention_policy policy;
		int days; /* from when on it may be deleted */
	} cases[] = {{TOMB_RETENTION_REGISTRY, 30}, {TOMB_RETENTION_STORE, 90}, {TOMB_RETENTION_STRICTEST, 90}};
	char why[TOMB_RETENTION_WHY];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		int64_t until = utc_us(2024, 1, 1) + cases[i].days * DAY_US;
		struct tomb_retention_facts before = facts_on(until - 1, cases[i].policy);
		struct tomb_retention_facts then = facts_on(until, cases[i].policy);

		assert_false(tomb_retention_allows(&before, why));
		assert_true(strlen(why) > 0);
		assert_true(tomb_retention_allows(&then, why));
		assert_string_equal(why, "");
	}
}

static void the_strictest_is_the_later_of_both(void **state)
{
	struct tomb_retention_facts f = facts_on(utc_us(2024, 5, 1), TOMB_RETENTION_STRICTEST);
	char why[TOMB_RETENTION_WHY];

	(void)state;
	assert_true(tomb_retention_allows(&f, why));
	f.min_days = 180;
	assert_false(tomb_retention_allows(&f, why));
	assert_non_null(strstr(why, "180 days"));
	f.policy = TOMB_RETENTION_STORE;
	assert_true(tomb_retention_allows(&f, why));
}

/* Standard, which has a copy in Glacier: "can be deleted at any time". */
static void p_12_the_strictest_leaves_options_without_a_minimum_alone(void **state)
{
	struct tomb_retention_facts f = facts_on(utc_us(2024, 1, 2), TOMB_RETENTION_STRICTEST);
	char why[TOMB_RETENTION_WHY];

	(void)state;
	f.min_days = 0;
	assert_true(tomb_retention_allows(&f, why));
	f.policy = TOMB_RETENTION_STORE;
	assert_false(tomb_retention_allows(&f, why));
}

static void the_reason_names_class_days_and_the_day_in_a_leap_year_too(void **state)
{
	struct tomb_retention_facts f = facts_on(utc_us(2024, 2, 1), TOMB_RETENTION_STRICTEST);
	char why[TOMB_RETENTION_WHY];

	(void)state;
	assert_false(tomb_retention_allows(&f, why));
	assert_string_equal(why, "Amazon S3 bills class GLACIER for 90 days at least, for this copy until 2024-03-31: "
				 "to delete it earlier "
				 "would cost the rest, though no lock prevents it");
	f.modified_us = utc_us(2023, 1, 1);
	f.now_us = utc_us(2023, 3, 31);
	f.stored_at_us = f.modified_us;
	assert_false(tomb_retention_allows(&f, why));
	assert_non_null(strstr(why, "until 2023-04-01"));
}

static void what_a_store_says_nothing_of_is_kept_by_the_ledger(void **state)
{
	struct tomb_retention_facts f = facts_on(utc_us(2024, 1, 15), TOMB_RETENTION_STORE);
	char why[TOMB_RETENTION_WHY];

	(void)state;
	f.storage_class = TOMB_STR("COLD");
	assert_false(tomb_retention_allows(&f, why));
	assert_non_null(strstr(why, "30 days"));
	f.storage_class = TOMB_STR("");
	assert_false(tomb_retention_allows(&f, why));
	f.now_us = utc_us(2024, 2, 15);
	assert_true(tomb_retention_allows(&f, why));
}

static void a_store_without_a_date_or_with_one_to_come_is_not_over(void **state)
{
	struct tomb_retention_facts f = facts_on(utc_us(2026, 1, 1), TOMB_RETENTION_STRICTEST);
	char why[TOMB_RETENTION_WHY];

	(void)state;
	f.modified_us = 0;
	assert_false(tomb_retention_allows(&f, why));
	assert_non_null(strstr(why, "does not tell since when"));
	f.modified_us = -1;
	assert_false(tomb_retention_allows(&f, why));
	f.modified_us = f.now_us + 1;
	assert_false(tomb_retention_allows(&f, why));
	f.modified_us = INT64_MAX;
	assert_false(tomb_retention_allows(&f, why));
	/* A class without a minimum needs no date: the clocks of stores differ from ours. */
	f.storage_class = TOMB_STR("STANDARD");
	assert_true(tomb_retention_allows(&f, why));
	f.stored_at_us = f.now_us + 1;
	assert_false(tomb_retention_allows(&f, why));
}

static void a_long_name_of_a_class_fits_the_reason(void **state)
{
	static char name[4000];
	struct tomb_retention_facts f = facts_on(utc_us(2024, 1, 15), TOMB_RETENTION_STRICTEST);
	char why[TOMB_RETENTION_WHY];

	(void)state;
	memset(name, 'X', sizeof name);
	f.url = TOMB_STR(WASABI);
	f.storage_class = (struct tomb_str){name, sizeof name};
	f.stored_at_us = utc_us(2020, 1, 1);
	assert_false(tomb_retention_allows(&f, why));
	assert_non_null(strstr(why, "no lock prevents it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_have_the_minimum_that_their_provider_bills),
		cmocka_unit_test(a_name_that_only_looks_like_wasabi_is_not_wasabi),
		cmocka_unit_test(nothing_is_known_of_a_folder_or_a_class_of_ones_own),
		cmocka_unit_test(a_policy_has_a_name_and_no_other),
		cmocka_unit_test(each_policy_asks_its_own_rules),
		cmocka_unit_test(the_strictest_is_the_later_of_both),
		cmocka_unit_test(p_12_the_strictest_leaves_options_without_a_minimum_alone),
		cmocka_unit_test(the_reason_names_class_days_and_the_day_in_a_leap_year_too),
		cmocka_unit_test(what_a_store_says_nothing_of_is_kept_by_the_ledger),
		cmocka_unit_test(a_store_without_a_date_or_with_one_to_come_is_not_over),
		cmocka_unit_test(a_long_name_of_a_class_fits_the_reason),
	};

	return cmocka_run_group_tests_name("retention_class", tests, NULL, NULL);
}

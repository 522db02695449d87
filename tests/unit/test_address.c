/* Addresses of servers. */
#include "tombstone/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *text;
	bool is_unix;
	const char *name;
	uint16_t port;
} known[] = {
	{"unix:/run/tombstone/redis.sock", true, "/run/tombstone/redis.sock", 0},
	{"unix:/a path:1", true, "/a path:1", 0},
	{"localhost:0", false, "localhost", 0},
	{"127.0.0.1:65535", false, "127.0.0.1", 65535},
	{"db_1.Example.org:5432", false, "db_1.Example.org", 5432},
	{"[::1]:8080", false, "::1", 8080},
	{"[2001:db8::192.0.2.1]:1", false, "2001:db8::192.0.2.1", 1},
};

static void addresses_are_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(known); i++) {
		struct tomb_address address;
		char text[TOMB_ADDRESS_TEXT];
		struct tomb_err err;

		assert_int_equal(tomb_address_parse(tomb_str_from(known[i].text), &address, &err), TOMB_OK);
		assert_int_equal(address.is_unix, known[i].is_unix);
		assert_string_equal(address.name, known[i].name);
		assert_int_equal(address.port, known[i].port);
		assert_string_equal(tomb_address_text(&address, text), known[i].text);
	}
}

static void the_longest_names_fit_and_longer_ones_are_refused(void **state)
{
	char text[400] = "unix:/";
	struct tomb_address address;
	struct tomb_err err;

	(void)state;
	memset(text + 6, 'p', 300);
	assert_int_equal(
		tomb_address_parse((struct tomb_str){text, 5 + TOMB_ADDRESS_PATH_MAX}, &address, &err), TOMB_OK);
	assert_int_equal(strlen(address.name), TOMB_ADDRESS_PATH_MAX);
	assert_int_equal(
		tomb_address_parse((struct tomb_str){text, 6 + TOMB_ADDRESS_PATH_MAX}, &address, &err), TOMB_INVAL);
	memset(text, 'h', TOMB_ADDRESS_NAME_MAX + 1);
	memcpy(text + TOMB_ADDRESS_NAME_MAX, ":65535", 7);
	assert_int_equal(tomb_address_parse(tomb_str_from(text), &address, &err), TOMB_OK);
	assert_string_equal(tomb_address_text(&address, (char[TOMB_ADDRESS_TEXT]){0}), text);
	text[TOMB_ADDRESS_NAME_MAX] = 'h';
	memcpy(text + TOMB_ADDRESS_NAME_MAX + 1, ":1", 3);
	assert_int_equal(tomb_address_parse(tomb_str_from(text), &address, &err), TOMB_INVAL);
}

static void anything_else_is_refused(void **state)
{
	static const char *const wrong[] = {"", ":", ":80", "host", "host:", "host:65536", "host:+1", "host:-1",
		"host:8o", "host:000080", "ho st:80", "-host:80", "host/:80", "::1:80", "[::1]", "[::1]:", "[]:80",
		"[host]:80", "[::1:80", "unix:", "unix:/", "unix:relative", "unix:/new\nline", "tcp://host:80",
		"\xff:80"};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(wrong); i++) {
		struct tomb_address address = {.port = 7};
		struct tomb_err err = {.code = TOMB_OK};

		assert_int_equal(tomb_address_parse(tomb_str_from(wrong[i]), &address, &err), TOMB_INVAL);
		assert_int_equal(err.code, TOMB_INVAL);
		assert_int_equal(address.port, 7);
	}
	assert_int_equal(tomb_address_parse(
				 (struct tomb_str){NULL, 0}, &(struct tomb_address){.port = 0}, &(struct tomb_err){0}),
		TOMB_INVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_and_written),
		cmocka_unit_test(the_longest_names_fit_and_longer_ones_are_refused),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

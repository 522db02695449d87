/* Cookies: any header is refused, or gives a piece of itself; any value that may be set comes back. */
#include "../../registry/service/cookie.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_read(struct tomb_str header)
{
	for (int behind_tls = 0; behind_tls < 2; behind_tls++) {
		const struct tomb_field f = {TOMB_STR("Cookie"), header};
		const struct tomb_request req = {.headers = {&f, 1}, .behind_tls = behind_tls};
		struct tomb_str value = {NULL, 0};
		struct tomb_err err = {.code = TOMB_OK};

		if (tomb_cookie_get(&req, TOMB_STR("a"), &value, &err) != TOMB_OK) {
			assert(err.code == TOMB_INVAL && !value.p);
			continue;
		}
		if (!value.p)
			continue;
		assert(value.p >= header.p && value.p + value.n <= header.p + header.n);
		assert(!memchr(value.p, ';', value.n));
	}
}

static void check_written(struct tomb_str value)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	struct tomb_response res = tomb_response_init(&arena);
	const struct tomb_cookie cookie = {.name = "a", .value = value, .max_age_s = 60, .behind_tls = true};
	struct tomb_err err = {.code = TOMB_OK};
	struct tomb_str back = {NULL, 0};

	if (tomb_cookie_set(&res, &cookie, &err) != TOMB_OK) {
		assert(res.nheaders == 0);
		return;
	}
	const struct tomb_field f = {TOMB_STR("Cookie"), res.headers[0].value};
	const struct tomb_request req = {.headers = {&f, 1}, .behind_tls = true};

	assert(tomb_cookie_get(&req, TOMB_STR("a"), &back, &err) == TOMB_OK);
	assert(tomb_str_eq(back, value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tomb_str bytes = {size ? (const char *)data : "", size};

	check_read(bytes);
	check_written(bytes);
	return 0;
}

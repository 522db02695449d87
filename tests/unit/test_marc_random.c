/* Random MARC records keep what is promised of every one (tests/lib/marc_oath.h). */
#include "expect.h"
#include "marc_oath.h"

#include "tombstone/marc_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { RECORDS = 400, OUT_MAX = 32 << 20 };

/* A linear congruential generator: the same records in each run. */
static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

static void put_value(uint64_t *seed, struct tomb_buf *out)
{
	static const char *const pieces[] = {"a", " ", "&", "<", ">", "\"", "'", "\n", "\r", "\t", "]]>", "\xc3\xa9",
		"a\xcc\x88", "\xe4\xb8\x80", "\xf0\x9f\x93\x96", "\xc2\x98", "|", "&amp;", "&#13;", "</subfield>"};
	uint32_t n = draw(seed, 40) == 0 ? draw(seed, 9000) : draw(seed, 20);

	tomb_buf_reset(out);
	for (uint32_t i = 0; i < n; i++)
		tomb_buf_put(out, tomb_str_from(pieces[draw(seed, TOMB_COUNTOF(pieces))]));
}

static void build(uint64_t *seed, struct tomb_marc_builder *b)
{
	static const char codes[] = "abcdefghijklmnopqrstuvwxyz0123456789\"&<>%!";
	static const char indicators[] = " 0123456789abcdefz";
	TOMB_BUF_AUTO value = tomb_buf_init(OUT_MAX);
	uint32_t nfields = draw(seed, 30);
	char leader[] = "00000nam a2200000 a 4500";

	leader[5] = "acdnpx "[draw(seed, 7)];
	leader[6] = "acdefgijkmoprtuvxyzqwn"[draw(seed, 22)];
	tomb_marc_builder_begin(b, tomb_str_from(leader));
	for (uint32_t i = 0; i < nfields; i++) {
		char tag[8];
		char ind[2] = {
			indicators[draw(seed, sizeof indicators - 1)], indicators[draw(seed, sizeof indicators - 1)]};
		uint32_t nsubfields = draw(seed, 5);

		(void)snprintf(tag, sizeof tag, "%03u", 1 + draw(seed, 999));
		put_value(seed, &value);
		if (tag[0] == '0' && tag[1] == '0') {
			tomb_marc_builder_control(b, tomb_str_from(tag), (struct tomb_str){value.p, value.n});
			continue;
		}
		tomb_marc_builder_field(b, tomb_str_from(tag), (struct tomb_str){ind, 2});
		for (uint32_t s = 0; s < nsubfields; s++) {
			put_value(seed, &value);
			tomb_marc_builder_subfield(
				b, codes[draw(seed, sizeof codes - 1)], (struct tomb_str){value.p, value.n});
		}
	}
}

static void random_records_keep_what_is_promised(void **state)
{
	TOMB_MARC_BUILDER_AUTO b = tomb_marc_builder_init();
	TOMB_BUF_AUTO out = tomb_buf_init(OUT_MAX);
	uint64_t seed = 1;
	int nlong = 0;

	(void)state;
	for (int i = 0; i < RECORDS; i++) {
		struct tomb_marc_stored stored;
		const char *why = NULL;

		build(&seed, &b);
		tomb_buf_reset(&out);
		TOMB_EXPECT(TOMB_OK, "", tomb_marc_builder_done(&b, 0, &out, &stored, &err));
		nlong += stored.form == TOMB_MARC_MARCXML;
		why = marc_oath_broken(&stored);
		if (why)
			fail_msg("record %d: %s: %.*s", i, why, TOMB_STR_ARG(stored.bytes));
	}
	assert_in_range(nlong, 1, RECORDS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_records_keep_what_is_promised)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

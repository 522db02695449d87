/* Stored MARC records: made, walked, patched, written. */
#include "expect.h"

#include "tombstone/marc_builder.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { OUT_MAX = 4 << 20 };

#define NOON INT64_C(1709208000000000) /* 2024-02-29T12:00:00Z */
#define LEADER TOMB_STR("00000cam a2200000 a 4500")

struct box {
	struct tomb_marc_builder b;
	struct tomb_buf out;
	struct tomb_buf scratch;
	struct tomb_buf text;
	struct tomb_arena arena;
	struct tomb_marc_stored stored;
};

static int begin(void **state)
{
	struct box *x = calloc(1, sizeof *x);

	if (!x)
		return -1;
	x->b = tomb_marc_builder_init();
	x->out = tomb_buf_init(OUT_MAX);
	x->scratch = tomb_buf_init(TOMB_MARC_SCRATCH_MAX);
	x->text = tomb_buf_init(OUT_MAX);
	x->arena = tomb_arena_init(OUT_MAX);
	*state = x;
	return 0;
}

static int end(void **state)
{
	struct box *x = *state;

	tomb_marc_builder_fini(&x->b);
	tomb_buf_fini(&x->out);
	tomb_buf_fini(&x->scratch);
	tomb_buf_fini(&x->text);
	tomb_arena_fini(&x->arena);
	free(x);
	return 0;
}

static void store(struct box *x)
{
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_builder_done(&x->b, NOON, &x->out, &x->stored, &err));
}

static void open_stored(struct box *x, struct tomb_marc *marc)
{
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_open(&x->stored, &x->scratch, marc, &err));
}

static void same(struct tomb_str got, const char *want)
{
	if (!tomb_str_eq(got, tomb_str_from(want)))
		fail_msg("\"%.*s\", not \"%s\"", TOMB_STR_ARG(got), want);
}

static void book(struct box *x)
{
	tomb_marc_builder_begin(&x->b, LEADER);
	tomb_marc_builder_control(&x->b, TOMB_STR("001"), TOMB_STR("in00001"));
	tomb_marc_builder_control(&x->b, TOMB_STR("008"), TOMB_STR("020815s2002    nyu    j      000 1 eng  "));
	tomb_marc_builder_field(&x->b, TOMB_STR("020"), TOMB_STR("  "));
	tomb_marc_builder_subfield(&x->b, 'a', TOMB_STR("0786808772 "));
	tomb_marc_builder_field(&x->b, TOMB_STR("245"), TOMB_STR("10"));
	tomb_marc_builder_subfield(&x->b, 'a',
		TOMB_STR("R\xc3\xb6mer & <Br\xc3\xbc"
			 "cken> :"));
	tomb_marc_builder_subfield(&x->b, 'b', TOMB_STR("eine Geschichte /"));
	tomb_marc_builder_subfield(&x->b, 'c', TOMB_STR("von \"X\"."));
	tomb_marc_builder_field(&x->b, TOMB_STR("999"), TOMB_STR("ff"));
	tomb_marc_builder_subfield(&x->b, 'i', TOMB_STR("00000000-0000-4000-8000-000000000001"));
}

/* The same, too long for ISO 2709. */
static void long_book(struct box *x)
{
	char *note = calloc(1, 10001);

	assert_non_null(note);
	memset(note, 'n', 10000);
	book(x);
	tomb_marc_builder_field(&x->b, TOMB_STR("500"), TOMB_STR("  "));
	tomb_marc_builder_subfield(&x->b, 'a', tomb_str_from(note));
	tomb_marc_builder_subfield(&x->b, '"', TOMB_STR("a\r\n\tb"));
	free(note);
}

static void check_book(struct box *x)
{
	struct tomb_marc marc;
	struct tomb_marc_facts facts;

	open_stored(x, &marc);
	same(tomb_marc_value(&marc, "001", NULL, 0), "in00001");
	same(tomb_marc_value(&marc, "005", NULL, 0), "20240229120000.0");
	same(tomb_marc_value(&marc, "245", "10", 'c'), "von \"X\".");
	same(tomb_marc_value(&marc, "999", "ff", 'i'), "00000000-0000-4000-8000-000000000001");
	assert_null(tomb_marc_value(&marc, "999", "  ", 'i').p);
	assert_null(tomb_marc_value(&marc, "998", NULL, 'i').p);
	same((struct tomb_str){x->stored.bytes.p + x->stored.at_005, 16}, "20240229120000.0");
	assert_memory_equal(x->stored.bytes.p + x->stored.leader_at, marc.leader.p, TOMB_MARC_LEADER);
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_facts(&marc, &x->arena, &facts, &err));
	same(facts.id, "in00001");
	same(facts.title, "R\xc3\xb6mer & <Br\xc3\xbc"
			  "cken> : eine Geschichte");
	assert_int_equal(facts.status, 'c');
	assert_int_equal(facts.type, 'a');
	assert_int_equal(facts.kind, TOMB_MARC_BIB);
	assert_null(facts.agency.p);
	assert_int_equal(facts.nnumbers, 1);
	same(facts.numbers[0].tag, "020");
	same(facts.numbers[0].value, "0786808772");
}

static void a_record_comes_out_as_it_went_in(void **state)
{
	struct box *x = *state;

	book(x);
	store(x);
	assert_int_equal(x->stored.form, TOMB_MARC_ISO2709);
	assert_int_equal(x->b.repairs, TOMB_MARC_REPAIR_TIME);
	assert_int_equal(x->stored.leader_at, 0);
	assert_memory_equal(x->stored.bytes.p, "00276cam a2200097 a 4500", TOMB_MARC_LEADER);
	assert_int_equal(x->stored.bytes.n, 276);
	check_book(x);
}

static void a_long_record_is_kept_as_marcxml(void **state)
{
	struct box *x = *state;
	struct tomb_marc marc;

	long_book(x);
	store(x);
	assert_int_equal(x->stored.form, TOMB_MARC_MARCXML);
	check_book(x);
	open_stored(x, &marc);
	assert_int_equal(tomb_marc_value(&marc, "500", NULL, 'a').n, 10000);
	same(tomb_marc_value(&marc, "500", NULL, '"'), "a\r\n\tb");
	TOMB_EXPECT(TOMB_TOOBIG, "take MARCXML", tomb_marc_put_iso2709(&x->stored, &x->text, &err));
	assert_int_equal(x->text.n, 0);
}

static void patch(struct box *x)
{
	struct tomb_marc_stored after;
	size_t changed = 0;

	store(x);
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_patch(&x->stored, 'd', NOON + 86400000000 + 1, &x->arena, &after, &err));
	assert_int_equal(after.bytes.n, x->stored.bytes.n);
	assert_int_equal(after.bytes.p[after.leader_at + 5], 'd');
	same((struct tomb_str){after.bytes.p + after.at_005, 16}, "20240301120000.0");
	for (size_t i = 0; i < after.bytes.n; i++)
		changed += after.bytes.p[i] != x->stored.bytes.p[i];
	assert_int_equal(changed, 4); /* c to d, 0229 to 0301 */
	TOMB_EXPECT(TOMB_INVAL, "lower-case", tomb_marc_patch(&x->stored, ' ', NOON, &x->arena, &after, &err));
	x->stored.at_005 = (int32_t)x->stored.bytes.n - 15;
	TOMB_EXPECT(TOMB_CORRUPT, "outside", tomb_marc_patch(&x->stored, 'd', NOON, &x->arena, &after, &err));
	x->stored.at_005 = -1;
	TOMB_EXPECT(TOMB_CORRUPT, "outside", tomb_marc_patch(&x->stored, 'd', NOON, &x->arena, &after, &err));
}

static void a_patch_changes_status_and_time_and_nothing_else(void **state)
{
	struct box *x = *state;

	book(x);
	patch(x);
	long_book(x);
	patch(x);
}

static void xml(struct box *x, bool has_location, struct tomb_marc_additions also, const char *want)
{
	tomb_buf_reset(&x->text);
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_put_xml(&x->stored, has_location, also, &x->text, &err));
	same((struct tomb_str){x->text.p, x->text.n}, want);
}

static void a_record_is_written_as_marcxml(void **state)
{
	struct box *x = *state;

	tomb_marc_builder_begin(&x->b, TOMB_STR("00000dam a22000003u 4500"));
	tomb_marc_builder_control(&x->b, TOMB_STR("001"), TOMB_STR("a<b"));
	tomb_marc_builder_field(&x->b, TOMB_STR("245"), TOMB_STR("1 "));
	tomb_marc_builder_subfield(&x->b, 'a', TOMB_STR("T & U"));
	store(x);
	xml(x, true, (struct tomb_marc_additions){NULL, 0},
		"<record xmlns=\"http://www.loc.gov/MARC21/slim\" "
		"xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
		"xsi:schemaLocation=\"http://www.loc.gov/MARC21/slim "
		"http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd\"><leader>00093dam a22000613u 4500</leader>"
		"<controlfield tag=\"001\">a&lt;b</controlfield><controlfield "
		"tag=\"005\">20240229120000.0</controlfield>"
		"<datafield tag=\"245\" ind1=\"1\" ind2=\" \"><subfield code=\"a\">T &amp; "
		"U</subfield></datafield></record>");
}

static void fields_are_added_for_one_receiver(void **state)
{
	const struct tomb_marc_subfield t = {'t', TOMB_STR("1")};
	const struct tomb_marc_addition add[] = {
		{TOMB_MARC_ADD_TO_ONE, "999", "ff", &t, 1},
		{TOMB_MARC_ADD_TO_ALL, "856", NULL, &t, 1},
		{TOMB_MARC_ADD_FIELD, "952", "ff", &t, 1},
		{TOMB_MARC_ADD_TO_ONE, "998", "ff", &t, 1},
		{TOMB_MARC_ADD_TO_ALL, "997", "ff", &t, 1},
	};
	struct box *x = *state;

	tomb_marc_builder_begin(&x->b, LEADER);
	for (int i = 0; i < 2; i++) {
		tomb_marc_builder_field(&x->b, TOMB_STR("856"), i ? TOMB_STR("42") : TOMB_STR("40"));
		tomb_marc_builder_subfield(&x->b, 'u', TOMB_STR("u"));
	}
	for (int i = 0; i < 2; i++) {
		tomb_marc_builder_field(&x->b, TOMB_STR("999"), TOMB_STR("ff"));
		tomb_marc_builder_subfield(&x->b, 'i', TOMB_STR("i"));
	}
	store(x);
	xml(x, false, (struct tomb_marc_additions){add, TOMB_COUNTOF(add)},
		"<record xmlns=\"http://www.loc.gov/MARC21/slim\"><leader>00127cam a2200085 a 4500</leader>"
		"<controlfield tag=\"005\">20240229120000.0</controlfield>"
		"<datafield tag=\"856\" ind1=\"4\" ind2=\"0\"><subfield code=\"u\">u</subfield><subfield "
		"code=\"t\">1</subfield>"
		"</datafield>"
		"<datafield tag=\"856\" ind1=\"4\" ind2=\"2\"><subfield code=\"u\">u</subfield><subfield "
		"code=\"t\">1</subfield>"
		"</datafield>"
		"<datafield tag=\"999\" ind1=\"f\" ind2=\"f\"><subfield code=\"i\">i</subfield><subfield "
		"code=\"t\">1</subfield>"
		"</datafield>"
		"<datafield tag=\"999\" ind1=\"f\" ind2=\"f\"><subfield code=\"i\">i</subfield></datafield>"
		"<datafield tag=\"952\" ind1=\"f\" ind2=\"f\"><subfield code=\"t\">1</subfield></datafield>"
		"<datafield tag=\"998\" ind1=\"f\" ind2=\"f\"><subfield code=\"t\">1</subfield></datafield>"
		"</record>");
}

static void what_fits_into_no_record_is_refused_by_its_field(void **state)
{
	struct box *x = *state;
	struct tomb_marc_builder *b = &x->b;

	tomb_marc_builder_begin(b, TOMB_STR("too short"));
	TOMB_EXPECT(TOMB_INVAL, "9 characters, not 24", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, TOMB_STR("00000c m a2200000 a 4500"));
	TOMB_EXPECT(TOMB_INVAL, "leader/06", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, LEADER);
	tomb_marc_builder_control(b, TOMB_STR("245"), TOMB_STR("x"));
	TOMB_EXPECT(TOMB_INVAL, "the tag \"245\"", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, LEADER);
	tomb_marc_builder_field(b, TOMB_STR("2aB"), TOMB_STR("  "));
	TOMB_EXPECT(TOMB_INVAL, "the tag \"2aB\"", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, LEADER);
	tomb_marc_builder_field(b, TOMB_STR("245"), TOMB_STR(" "));
	TOMB_EXPECT(
		TOMB_INVAL, "field 245 has 1 indicators", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, LEADER);
	tomb_marc_builder_field(b, TOMB_STR("245"), TOMB_STR("  "));
	tomb_marc_builder_subfield(b, ' ', TOMB_STR("x"));
	TOMB_EXPECT(TOMB_INVAL, "code 20 hex", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, LEADER);
	tomb_marc_builder_field(b, TOMB_STR("245"), TOMB_STR("  "));
	tomb_marc_builder_subfield(b, 'a', TOMB_STR("ab\x1f"));
	TOMB_EXPECT(TOMB_INVAL, "1f hex at place 2", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, LEADER);
	tomb_marc_builder_control(b, TOMB_STR("001"), TOMB_STR("a\0"));
	TOMB_EXPECT(
		TOMB_INVAL, "field 001 has the byte 00", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, LEADER);
	tomb_marc_builder_control(b, TOMB_STR("001"), TOMB_STR("\xe4x"));
	TOMB_EXPECT(TOMB_INVAL, "not UTF-8", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	tomb_marc_builder_begin(b, LEADER);
	tomb_marc_builder_control(b, TOMB_STR("001"), TOMB_STR("\xef\xbf\xbf"));
	TOMB_EXPECT(TOMB_INVAL, "no character", tomb_marc_builder_done(b, NOON, &x->out, &x->stored, &err));
	assert_int_equal(x->out.n, 0);
}

static void what_can_be_put_right_is_and_is_told(void **state)
{
	struct box *x = *state;
	struct tomb_marc marc;
	struct tomb_marc_field field;
	size_t at = 0;

	tomb_marc_builder_begin(&x->b, TOMB_STR("99999|am#_9900017|#|450\x02"));
	tomb_marc_builder_control(&x->b, TOMB_STR("001"), TOMB_STR("1"));
	tomb_marc_builder_control(&x->b, TOMB_STR("005"), TOMB_STR("19991301000000.0"));
	tomb_marc_builder_control(&x->b, TOMB_STR("005"), TOMB_STR("19991231000000.5"));
	tomb_marc_builder_control(&x->b, TOMB_STR("005"), TOMB_STR("19991230000000.0"));
	tomb_marc_builder_field(&x->b, TOMB_STR("900"), TOMB_STR("|A"));
	store(x);
	assert_int_equal(x->b.repairs, TOMB_MARC_REPAIR_LEADER | TOMB_MARC_REPAIR_INDICATOR | TOMB_MARC_REPAIR_TIME);
	same(x->stored.bytes, "00084 am a2200061   4500001000200000005001700002900000300019\x1e"
			      "1\x1e"
			      "19991231000000.5\x1e  \x1e\x1d");
	open_stored(x, &marc);
	while (tomb_marc_field(&marc, &at, &field))
		;
	same(field.tag, "900");
	same(field.indicators, "  ");
	assert_int_equal(field.data.n, 0);
}

static void the_time_has_its_place_among_the_fields(void **state)
{
	struct box *x = *state;

	tomb_marc_builder_begin(&x->b, LEADER);
	tomb_marc_builder_control(&x->b, TOMB_STR("003"), TOMB_STR("A"));
	tomb_marc_builder_control(&x->b, TOMB_STR("001"), TOMB_STR("B"));
	tomb_marc_builder_control(&x->b, TOMB_STR("006"), TOMB_STR("C"));
	tomb_marc_builder_control(&x->b, TOMB_STR("004"), TOMB_STR("D"));
	store(x);
	assert_non_null(memmem(x->stored.bytes.p, x->stored.bytes.n,
		"A\x1e"
		"B\x1e"
		"20240229120000.0\x1e"
		"C\x1e"
		"D\x1e\x1d",
		26));
	tomb_marc_builder_begin(&x->b, LEADER);
	store(x);
	assert_int_equal(x->stored.bytes.n, 24 + 12 + 1 + 17 + 1);
}

static void a_record_is_copied_with_more_fields(void **state)
{
	TOMB_MARC_BUILDER_AUTO b = tomb_marc_builder_init();
	TOMB_BUF_AUTO out = tomb_buf_init(OUT_MAX);
	struct box *x = *state;
	struct tomb_marc marc;

	book(x);
	store(x);
	open_stored(x, &marc);
	tomb_marc_builder_begin(&b, marc.leader);
	tomb_marc_builder_copy(&b, &marc);
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_builder_done(&b, 0, &out, &x->stored, &err));
	assert_int_equal(b.repairs, 0);
	assert_true(tomb_str_eq(x->stored.bytes, (struct tomb_str){x->out.p, x->out.n}));
}

static void a_record_that_is_too_large_is_refused(void **state)
{
	struct box *x = *state;

	book(x);
	for (int i = 0; i < 40000; i++) { /* short, and long in MARCXML */
		tomb_marc_builder_field(&x->b, TOMB_STR("500"), TOMB_STR("  "));
		tomb_marc_builder_subfield(&x->b, 'a', TOMB_STR("x"));
	}
	TOMB_EXPECT(TOMB_TOOBIG, "a record may have 1048576",
		tomb_marc_builder_done(&x->b, NOON, &x->out, &x->stored, &err));
	book(x);
	for (int i = 0; i < 400000; i++) {
		tomb_marc_builder_field(&x->b, TOMB_STR("500"), TOMB_STR("  "));
		tomb_marc_builder_subfield(&x->b, 'a', TOMB_STR("x"));
	}
	TOMB_EXPECT(TOMB_TOOBIG, "more than", tomb_marc_builder_done(&x->b, NOON, &x->out, &x->stored, &err));
}

/* Any byte of a stored record changed, or its end cut off: an error, or a walk that stays inside. */
static void damaged_records_are_walked_safely(void **state)
{
	struct box *x = *state;

	for (int is_long = 0; is_long < 2; is_long++) {
		struct tomb_marc_stored whole;
		size_t n = 0;

		if (is_long)
			long_book(x);
		else
			book(x);
		store(x);
		whole = x->stored;
		n = whole.bytes.n < 900 ? whole.bytes.n : 900;
		for (size_t i = 0; i < n; i++)
			for (int to = 0; to < 4; to++) {
				char *copy = malloc(whole.bytes.n);
				struct tomb_marc marc;
				struct tomb_err err;

				assert_non_null(copy);
				memcpy(copy, whole.bytes.p, whole.bytes.n);
				copy[i] = "9\x1e\x00\x1f"[to];
				x->stored.bytes = (struct tomb_str){copy, to ? whole.bytes.n : i};
				if (tomb_marc_open(&x->stored, &x->scratch, &marc, &err) == TOMB_OK) {
					tomb_buf_reset(&x->text);
					assert_int_equal(tomb_marc_put_xml(&x->stored, false,
								 (struct tomb_marc_additions){NULL, 0}, &x->text, &err),
						TOMB_OK);
				} else {
					assert_true(err.text[0] != '\0' && err.code == TOMB_CORRUPT);
				}
				free(copy);
			}
	}
}

static void facts_of(struct box *x, const char *leader, const char *tag, struct tomb_marc_facts *out)
{
	struct tomb_marc marc;

	tomb_marc_builder_begin(&x->b, tomb_str_from(leader));
	tomb_marc_builder_field(&x->b, TOMB_STR("040"), TOMB_STR("  "));
	tomb_marc_builder_subfield(&x->b, 'a', TOMB_STR("DLC"));
	tomb_marc_builder_field(&x->b, tomb_str_from(tag), TOMB_STR("1 "));
	tomb_marc_builder_subfield(&x->b, 'w', TOMB_STR("no"));
	tomb_marc_builder_subfield(&x->b, 'a', TOMB_STR("Lee, Ann,"));
	tomb_marc_builder_subfield(&x->b, 'b', TOMB_STR(" "));
	tomb_marc_builder_subfield(&x->b, 'f', TOMB_STR("1900-"));
	tomb_marc_builder_subfield(&x->b, '0', TOMB_STR("no"));
	store(x);
	open_stored(x, &marc);
	TOMB_EXPECT(TOMB_OK, "", tomb_marc_facts(&marc, &x->arena, out, &err));
}

static void each_kind_of_record_has_a_title_of_its_own(void **state)
{
	struct box *x = *state;
	struct tomb_marc_facts f;

	facts_of(x, "00000dz  a2200000n  4500", "100", &f);
	assert_int_equal(f.kind, TOMB_MARC_AUTHORITY);
	assert_int_equal(f.status, 'd');
	same(f.title, "Lee, Ann, 1900-");
	facts_of(x, "00000cy  a2200000n  4500", "245", &f);
	assert_int_equal(f.kind, TOMB_MARC_HOLDINGS);
	same(f.title, "");
	facts_of(x, "00000cam a2200000n  4500", "245", &f);
	assert_int_equal(f.kind, TOMB_MARC_BIB);
	same(f.title, "Lee, Ann, 1900-");
	facts_of(x, "00000cam a2200000n  4500", "240", &f);
	same(f.title, "");
	facts_of(x, "00000cwm a2200000n  4500", "153", &f);
	assert_int_equal(f.kind, TOMB_MARC_OTHER);
}

static void forms_have_names(void **state)
{
	enum tomb_marc_form form = TOMB_MARC_FORM_MAX;

	(void)state;
	assert_true(tomb_marc_form_parse(tomb_str_from(tomb_marc_form_name(TOMB_MARC_MARCXML)), &form));
	assert_int_equal(form, TOMB_MARC_MARCXML);
	assert_true(tomb_marc_form_parse(TOMB_STR("iso2709"), &form));
	assert_int_equal(form, TOMB_MARC_ISO2709);
	assert_false(tomb_marc_form_parse(TOMB_STR("ISO2709"), &form));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_comes_out_as_it_went_in),
		TEST(a_long_record_is_kept_as_marcxml),
		TEST(a_patch_changes_status_and_time_and_nothing_else),
		TEST(a_record_is_written_as_marcxml),
		TEST(fields_are_added_for_one_receiver),
		TEST(what_fits_into_no_record_is_refused_by_its_field),
		TEST(what_can_be_put_right_is_and_is_told),
		TEST(the_time_has_its_place_among_the_fields),
		TEST(a_record_is_copied_with_more_fields),
		TEST(a_record_that_is_too_large_is_refused),
		TEST(damaged_records_are_walked_safely),
		TEST(each_kind_of_record_has_a_title_of_its_own),
		TEST(forms_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

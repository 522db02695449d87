/* Inventories of a vault: what is read, in pieces of any size, and what is refused. */
#include "../../storage/glacier/inventory_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HASH "6b9d4cf8697bd3af6aa1b590a0b27b337da5b18988dbcc619a3e608a554a1e62"
#define TITLES "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n"
#define REST ",2012-05-15T17:19:46.700Z,2140123," HASH "\n"
#define ARCHIVE(id)                                                                                                    \
	"{\"ArchiveId\":\"" id                                                                                         \
	"\",\"ArchiveDescription\":\"a]}\\\"[{,\",\"CreationDate\":\"2012-05-15T17:19:46.700Z\","                      \
	"\"Size\":2140123,\"SHA256TreeHash\":\"" HASH "\"}"
#define FRAME(list)                                                                                                    \
	"{\"VaultARN\":\"arn:aws:glacier:r:1:vaults/"                                                                  \
	"v\",\"InventoryDate\":\"2026-01-02T03:04:05Z\",\"ArchiveList\":[" list "]}"

struct told {
	char ids[256]; /* "a b c " */
	int64_t stored_us;
	int fails_at; /* the n-th; 0: never */
	int n;
};

static enum tomb_code tell(void *ctx, const struct tomb_store_held *held, struct tomb_err *err)
{
	struct told *t = ctx;
	size_t n = strlen(t->ids);

	if (++t->n == t->fails_at)
		return TOMB_FAIL(err, TOMB_CONFLICT, "enough");
	(void)snprintf(t->ids + n, sizeof t->ids - n, "%.*s ", TOMB_STR_ARG(held->key));
	t->stored_us = held->stored_us;
	return TOMB_OK;
}

/* The whole text, in pieces of so many bytes. */
static enum tomb_code read_in(const char *text, size_t piece, struct told *told, struct inventory_frame *frame,
	struct inventory_text *inventory, struct tomb_arena *arena, struct tomb_err *err)
{
	size_t n = strlen(text);

	*inventory = inventory_text_init(tell, told);
	for (size_t at = 0; at < n; at += piece)
		TOMB_TRY(inventory_text_feed(
			inventory, (struct tomb_str){text + at, n - at < piece ? n - at : piece}, err));
	return inventory_text_end(inventory, arena, frame, err);
}

static void expect(const char *text, const char *ids, int64_t as_of_us)
{
	static const size_t pieces[] = {1, 2, 7, 1 << 20};

	for (size_t i = 0; i < TOMB_COUNTOF(pieces); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		struct told told = {.ids = ""};
		struct inventory_frame frame;
		struct inventory_text inventory;
		struct tomb_err err;

		if (read_in(text, pieces[i], &told, &frame, &inventory, &arena, &err) != TOMB_OK)
			fail_msg("%s: %s", text, err.text);
		assert_string_equal(told.ids, ids);
		assert_int_equal(inventory.archives, told.n);
		assert_int_equal(inventory.bytes, told.n * INT64_C(2140123));
		assert_int_equal(frame.as_of_us, as_of_us);
		if (told.n)
			assert_int_equal(told.stored_us, INT64_C(1337102386700000));
		inventory_text_fini(&inventory);
	}
}

static void refuse(const char *text)
{
	static const size_t pieces[] = {1, 1 << 20};

	for (size_t i = 0; i < TOMB_COUNTOF(pieces); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		struct told told = {.ids = ""};
		struct inventory_frame frame;
		struct inventory_text inventory;
		struct tomb_err err = {.text = ""};

		if (read_in(text, pieces[i], &told, &frame, &inventory, &arena, &err) != TOMB_CORRUPT)
			fail_msg("%s: %s", text, err.text);
		assert_true(err.text[0] != '\0');
		inventory_text_fini(&inventory);
	}
}

static void lines_are_archives_whatever_their_description(void **state)
{
	(void)state;
	expect(TITLES, "", 0);
	expect("\"ArchiveId\",\"ArchiveDescription\",\"CreationDate\",\"Size\",\"SHA256TreeHash\"\r\n", "", 0);
	expect(TITLES "a,\"my archive\"" REST "b-_9,plain" REST "c," REST, "a b-_9 c ", 0);
	expect(TITLES "\"a\",\"d\",\"2012-05-15T17:19:46.700Z\",\"2140123\",\"" HASH "\"\r\n", "a ", 0);
	/* no end of the last line */
	expect(TITLES "a,x,2012-05-15T17:19:46.700Z,2140123," HASH, "a ", 0);
	/* the vault's way with quotes and backslashes, which RFC 4180 would read as more, or other, fields */
	expect(TITLES "a,\"my description,1\\\"2\"" REST "b,\"1\\\\\"2\"" REST "c,\"ends in \\\"" REST, "a b c ", 0);
	/* a description that looks like the end of one line and the beginning of the next */
	expect(TITLES "a,\"x\",2012-05-15T17:19:46.700Z,1," HASH " b,\"" REST, "a ", 0);
}

static void a_line_that_may_not_be_an_archive_is_refused(void **state)
{
	static const char *const texts[] = {
		"", "\n", "ArchiveId,ArchiveDescription,CreationDate,Size\n",
		"ArchiveID,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n", TITLES "\n", TITLES TITLES,
		TITLES "a" REST, TITLES "a,b,c" REST, TITLES "a,\"b" REST, TITLES "a,b\"" REST, TITLES "a,\"" REST,
		TITLES ",b" REST, TITLES "a b,c" REST, TITLES "../x,c" REST, TITLES "a,\xc3\xa9" REST,
		TITLES "a,\x01" REST, TITLES "a,b,2012-05-15,2140123," HASH "\n",
		TITLES "a,b,2012-05-15T17:19:46.700Z,-1," HASH "\n",
		TITLES "a,b,2012-05-15T17:19:46.700Z,1.5," HASH "\n",
		TITLES "a,b,2012-05-15T17:19:46.700Z,99999999999999999999," HASH "\n",
		TITLES "a,b,2012-05-15T17:19:46.700Z,1,6b9d\n", TITLES "a,b,2012-05-15T17:19:46.700Z,1," HASH "0\n",
		TITLES "a,b,2012-05-15T17:19:46.7", /* cut off */
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(texts); i++)
		refuse(texts[i]);
}

static void json_says_its_date_and_its_vault(void **state)
{
	(void)state;
	expect(FRAME(""), "", INT64_C(1767323045000000));
	expect(FRAME(" \n"), "", INT64_C(1767323045000000));
	expect(FRAME(ARCHIVE("a")), "a ", INT64_C(1767323045000000));
	expect(FRAME(ARCHIVE("a") " ,\r\n\t" ARCHIVE("b") "," ARCHIVE("c")), "a b c ", INT64_C(1767323045000000));
	expect("{\"ArchiveList\":[" ARCHIVE(
		       "a") "],\"More\":{\"x\":[1,[2]]},\"InventoryDate\":\"2026-01-02T03:04:05Z\","
			    "\"VaultARN\":\"v\"}\n",
		"a ", INT64_C(1767323045000000));
}

static void json_that_is_not_an_inventory_is_refused(void **state)
{
	static const char *const texts[] = {
		"{",
		"{}",
		"{\"VaultARN\":\"v\",\"InventoryDate\":\"2026-01-02T03:04:05Z\"}",
		"{\"VaultARN\":\"v\",\"ArchiveList\":[]}",
		"{\"InventoryDate\":\"2026-01-02T03:04:05Z\",\"ArchiveList\":[]}",
		"{\"VaultARN\":\"v\",\"InventoryDate\":\"today\",\"ArchiveList\":[]}",
		"{\"VaultARN\":\"v\",\"InventoryDate\":\"2026-01-02T03:04:05Z\",\"ArchiveList\":{}}",
		"{\"VaultARN\":\"v\",\"InventoryDate\":\"2026-01-02T03:04:05Z\",\"Archives\":[]}",
		"{\"X\":[],\"VaultARN\":\"v\",\"InventoryDate\":\"2026-01-02T03:04:05Z\",\"ArchiveList\":[]}",
		"{\"X\":{\"ArchiveList\":[" ARCHIVE(
			"a") "]},\"VaultARN\":\"v\",\"InventoryDate\":\"2026-01-02T03:04:05Z\"}",
		FRAME("1"),
		FRAME("[]"),
		FRAME(","),
		FRAME("{}"),
		FRAME(ARCHIVE("a") ","),
		FRAME(ARCHIVE("a") ARCHIVE("b")),
		FRAME(ARCHIVE("a") ",," ARCHIVE("b")),
		FRAME(ARCHIVE("")),
		FRAME(ARCHIVE("a/b")),
		FRAME("{\"ArchiveId\":7,\"CreationDate\":\"2012-05-15T17:19:46.700Z\",\"Size\":1}"),
		FRAME("{\"ArchiveId\":\"a\",\"CreationDate\":\"then\",\"Size\":1}"),
		FRAME("{\"ArchiveId\":\"a\",\"CreationDate\":\"2012-05-15T17:19:46.700Z\",\"Size\":-1}"),
		FRAME("{\"ArchiveId\":\"a\",\"ArchiveId\":\"b\",\"CreationDate\":\"2012-05-15T17:19:46.700Z\",\"Size\":"
		      "1}"),
		FRAME("{\"ArchiveId\":]"),
		FRAME("") "x",
		FRAME("") FRAME(""),
	};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(texts); i++)
		refuse(texts[i]);
	for (size_t n = 1; n < strlen(FRAME(ARCHIVE("a"))); n++) { /* cut off anywhere */
		char text[1024];

		(void)snprintf(text, sizeof text, "%.*s", (int)n, FRAME(ARCHIVE("a")));
		refuse(text);
	}
}

static void what_never_ends_is_refused_early(void **state)
{
	static const struct {
		const char *begin;
		char more;
	} cases[] = {{TITLES "a,\"", 'x'}, {TITLES, '\r'}, {"", 'x'}, {"{\"", 'x'}, {"{\"ArchiveList\":[{\"", 'x'},
		{"{", '['}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(cases); i++) {
		struct told told = {.ids = ""};
		struct inventory_text inventory = inventory_text_init(tell, &told);
		struct tomb_err err;
		size_t n = 0;

		assert_int_equal(inventory_text_feed(&inventory, tomb_str_from(cases[i].begin), &err), TOMB_OK);
		while (inventory_text_feed(&inventory, (struct tomb_str){&cases[i].more, 1}, &err) == TOMB_OK)
			assert_true(++n <= 2 * INVENTORY_LINE_MAX);
		assert_int_equal(err.code, TOMB_CORRUPT);
		inventory_text_fini(&inventory);
	}
}

static void an_error_of_the_listener_is_handed_up(void **state)
{
	static const char *const texts[] = {TITLES "a," REST "b," REST, FRAME(ARCHIVE("a") "," ARCHIVE("b"))};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(texts); i++) {
		TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 16);
		struct told told = {.ids = "", .fails_at = 2};
		struct inventory_frame frame;
		struct inventory_text inventory;
		struct tomb_err err;

		assert_int_equal(read_in(texts[i], 5, &told, &frame, &inventory, &arena, &err), TOMB_CONFLICT);
		assert_string_equal(told.ids, "a ");
		inventory_text_fini(&inventory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_archives_whatever_their_description),
		cmocka_unit_test(a_line_that_may_not_be_an_archive_is_refused),
		cmocka_unit_test(json_says_its_date_and_its_vault),
		cmocka_unit_test(json_that_is_not_an_inventory_is_refused),
		cmocka_unit_test(what_never_ends_is_refused_early),
		cmocka_unit_test(an_error_of_the_listener_is_handed_up),
	};

	return cmocka_run_group_tests_name("inventory_text", tests, NULL, NULL);
}

/*
 * Keys are bytes: each arrives in the request line and in a batch's XML as it is, is recognised in an answer as it is,
 * and can say nothing else to the server.
 *
 * link: xml2
 */
#include "s3_stub.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define KEY(literal)                                                                                                   \
	{                                                                                                              \
		literal, sizeof(literal) - 1                                                                           \
	}

enum { FULL_KEYS = TOMB_DELETE_MAX };

static const struct tomb_str odd_keys[] = {
	KEY("a"),
	KEY("/"),
	KEY("//"),
	KEY("a//b"),
	KEY("a/"),
	KEY("."),
	KEY(".."),
	KEY("./a"),
	KEY("a/../b"),
	KEY("../../etc"),
	KEY("a/./b"),
	KEY(" "),
	KEY(" a"),
	KEY("a "),
	KEY("a  b"),
	KEY("\r"),
	KEY("\n"),
	KEY("\r\n"),
	KEY("a\rb"),
	KEY("\t"),
	KEY("<&>\"'"),
	KEY("&amp;"),
	KEY("&#10;"),
	KEY("]]>"),
	KEY("<![CDATA[x]]>"),
	KEY("<!--"),
	KEY("</Key><Key>b"),
	KEY("%"),
	KEY("%41"),
	KEY("%2F"),
	KEY("%zz"),
	KEY("+"),
	KEY("a+b"),
	KEY("?x=y&z"),
	KEY("?versionId=1"),
	KEY("?delete"),
	KEY("#f"),
	KEY("\\"),
	KEY("a:b@c"),
	KEY("*"),
	KEY("~-_."),
	KEY("{a,b}[0-9]"),
	KEY("http://127.0.0.1:1/"),
	KEY("\xc3\xa9"),
	KEY("e\xcc\x81"), /* the same to the eye */
	KEY("\xc2\x85"),
	KEY("\xe2\x80\xa8"),
	KEY("\xef\xbb\xbf"),
	KEY("\xef\xbf\xbd"),
	KEY("\xf0\x9f\xaa\xa6"),
	KEY("\xf4\x8f\xbf\xbd"),
	KEY("\x7f"),
	KEY("\xd7\xa9\xd7\x9c"),
	KEY("a HTTP/1.1\r\nHost: evil.example.org\r\n\r\nDELETE /b"),
	KEY("a\r\nX-Injected: 1"),
	/* past here: not for XML */
	KEY("\x01"),
	KEY("a\x08"),
	KEY("\x0b\x0c"),
	KEY("\x1f"),
	KEY("\xef\xbf\xbe"),
	KEY("\xef\xbf\xbf"),
	KEY("a\0b"),
	KEY("\0"),
};

enum { NOT_FOR_XML = 8, XML_KEYS = TOMB_COUNTOF(odd_keys) - NOT_FOR_XML };

/* Written apart from lib/percent.c. */
static void put_encoded(struct tomb_buf *out, struct tomb_str key)
{
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
			     c == '_' || c == '.' || c == '~' || c == '/';

		tomb_buf_putf(out, plain ? "%c" : "%%%02X", c);
	}
}

static void expect_line(struct s3_stub *stub, size_t i, const char *method, const char *before, struct tomb_str key)
{
	TOMB_BUF_AUTO line = tomb_buf_init(8192);
	const struct canned_request *r = s3_stub_request(stub, i);

	tomb_buf_putf(&line, "%s %s", method, before);
	put_encoded(&line, key);
	tomb_buf_putf(&line, " HTTP/1.1\r\n");
	if (strncmp(r->head.p, line.p, line.n) != 0)
		fail_msg("request %zu: %s\nis not %s", i, r->head.p, line.p);
	assert_null(strstr(r->head.p, "\nHost: evil"));
	assert_null(strstr(r->head.p, "\nX-Injected"));
}

static void play_key(struct tomb_str key, const struct s3_stub_options *options, const char *before)
{
	static const struct s3_said said[] = {{.status = "204 No Content"}, {.status = "404 Not Found"}};
	struct tomb_store *found = NULL;
	struct tomb_str url = {NULL, 0};
	struct tomb_str back = {NULL, 0};
	struct tomb_stat st;
	struct s3_stub stub;

	s3_stub_begin(&stub, said, 2, options);
	assert_int_equal(s3_stub_delete(&stub, (struct tomb_target){.key = key}).outcome, TOMB_OUTCOME_GONE);
	assert_int_equal(tomb_store_stat(stub.store, key, &stub.arena, &st, &stub.err), TOMB_OK);
	assert_false(st.present);
	assert_int_equal(tomb_store_url(stub.store, key, &stub.arena, &url, &stub.err), TOMB_OK);
	assert_int_equal(tomb_stores_route(stub.stores, url, &stub.arena, &found, &back, &stub.err), TOMB_OK);
	assert_true(found == stub.store && tomb_str_eq(back, key));
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 2);
	expect_line(&stub, 0, "DELETE", before, key);
	expect_line(&stub, 1, "HEAD", before, key);
	s3_stub_end(&stub); /* every signature */
}

static void every_key_goes_out_byte_for_byte_in_both_styles(void **state)
{
	static const struct s3_stub_options virtual_style = {
		.host = "localhost", .conf = "style = virtual\n", .signed_host = "bucket.localhost"};
	char longest[TOMB_KEY_MAX];

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(odd_keys); i++) {
		play_key(odd_keys[i], NULL, "/bucket/");
		play_key(odd_keys[i], &virtual_style, "/");
	}
	memset(longest, '"', sizeof longest);
	play_key((struct tomb_str){longest, sizeof longest}, NULL, "/bucket/");
	play_key((struct tomb_str){longest, sizeof longest}, &virtual_style, "/");
}

static void the_owner_that_is_expected_is_named_in_every_request(void **state)
{
	static const struct s3_said said[] = {
		{.status = "204 No Content"}, {.status = "404 Not Found"}, {.body = "<DeleteResult/>"}};
	static const struct s3_stub_options owned = {.conf = "expected_bucket_owner = 111122223333\n"};
	struct tomb_target targets[] = {{.key = TOMB_STR("a")}, {.key = TOMB_STR("b")}};
	struct tomb_result results[2];
	struct tomb_stat st;
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 3, &owned);
	(void)s3_stub_delete(&stub, targets[0]);
	assert_int_equal(tomb_store_stat(stub.store, targets[0].key, &stub.arena, &st, &stub.err), TOMB_OK);
	assert_int_equal(tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
	s3_stub_stop(&stub);
	assert_int_equal(canned_http_requests(stub.server), 5); /* the probe's two as well */
	for (size_t i = 0; i < 5; i++)
		assert_non_null(strstr(canned_http_request(stub.server, i)->head.p,
			"\r\nx-amz-expected-bucket-owner: 111122223333\r\n"));
	s3_stub_end(&stub);
}

static void versions_and_conditions_cannot_break_out_either(void **state)
{
	static const struct s3_said said[] = {{.status = "204 No Content"}};
	static const struct s3_stub_options conditional = {.conf = "conditional_delete = yes\n"};
	static const char *const etags[] = {"\"x\"\r\nX-Injected: 1", "\"x\"\n", "\x01", "\x7f", "a\0b"};
	struct s3_stub stub;

	(void)state;
	s3_stub_begin(&stub, said, 1, NULL);
	(void)s3_stub_delete(&stub,
		(struct tomb_target){.key = TOMB_STR("a"), .version_id = TOMB_STR("1&x=/?#\r\nX-Injected: 1 +%")});
	s3_stub_stop(&stub);
	assert_non_null(strstr(s3_stub_request(&stub, 0)->head.p,
		"DELETE /bucket/a?versionId=1%26x%3D%2F%3F%23%0D%0AX-Injected%3A%201%20%2B%25 HTTP/1.1\r\n"));
	assert_null(strstr(s3_stub_request(&stub, 0)->head.p, "\nX-Injected"));
	s3_stub_end(&stub);

	for (size_t i = 0; i < TOMB_COUNTOF(etags) - 1; i++) {
		struct tomb_target target = {.key = TOMB_STR("a"), .etag = tomb_str_from(etags[i])};

		s3_stub_begin(&stub, said, 1, &conditional);
		assert_int_equal(s3_stub_delete(&stub, target).outcome, TOMB_OUTCOME_FAILED);
		s3_stub_stop(&stub);
		assert_int_equal(s3_stub_requests(&stub), 0);
		s3_stub_end(&stub);
	}
}

/* As another writer of XML would put it: everything but letters as a decimal reference, by characters. */
static void put_reference(struct tomb_buf *out, struct tomb_str key)
{
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];
		bool is_plain = (c >= 'a' && c <= 'z') || c >= 0x80;

		if (is_plain)
			tomb_buf_put(out, (struct tomb_str){key.p + i, 1});
		else
			tomb_buf_putf(out, "&#%d;", c);
	}
}

static void put_deleted(struct tomb_buf *out, struct tomb_str key)
{
	tomb_buf_putf(out, "<Deleted><Key>");
	put_reference(out, key);
	tomb_buf_putf(out, "</Key></Deleted>");
}

/* Does the document name exactly these keys, to a parser of somebody else? */
static void expect_document(struct tomb_str body, const struct tomb_target *targets, size_t n)
{
	xmlDoc *doc = xmlReadMemory(body.p, (int)body.n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
	const xmlNode *node = NULL;
	size_t i = 0;

	assert_non_null(doc);
	for (node = xmlDocGetRootElement(doc)->children; node; node = node->next) {
		xmlChar *key = NULL;

		if (strcmp((const char *)node->name, "Object") != 0)
			continue;
		assert_true(i < n);
		key = xmlNodeGetContent(node->children);
		assert_true(tomb_str_eq(tomb_str_from((const char *)key), targets[i++].key));
		xmlFree(key);
	}
	assert_int_equal(i, n);
	xmlFreeDoc(doc);
}

static void a_batch_names_every_key_and_its_answer_is_understood(void **state)
{
	struct tomb_target targets[XML_KEYS];
	struct tomb_result results[XML_KEYS];
	TOMB_BUF_AUTO answer = tomb_buf_init(1 << 20);
	struct s3_said said = {.status = "200 OK"};
	struct s3_stub stub;

	(void)state;
	tomb_buf_putf(&answer, "<DeleteResult>");
	for (size_t i = 0; i < XML_KEYS; i++) {
		targets[i] = (struct tomb_target){.key = odd_keys[i]};
		put_deleted(&answer, odd_keys[i]);
	}
	tomb_buf_putf(&answer, "</DeleteResult>");
	said.body = answer.p;
	s3_stub_begin(&stub, &said, 1, NULL);
	assert_int_equal(
		tomb_store_delete_many(stub.store, targets, XML_KEYS, &stub.arena, results, &stub.err), TOMB_OK);
	for (size_t i = 0; i < XML_KEYS; i++)
		if (results[i].outcome != TOMB_OUTCOME_GONE)
			fail_msg("key %zu: %s", i, results[i].text.p);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 1);
	expect_document(s3_stub_request(&stub, 0)->body, targets, XML_KEYS);
	s3_stub_end(&stub);
}

static void keys_that_only_look_alike_are_others(void **state)
{
	static const char *const bodies[] = {
		"<DeleteResult><Deleted><Key>e\xcc\x81</Key></Deleted></DeleteResult>", /* NFD for NFC */
		"<DeleteResult><Deleted><Key>\xc3\x89</Key></Deleted></DeleteResult>",  /* the other case */
		"<DeleteResult><Deleted><Key> \xc3\xa9</Key></Deleted></DeleteResult>",
		"<DeleteResult><Deleted><Key>%C3%A9</Key></Deleted></DeleteResult>",
		"<DeleteResult><Deleted><Key>/\xc3\xa9</Key></Deleted></DeleteResult>",
		"<DeleteResult><Deleted><Key>\xe9</Key></Deleted></DeleteResult>",
		"<DeleteResult><Deleted><Key>\r</Key></Deleted></DeleteResult>", /* XML makes it LF */
	};
	struct tomb_target targets[] = {{.key = TOMB_STR("\xc3\xa9")}, {.key = TOMB_STR("\r")}};

	(void)state;
	for (size_t i = 0; i < TOMB_COUNTOF(bodies); i++) {
		const struct s3_said said = {.status = "200 OK", .body = bodies[i]};
		struct tomb_result results[2];
		struct s3_stub stub;

		s3_stub_begin(&stub, &said, 1, NULL);
		assert_int_equal(
			tomb_store_delete_many(stub.store, targets, 2, &stub.arena, results, &stub.err), TOMB_OK);
		assert_int_equal(results[0].outcome, TOMB_OUTCOME_UNCERTAIN);
		assert_int_equal(results[1].outcome, TOMB_OUTCOME_UNCERTAIN);
		s3_stub_end(&stub);
	}
}

static void keys_that_xml_has_no_way_to_write_go_singly(void **state)
{
	struct s3_said said[NOT_FOR_XML + 1] = {{.body = "<DeleteResult><Deleted><Key>a</Key></Deleted>"
							 "<Deleted><Key>b</Key></Deleted></DeleteResult>"}};
	struct tomb_target targets[NOT_FOR_XML + 2] = {{.key = TOMB_STR("a")}};
	struct tomb_result results[NOT_FOR_XML + 2];
	struct s3_stub stub;

	(void)state;
	for (size_t i = 0; i < NOT_FOR_XML; i++) {
		targets[1 + i].key = odd_keys[XML_KEYS + i];
		said[1 + i].status = "204 No Content";
	}
	targets[NOT_FOR_XML + 1].key = TOMB_STR("b");
	s3_stub_begin(&stub, said, NOT_FOR_XML + 1, NULL);
	assert_int_equal(
		tomb_store_delete_many(stub.store, targets, NOT_FOR_XML + 2, &stub.arena, results, &stub.err), TOMB_OK);
	for (size_t i = 0; i < NOT_FOR_XML + 2; i++)
		assert_int_equal(results[i].outcome, TOMB_OUTCOME_GONE);
	s3_stub_stop(&stub);
	for (size_t i = 0; i < NOT_FOR_XML; i++)
		expect_line(&stub, 1 + i, "DELETE", "/bucket/", targets[1 + i].key);
	s3_stub_end(&stub);
}

/* 1,000 keys of 1,024 bytes that XML writes with six each: the largest answer that there is. */
static void the_largest_batch_is_asked_and_answered_at_once(void **state)
{
	static const char marks[] = "\"&<>'\r\n\t";
	struct tomb_target *targets = calloc(FULL_KEYS, sizeof *targets);
	struct tomb_result *results = calloc(FULL_KEYS, sizeof *results);
	TOMB_BUF_AUTO answer = tomb_buf_init(8 << 20);
	struct s3_said said = {.status = "200 OK"};
	struct tomb_arena keys = tomb_arena_init(8 << 20);
	struct s3_stub stub;

	(void)state;
	assert_true(targets && results);
	tomb_buf_putf(&answer, "<DeleteResult>");
	for (size_t i = 0; i < FULL_KEYS; i++) {
		char *key = tomb_arena_get(&keys, TOMB_KEY_MAX + 1, 1);

		assert_non_null(key);
		(void)snprintf(key, TOMB_KEY_MAX, "%zu", i);
		for (size_t j = strlen(key); j < TOMB_KEY_MAX; j++)
			key[j] = marks[(i + j) % (sizeof marks - 1)];
		targets[i].key = (struct tomb_str){key, TOMB_KEY_MAX};
		put_deleted(&answer, targets[i].key);
	}
	tomb_buf_putf(&answer, "</DeleteResult>");
	assert_int_equal(answer.broken, TOMB_OK);
	said.body = answer.p;
	s3_stub_begin(&stub, &said, 1, NULL);
	assert_int_equal(
		tomb_store_delete_many(stub.store, targets, FULL_KEYS, &stub.arena, results, &stub.err), TOMB_OK);
	for (size_t i = 0; i < FULL_KEYS; i++)
		if (results[i].outcome != TOMB_OUTCOME_GONE)
			fail_msg("key %zu: %s", i, results[i].text.p);
	s3_stub_stop(&stub);
	assert_int_equal(s3_stub_requests(&stub), 1);
	expect_document(s3_stub_request(&stub, 0)->body, targets, FULL_KEYS);
	s3_stub_end(&stub);
	tomb_arena_fini(&keys);
	free(targets);
	free(results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_goes_out_byte_for_byte_in_both_styles),
		cmocka_unit_test(the_owner_that_is_expected_is_named_in_every_request),
		cmocka_unit_test(versions_and_conditions_cannot_break_out_either),
		cmocka_unit_test(a_batch_names_every_key_and_its_answer_is_understood),
		cmocka_unit_test(keys_that_only_look_alike_are_others),
		cmocka_unit_test(keys_that_xml_has_no_way_to_write_go_singly),
		cmocka_unit_test(the_largest_batch_is_asked_and_answered_at_once),
	};

	return cmocka_run_group_tests_name("s3 keys", tests, NULL, NULL);
}

#include "vault_stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

static void write_private(const struct vault_stub *v, const char *name, const char *text)
{
	char path[256];

	temp_folder_write(&v->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", v->temp.path, name);
	assert_int_equal(chmod(path, 0600), 0);
}

static const char *reply(struct vault_stub *v, const struct vault_said *said)
{
	const char *body = said->body ? said->body : "";
	TOMB_BUF_AUTO text = tomb_buf_init(1 << 20);
	struct tomb_str kept;

	tomb_buf_putf(&text, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", said->status ? said->status : "200 OK",
		said->headers ? said->headers : "x-amzn-RequestId: req-1\r\n",
		strlen(body) + (said->manner == CANNED_ANSWER_AND_CUT), body);
	kept = tomb_arena_str(&v->arena, (struct tomb_str){text.p, text.n});
	assert_non_null(kept.p);
	return kept.p;
}

void vault_stub_begin(struct vault_stub *v, const struct vault_said *said, size_t n)
{
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 16);
	char path[256];

	*v = (struct vault_stub){.arena = tomb_arena_init(32 << 20)};
	assert_true(n <= VAULT_SAID_MAX);
	for (size_t i = 0; i < n; i++)
		v->script[i] = (struct canned_reply){.manner = said[i].manner, .bytes = reply(v, &said[i])};
	v->server = canned_http_start(v->script, n);
	temp_folder_make(&v->temp);
	write_private(v, "access", "AKIDEXAMPLE\n");
	write_private(v, "secret", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n");
	tomb_buf_putf(&conf,
		"[backend old-vault]\nkind = glacier\nendpoint = http://127.0.0.1:%d\nregion = us-east-1\nvault = old\n"
		"access_key_file = %s/access\nsecret_key_file = %s/secret\nrequest_timeout_ms = %d\n",
		canned_http_port(v->server), v->temp.path, v->temp.path, canned_http_patience_ms(v->script, n));
	temp_folder_write(&v->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", v->temp.path);
	if (tomb_stores_open(path, &v->stores, &v->err) != TOMB_OK)
		fail_msg("%s", v->err.text);
	/* What one answer means is asked here: nothing is sent again. */
	tomb_stores_set_waiting(v->stores, &(struct tomb_waiting){.clock = tomb_clock_real()});
	v->store = tomb_stores_at(v->stores, 0);
}

void vault_stub_end(struct vault_stub *v)
{
	tomb_stores_close(v->stores);
	canned_http_free(v->server);
	temp_folder_remove(&v->temp);
	tomb_arena_fini(&v->arena);
}

static void must_contain(struct tomb_str head, const char *piece)
{
	if (!strstr(head.p, piece))
		fail_msg("a request without %s:\n%s", piece, head.p);
}

void vault_stub_got(struct vault_stub *v, const char *const *line, size_t n)
{
	canned_http_stop(v->server);
	assert_int_equal(canned_http_requests(v->server), n);
	for (size_t i = 0; i < n; i++) {
		struct tomb_str head = canned_http_request(v->server, i)->head;

		assert_ptr_equal(strstr(head.p, line[i]), head.p);
		must_contain(head, "\r\nx-amz-glacier-version: 2012-06-01\r\n");
		must_contain(head, "/us-east-1/glacier/aws4_request, SignedHeaders=");
		must_contain(head, ";x-amz-glacier-version,");
	}
}

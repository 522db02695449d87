#include "s3_stub.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#define ACCESS "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

enum { ARENA_MAX = 32 << 20, TEXT_MAX = 8 << 20 };

static const struct s3_said probe[] = {
	{.status = "200 OK", .body = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"},
	{.status = "404 Not Found"},
};

static void put_date(struct tomb_buf *text, int64_t ahead_s)
{
	time_t then = time(NULL) + ahead_s;
	struct tm tm;
	char date[64];

	(void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &tm));
	tomb_buf_putf(text, "Date: %s\r\n", date);
}

static void add(struct s3_stub *stub, const struct s3_said *said)
{
	TOMB_BUF_AUTO text = tomb_buf_init(TEXT_MAX);
	const char *body = said->body ? said->body : "";
	size_t size = said->body_size ? said->body_size : strlen(body);
	struct tomb_str kept = {NULL, 0};

	assert_true(stub->n < S3_STUB_SAID_MAX);
	tomb_buf_putf(&text, "HTTP/1.1 %s\r\n%s", said->status ? said->status : "200 OK",
		said->headers ? said->headers : S3_STUB_ID);
	if (said->has_date)
		put_date(&text, said->ahead_s);
	if (!said->filler_bytes && said->manner == CANNED_ANSWER && !said->no_length)
		tomb_buf_putf(&text, "Content-Length: %zu\r\n", size);
	tomb_buf_put(&text, TOMB_STR("\r\n"));
	tomb_buf_put(&text, (struct tomb_str){body, size});
	kept = tomb_arena_str(&stub->arena, (struct tomb_str){text.p, text.n});
	assert_non_null(kept.p);
	stub->script[stub->n++] = (struct canned_reply){
		.manner = said->manner, .bytes = kept.p, .size = kept.n, .filler_bytes = said->filler_bytes};
}

void s3_stub_write_key(struct s3_stub *stub, const char *name, const char *text)
{
	char path[256];

	temp_folder_write(&stub->temp, name, text, strlen(text));
	(void)snprintf(path, sizeof path, "%s/%s", stub->temp.path, name);
	assert_int_equal(chmod(path, 0600), 0);
}

static void start(struct s3_stub *stub, const struct s3_stub_options *o)
{
	char certificate[256];
	char key[256];

	for (size_t i = 0; i < o->npapers; i++)
		tls_paper_write(&stub->temp, &o->papers[i]);
	if (!o->tls) {
		stub->server = canned_http_start(stub->script, stub->n);
		return;
	}
	(void)snprintf(certificate, sizeof certificate, "%s/%s.pem", stub->temp.path, o->tls);
	(void)snprintf(key, sizeof key, "%s/%s.key", stub->temp.path, o->tls);
	stub->server = canned_http_start_tls(stub->script, stub->n, certificate, key);
}

static bool wait_for_nothing(void *ctx, int64_t ms)
{
	(void)ctx;
	(void)ms;
	return true;
}

static void open_store(struct s3_stub *stub, const struct s3_stub_options *o)
{
	struct tomb_waiting waiting = {.clock = tomb_clock_real(), .wait = wait_for_nothing};
	TOMB_BUF_AUTO conf = tomb_buf_init(1 << 16);
	const char *host = o->host ? o->host : "127.0.0.1";
	int port = canned_http_port(stub->server);
	char path[256];

	tomb_buf_putf(&conf,
		"[backend s]\nkind = s3\nendpoint = %s://%s:%d\nregion = us-east-1\nbucket = bucket\n"
		"requests_in_flight = 1\n" /* the server has one connection at a time */
		"access_key_file = %s/access\nsecret_key_file = %s/secret\nrequest_timeout_ms = %d\n",
		o->tls ? "https" : "http", host, port, stub->temp.path, stub->temp.path,
		canned_http_patience_ms(stub->script, stub->n));
	if (o->token)
		tomb_buf_putf(&conf, "session_token_file = %s/token\n", stub->temp.path);
	for (const char *c = o->conf ? o->conf : ""; *c; c++) /* "@" is the folder */
		tomb_buf_put(&conf, *c == '@' ? tomb_str_from(stub->temp.path) : (struct tomb_str){c, 1});
	temp_folder_write(&stub->temp, "conf", conf.p, conf.n);
	(void)snprintf(path, sizeof path, "%s/conf", stub->temp.path);
	if (tomb_stores_open(path, &stub->stores, &stub->err) != TOMB_OK)
		fail_msg("%s", stub->err.text);
	tomb_stores_set_waiting(stub->stores, &waiting);
	stub->store = tomb_stores_at(stub->stores, 0);
	(void)snprintf(stub->host, sizeof stub->host, "%s:%d", o->signed_host ? o->signed_host : host, port);
}

void s3_stub_begin(struct s3_stub *stub, const struct s3_said *said, size_t n, const struct s3_stub_options *options)
{
	static const struct s3_stub_options none;
	const struct s3_stub_options *o = options ? options : &none;

	*stub = (struct s3_stub){.arena = tomb_arena_init(ARENA_MAX)};
	temp_folder_make(&stub->temp);
	for (size_t i = 0; i < TOMB_COUNTOF(probe) && !o->unprobed; i++)
		add(stub, &probe[i]);
	for (size_t i = 0; i < n; i++)
		add(stub, &said[i]);
	s3_stub_write_key(stub, "access", ACCESS "\n");
	s3_stub_write_key(stub, "secret", SECRET "\n");
	if (o->token)
		s3_stub_write_key(stub, "token", o->token);
	start(stub, o);
	open_store(stub, o);
	stub->expected = (struct sigv4_check){ACCESS, SECRET, "us-east-1", stub->host};
	if (o->unprobed)
		return;
	if (tomb_store_probe(stub->store, &(struct tomb_probe){.can_look = false}, &stub->err) != TOMB_OK)
		fail_msg("%s", stub->err.text);
	stub->first = TOMB_COUNTOF(probe);
}

void s3_stub_stop(struct s3_stub *stub)
{
	canned_http_stop(stub->server);
}

size_t s3_stub_requests(const struct s3_stub *stub)
{
	return canned_http_requests(stub->server) - stub->first;
}

const struct canned_request *s3_stub_request(const struct s3_stub *stub, size_t i)
{
	return canned_http_request(stub->server, stub->first + i);
}

static void check(struct s3_stub *stub, size_t from, size_t to)
{
	char complaint[SIGV4_COMPLAINT_MAX];

	for (size_t i = from; i < to; i++) {
		const struct canned_request *r = canned_http_request(stub->server, i);

		if (!sigv4_check(&stub->expected, r->head, r->body, complaint))
			fail_msg("request %zu: %s", i, complaint);
	}
}

void s3_stub_check(struct s3_stub *stub, size_t from, size_t to)
{
	check(stub, stub->first + from, stub->first + to);
}

void s3_stub_end_unchecked(struct s3_stub *stub)
{
	tomb_stores_close(stub->stores);
	canned_http_free(stub->server);
	temp_folder_remove(&stub->temp);
	tomb_arena_fini(&stub->arena);
}

void s3_stub_end(struct s3_stub *stub)
{
	s3_stub_stop(stub);
	check(stub, 0, canned_http_requests(stub->server));
	s3_stub_end_unchecked(stub);
}

struct tomb_result s3_stub_delete(struct s3_stub *stub, struct tomb_target target)
{
	struct tomb_result result;

	if (tomb_store_delete_one(stub->store, &target, &stub->arena, &result, &stub->err) != TOMB_OK)
		fail_msg("%s", stub->err.text);
	return result;
}

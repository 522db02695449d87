#include "sigv4_check.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEADERS_MAX = 32, PARAMETERS_MAX = 16, TEXT_MAX = 1 << 16, SHA256_SIZE = 32, MD5_SIZE = 16 };

/* One request, taken apart in place. */
struct parts {
	char text[TEXT_MAX];
	char *method;
	char *path;
	char *query; /* "" if there is none */
	struct {
		char *name; /* lower case */
		char *value;
	} header[HEADERS_MAX];
	size_t nheaders;
	char *credential[5]; /* access key, date, region, service, "aws4_request" */
	char *signed_headers;
	char *signature;
};

static bool complain(char *complaint, const char *fmt, ...) TOMB_PRINTF(2, 3);

static bool complain(char *complaint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(complaint, SIGV4_COMPLAINT_MAX, fmt, ap);
	va_end(ap);
	return false;
}

/* Cuts text at the first mark; NULL if there is none. */
static char *cut(char *text, const char *mark)
{
	char *at = text ? strstr(text, mark) : NULL;

	if (!at)
		return NULL;
	*at = '\0';
	return at + strlen(mark);
}

static const char *header_of(const struct parts *p, const char *name, size_t *count)
{
	const char *value = NULL;

	*count = 0;
	for (size_t i = 0; i < p->nheaders; i++)
		if (strcmp(p->header[i].name, name) == 0) {
			value = p->header[i].value;
			(*count)++;
		}
	return value;
}

static bool split_headers(struct parts *p, char *line, char *complaint)
{
	while (line) {
		char *next = cut(line, "\r\n");
		char *value = cut(line, ":");

		if (!value || p->nheaders == HEADERS_MAX)
			return complain(complaint, "the header line \"%s\"", line);
		for (char *c = line; *c; c++)
			*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
		while (*value == ' ')
			value++;
		p->header[p->nheaders].name = line;
		p->header[p->nheaders++].value = value;
		line = next;
	}
	return true;
}

static bool split(struct parts *p, struct tomb_str head, char *complaint)
{
	char *target = NULL;
	char *version = NULL;
	char *headers = NULL;

	if (head.n >= sizeof p->text || memchr(head.p, '\0', head.n))
		return complain(complaint, "the head has %zu bytes, or a NUL", head.n);
	memcpy(p->text, head.p, head.n);
	p->text[head.n] = '\0';
	headers = cut(p->text, "\r\n");
	target = cut(p->text, " ");
	version = cut(target, " ");
	if (!headers || !version || strcmp(version, "HTTP/1.1") != 0)
		return complain(complaint, "the request line");
	p->method = p->text;
	p->path = target;
	p->query = cut(target, "?");
	if (!p->query)
		p->query = target + strlen(target);
	return split_headers(p, headers, complaint);
}

/* Everything but the unreserved bytes, and "/" in a path, must be %XX in upper case. */
static bool is_encoded(const char *text, const char *also)
{
	for (; *text; text++) {
		bool plain = (*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z') ||
			     (*text >= '0' && *text <= '9') || strchr("-._~", *text) || strchr(also, *text);
		static const char hex[] = "0123456789ABCDEF";

		if (plain)
			continue;
		if (*text != '%' || !text[1] || !strchr(hex, text[1]) || !text[2] || !strchr(hex, text[2]))
			return false;
		text += 2;
	}
	return true;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool put_query(const struct parts *p, struct tomb_buf *out, char *complaint)
{
	char copy[TEXT_MAX];
	char *parameter[PARAMETERS_MAX];
	size_t n = 0;

	(void)snprintf(copy, sizeof copy, "%s", p->query);
	for (char *at = copy; at && *at && n < PARAMETERS_MAX; n++) {
		char *next = cut(at, "&");

		parameter[n] = at;
		at = next;
	}
	qsort(parameter, n, sizeof *parameter, compare_text);
	for (size_t i = 0; i < n; i++) {
		if (!strchr(parameter[i], '=') || !is_encoded(parameter[i], "="))
			return complain(complaint, "the parameter \"%s\"", parameter[i]);
		tomb_buf_putf(out, "%s%s", i ? "&" : "", parameter[i]);
	}
	return true;
}

static bool put_headers(const struct parts *p, struct tomb_buf *out, char *complaint)
{
	char list[2048];
	const char *before = "";

	(void)snprintf(list, sizeof list, "%s", p->signed_headers);
	for (char *name = list; name;) {
		char *next = cut(name, ";");
		size_t count = 0;
		const char *value = header_of(p, name, &count);

		if (count != 1 || strcmp(before, name) >= 0)
			return complain(complaint, "signed header \"%s\": %zu times, or out of order", name, count);
		tomb_buf_putf(out, "%s:", name);
		for (; *value; value++)
			if (*value != ' ' || (value[1] && value[1] != ' '))
				tomb_buf_put(out, (struct tomb_str){value, 1});
		tomb_buf_put(out, TOMB_STR("\n"));
		before = name;
		name = next;
	}
	return true;
}

static bool is_signed(const struct parts *p, const char *name)
{
	const char *at = p->signed_headers;
	size_t n = strlen(name);

	while (at && !(strncmp(at, name, n) == 0 && (at[n] == ';' || at[n] == '\0'))) {
		at = strchr(at, ';');
		at = at ? at + 1 : NULL;
	}
	return at;
}

static bool check_signed(const struct parts *p, char *complaint)
{
	static const char *const free_to_change[] = {"authorization", "accept", "content-length", "user-agent",
		"connection", "expect", "transfer-encoding", NULL};

	for (size_t i = 0; i < p->nheaders; i++) {
		const char *const *name = free_to_change;

		while (*name && strcmp(*name, p->header[i].name) != 0)
			name++;
		if (!*name && !is_signed(p, p->header[i].name))
			return complain(complaint, "the header %s is not signed", p->header[i].name);
	}
	return is_signed(p, "host") && is_signed(p, "x-amz-date") && is_signed(p, "x-amz-content-sha256")
		       ? true
		       : complain(complaint, "host, date or digest is not signed");
}

static bool split_authorization(struct parts *p, char *text, char *complaint)
{
	char *credential = cut(text, "Credential=");
	char *headers = cut(credential, ", SignedHeaders=");
	char *signature = cut(headers, ", Signature=");

	if (!signature || strcmp(text, "AWS4-HMAC-SHA256 ") != 0)
		return complain(complaint, "the Authorization header");
	p->signed_headers = headers;
	p->signature = signature;
	for (size_t i = 0; i < TOMB_COUNTOF(p->credential); i++) {
		if (!credential)
			return complain(complaint, "the credential has %zu parts", i);
		p->credential[i] = credential;
		credential = cut(credential, "/");
	}
	return true;
}

static void hex(const unsigned char *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static void sha256_hex(struct tomb_str data, char out[static 2 * SHA256_SIZE + 1])
{
	unsigned char digest[SHA256_SIZE];

	(void)EVP_Digest(data.p, data.n, digest, NULL, EVP_sha256(), NULL);
	hex(digest, sizeof digest, out);
}

static void hmac(const void *key, size_t n, const char *text, unsigned char out[static SHA256_SIZE])
{
	unsigned size = 0;

	(void)HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)text, strlen(text), out, &size);
}

static bool check_body(const struct parts *p, struct tomb_str body, char *complaint)
{
	char digest[2 * SHA256_SIZE + 1];
	unsigned char md5[MD5_SIZE];
	char base64[2 * MD5_SIZE];
	size_t count = 0;
	const char *claimed = header_of(p, "x-amz-content-sha256", &count);

	sha256_hex(body, digest);
	if (count != 1 || strcmp(claimed, digest) != 0)
		return complain(complaint, "x-amz-content-sha256 is %s, the body's is %s", claimed, digest);
	(void)EVP_Digest(body.p, body.n, md5, NULL, EVP_md5(), NULL);
	(void)EVP_EncodeBlock((unsigned char *)base64, md5, sizeof md5);
	claimed = header_of(p, "content-md5", &count);
	if (count > 1 || (count == 1 && strcmp(claimed, base64) != 0))
		return complain(complaint, "Content-MD5 is %s, the body's is %s", claimed, base64);
	if (count == 0 && strcmp(p->method, "POST") == 0)
		return complain(complaint, "a POST without Content-MD5");
	return true;
}

static bool check_names(const struct sigv4_check *expected, const struct parts *p, char *complaint)
{
	size_t count = 0;
	const char *host = header_of(p, "host", &count);
	const char *date = NULL;

	if (count != 1 || strcmp(host, expected->host) != 0)
		return complain(
			complaint, "%zu Host headers, \"%s\" for \"%s\"", count, host ? host : "", expected->host);
	date = header_of(p, "x-amz-date", &count);
	if (count != 1 || strlen(date) != 16 || strncmp(date, p->credential[1], 8) != 0)
		return complain(complaint, "x-amz-date and the credential's date differ");
	if (strcmp(p->credential[0], expected->access_key) != 0 || strcmp(p->credential[2], expected->region) != 0 ||
		strcmp(p->credential[3], "s3") != 0 || strcmp(p->credential[4], "aws4_request") != 0)
		return complain(complaint, "the credential's scope is %s of %s for %s", p->credential[2],
			p->credential[0], p->credential[3]);
	return true;
}

static void sign(const char *secret, const struct parts *p, const char *request_digest, char *out)
{
	unsigned char key[SHA256_SIZE];
	char first[300];
	char text[512];
	size_t count = 0;

	(void)snprintf(first, sizeof first, "AWS4%s", secret);
	hmac(first, strlen(first), p->credential[1], key);
	hmac(key, sizeof key, p->credential[2], key);
	hmac(key, sizeof key, p->credential[3], key);
	hmac(key, sizeof key, p->credential[4], key);
	(void)snprintf(text, sizeof text, "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/%s\n%s", header_of(p, "x-amz-date", &count),
		p->credential[1], p->credential[2], p->credential[3], p->credential[4], request_digest);
	hmac(key, sizeof key, text, key);
	hex(key, sizeof key, out);
}

bool sigv4_check(const struct sigv4_check *expected, struct tomb_str head, struct tomb_str body,
	char complaint[static SIGV4_COMPLAINT_MAX])
{
	struct parts p = {.nheaders = 0};
	TOMB_BUF_AUTO canonical = tomb_buf_init(2 * TEXT_MAX);
	char digest[2 * SHA256_SIZE + 1];
	char signature[2 * SHA256_SIZE + 1];
	size_t count = 0;

	if (!split(&p, head, complaint))
		return false;
	(void)header_of(&p, "authorization", &count);
	if (count != 1)
		return complain(complaint, "%zu Authorization headers", count);
	for (size_t i = 0; i < p.nheaders; i++)
		if (strcmp(p.header[i].name, "authorization") == 0 &&
			!split_authorization(&p, p.header[i].value, complaint))
			return false;
	if (!is_encoded(p.path, "/") || p.path[0] != '/')
		return complain(complaint, "the path \"%s\" is not encoded as it should be", p.path);
	if (!check_names(expected, &p, complaint) || !check_signed(&p, complaint) || !check_body(&p, body, complaint))
		return false;
	tomb_buf_putf(&canonical, "%s\n%s\n", p.method, p.path);
	if (!put_query(&p, &canonical, complaint))
		return false;
	tomb_buf_put(&canonical, TOMB_STR("\n"));
	if (!put_headers(&p, &canonical, complaint))
		return false;
	tomb_buf_putf(&canonical, "\n%s\n%s", p.signed_headers, header_of(&p, "x-amz-content-sha256", &count));
	sha256_hex((struct tomb_str){canonical.p, canonical.n}, digest);
	sign(expected->secret_key, &p, digest, signature);
	if (strcmp(signature, p.signature) != 0)
		return complain(complaint, "the signature of %s %s?%s is wrong", p.method, p.path, p.query);
	return true;
}

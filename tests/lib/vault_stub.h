/* A Glacier vault that says what it is told to, and a store that talks to it. */
#ifndef VAULT_STUB_H
#define VAULT_STUB_H

#include "canned_http.h"
#include "temp_folder.h"
#include "tombstone/store_look.h"
#include "tombstone/store_traffic.h"

enum { VAULT_SAID_MAX = 50 };

#define VAULT_ARN "arn:aws:glacier:us-east-1:111122223333:vaults/old"
#define VAULT_DESCRIBED                                                                                                \
	"{\"CreationDate\":\"2014-01-02T03:04:05.006Z\",\"LastInventoryDate\":\"2026-01-02T03:04:05.006Z\","           \
	"\"NumberOfArchives\":3,\"SizeInBytes\":78088912,\"VaultARN\":\"" VAULT_ARN "\",\"VaultName\":\"old\"}"

/* What one request is answered with; headers end in "\r\n" each. */
struct vault_said {
	const char *status;        /* NULL: "200 OK" */
	const char *headers;       /* NULL: a request id */
	const char *body;          /* NULL: "" */
	enum canned_manner manner; /* CANNED_ANSWER_AND_CUT: one byte before its end */
};

struct vault_stub {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct canned_reply script[VAULT_SAID_MAX];
	struct canned_http *server;
	struct tomb_stores *stores;
	struct tomb_store *store;
};

/* A failure fails the running test. */
void vault_stub_begin(struct vault_stub *v, const struct vault_said *said, size_t n);
void vault_stub_end(struct vault_stub *v);

/* Ends the server, and asserts that it got n requests, each signed for the service, with the version of the API; and
 * that the i-th begins with line[i]. */
void vault_stub_got(struct vault_stub *v, const char *const *line, size_t n);

#endif

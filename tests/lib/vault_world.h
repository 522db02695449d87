/* A world (world.h) with one more backend, "old-vault": a Glacier vault that says what it is told to. */
#ifndef VAULT_WORLD_H
#define VAULT_WORLD_H

#include "vault_stub.h"
#include "world.h"

enum { VAULT_REPLIES_MAX = 16 };

struct vault_world {
	struct tomb_world w;
	struct canned_reply script[VAULT_REPLIES_MAX];
	struct canned_http *server;
	struct tomb_arena arena;
};

struct vault_reply {
	const char *status;  /* NULL: "200 OK" */
	const char *headers; /* each ends in "\r\n"; NULL: none */
	const char *body;    /* NULL: none */
};

/* A failure fails the running test. */
void vault_world_open(struct vault_world *v, const struct vault_reply *replies, size_t n);
void vault_world_close(struct vault_world *v);

/* The vault talks to one at a time: ends the connection of this process. */
void vault_world_hang_up(struct vault_world *v);

/* A vault copy of the file, stored so many days ago. */
void vault_world_add_copy(struct vault_world *v, int64_t file_id, const char *archive, int days);

/* The URL of an archive. */
struct tomb_str vault_world_url(struct vault_world *v, const char *archive);

#endif

/* The mails that have come, each looked at once. */
#ifndef KILL_POST_H
#define KILL_POST_H

#include "servers.h"
#include "tombstone/token.h"

struct post_mail {
	char to[64];
	char subject[160];
	char token[TOMB_TOKEN_TEXT]; /* "" if there is none */
};

typedef void post_fn(void *ctx, const struct post_mail *mail);

/* Those that nobody has looked at. */
void post_look_at_new(const struct server *smtp, post_fn *fn, void *ctx);

/* All, whoever has looked at them. */
void post_look_at_all(const struct server *smtp, post_fn *fn, void *ctx);

#endif

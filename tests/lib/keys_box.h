/* A place to look for keys in: an environment of its own, a home folder, and a server that plays a script. */
#ifndef KEYS_BOX_H
#define KEYS_BOX_H

#include "../../storage/aws/provider.h"
#include "canned_http.h"
#include "temp_folder.h"

#include <sys/types.h>

enum { KEYS_BOX_ENV_MAX = 16, KEYS_BOX_SCRIPT_MAX = 32 };

#define KEYS_BOX_SECRET "wJalrXUtnFEMIMARKER"         /* part of every secret that a test gives away */
#define KEYS_BOX_NOW_US INT64_C(1800000000000000)     /* 2027-01-15T08:00:00Z */
#define KEYS_BOX_EXPIRES "2027-01-15T14:00:00Z"       /* six hours later */
#define KEYS_BOX_EXPIRES_US INT64_C(1800021600000000) /* the same */

struct keys_box {
	struct temp_folder temp;
	struct tomb_arena arena;
	struct tomb_err err;
	struct backend backend;
	char *env[KEYS_BOX_ENV_MAX + 1];
	size_t nenv;
	char **environ_of_old;
	struct canned_reply script[KEYS_BOX_SCRIPT_MAX];
	size_t n;
	struct canned_http *server;
	struct aws_provider *provider;
};

/* The environment is HOME, a folder of its own, and PATH; the backend takes keys from the chain. */
void keys_box_begin(struct keys_box *box);
void keys_box_end(struct keys_box *box);

void keys_box_env(struct keys_box *box, const char *fmt, ...) TOMB_PRINTF(2, 3);
void keys_box_write(struct keys_box *box, const char *name, mode_t mode, const char *text);

/* The next answer of the server: "200 OK" and so on.  keys_box_reply() for other manners. */
void keys_box_say(struct keys_box *box, const char *status, const char *body);
void keys_box_reply(struct keys_box *box, struct canned_reply reply);

/* Starts the server, that the two above have told what to say; its port. */
int keys_box_serve(struct keys_box *box);

/* The head of the i-th request, and its body; the server is stopped. */
struct tomb_str keys_box_head(struct keys_box *box, size_t i);
struct tomb_str keys_box_body(struct keys_box *box, size_t i);

#endif

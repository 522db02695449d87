/*
 * A small repository to delete from: two institutions with their people, directory stores with real bytes, objects and
 * files in the ledger.  One per test; a failure fails the running test.
 */
#ifndef TOMB_TEST_WORLD_H
#define TOMB_TEST_WORLD_H

#include "tombstone/actor.h"
#include "tombstone/decision.h"
#include "tombstone/deletion_request.h"
#include "tombstone/duty.h"
#include "tombstone/store.h"

enum { TOMB_WORLD_COPIES_MAX = 3, TOMB_WORLD_PATH = 96 };

struct tomb_world {
	char folder[64];          /* everything on disk; removed at the end */
	char backends_file[96];   /* names local-1 to local-3 */
	struct tomb_pg *registry; /* as the registry logs in */
	struct tomb_pg *worker;   /* as the worker does */
	struct tomb_stores *stores;
	int64_t institution;          /* test.edu */
	int64_t other_institution;    /* other.edu */
	struct tomb_actor alice, bob; /* admins of test.edu */
	struct tomb_actor carol;      /* a user of test.edu */
	struct tomb_actor mallory;    /* admin of other.edu */
	struct tomb_actor oscar;      /* operator */
	int64_t standard;             /* storage option without minimum, one to three copies as asked */
};

void tomb_world_open(struct tomb_world *w);
void tomb_world_close(struct tomb_world *w);

/* The same as cmocka's setup and teardown: *state is the world. */
int tomb_world_set_up(void **state);
int tomb_world_tear_down(void **state);

/* A statement as superuser, and the whole number that one yields, as printf() makes them. */
void tomb_world_exec(const char *fmt, ...) TOMB_PRINTF(1, 2);
int64_t tomb_world_number(const char *fmt, ...) TOMB_PRINTF(1, 2);

/* Further ones; of the person, the two texts are kept. */
int64_t tomb_world_institution(const char *identifier);
struct tomb_actor tomb_world_user(int64_t institution, const char *host, const char *email, enum tomb_role role);

/* Gives the person exactly these duties, in the ledger and in *who. */
void tomb_world_duties(struct tomb_actor *who, unsigned duties);

/* The storage option of this name with this minimum, made if it is not there. */
int64_t tomb_world_option(struct tomb_world *w, const char *name, int min_days);

/* An object of test.edu with files "IDENTIFIER/data/N", each of some bytes in copies stores, stored just now. */
int64_t tomb_world_object(struct tomb_world *w, const char *identifier, int files, int copies);
int64_t tomb_world_object_in(
	struct tomb_world *w, int64_t institution, int64_t option, const char *identifier, int files, int copies);

int64_t tomb_world_file(struct tomb_world *w, const char *identifier); /* its id */

/* New bytes under a new generation, as a re-ingest records them; the file is Active afterwards. */
void tomb_world_restore(struct tomb_world *w, int64_t file_id, int copies);

/* How many copies of the file, of any generation, lie in the stores: the folders are looked at, not the ledger. */
int tomb_world_bytes(struct tomb_world *w, int64_t file_id);

/* Alice asks for the deletion; Bob gets a token and approves. */
int64_t tomb_world_request_object(struct tomb_world *w, int64_t object_id);
int64_t tomb_world_request_file(struct tomb_world *w, int64_t file_id);
void tomb_world_token(
	struct tomb_world *w, int64_t request_id, const struct tomb_actor *who, char token[static TOMB_TOKEN_TEXT]);
int64_t tomb_world_approve(struct tomb_world *w, int64_t request_id); /* the deletion's id */

/* Cuts what is approved into batches, and does every batch until none is due, as a lane would.  Backoffs are skipped.
 */
void tomb_world_plan(struct tomb_world *w);
void tomb_world_work(struct tomb_world *w);

/* A file with a key for second factors, such as the setting secrets_key_file names. */
void tomb_world_secrets_key(const struct tomb_world *w, char path[static TOMB_WORLD_PATH]);

/* Every invariant that can be asked of the ledger and the stores as they are: I2, I3, I5, I8; fails the test if not so.
 */
void tomb_world_check(struct tomb_world *w);

#define TOMB_OK_OR_FAIL(expr)                                                                                          \
	do {                                                                                                           \
		struct tomb_err err = {.text = ""};                                                                    \
		if ((expr) != TOMB_OK)                                                                                 \
			fail_msg("%s: %s", #expr, err.text);                                                           \
	} while (0)

#endif

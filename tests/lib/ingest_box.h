/* A small repository and a small bag that is sent to it.  The bag is test.edu/bag, of four files that are kept. */
#ifndef INGEST_BOX_H
#define INGEST_BOX_H

#include "bag_box.h"
#include "tombstone/ingest.h"
#include "world.h"

struct ingest_box {
	struct tomb_world w; /* "Standard" has backends local-1 and local-2, "Wasabi-VA" (90 days) local-3 */
	struct bag_box *bag;
	struct tomb_arena arena;
	struct tomb_err err;
	struct tomb_ingest_order order; /* sends the folder to test.edu with two threads */
	struct tomb_ingested done;      /* of the last ingest that succeeded */
	/* Called once, when the ingest reaches the phase. */
	enum tomb_ingest_phase at;
	void (*then)(struct ingest_box *box);
};

/* For cmocka's set-up and tear-down. */
int ingest_box_set_up(void **state);
int ingest_box_tear_down(void **state);

/* Ingests as the operator's command. */
enum tomb_code ingest_box_try(struct ingest_box *box);
void ingest_box_send(struct ingest_box *box); /* must succeed */

/* The same on a connection of its own, as another program would. */
enum tomb_code ingest_box_try_elsewhere(struct ingest_box *box);

/* Other bytes, of the same length, in data/a.txt. */
void ingest_box_change(struct ingest_box *box, const char *six);

/* Numbers and texts of the ledger. */
int64_t ingest_box_number(const char *fmt, ...) TOMB_PRINTF(1, 2);
const char *ingest_box_text(const char *fmt, ...) TOMB_PRINTF(1, 2);

/* Files that lie in all stores together. */
int ingest_box_stored(struct ingest_box *box);

/* Alice asks, Bob approves, the workers work. */
void ingest_box_delete_object(struct ingest_box *box);
void ingest_box_delete_file(struct ingest_box *box, const char *path);

/* What must hold whatever happened: the world's invariants; every copy of an active file that counts as stored lies
 * where its URL says; one generation's copies are complete. */
void ingest_box_check(struct ingest_box *box);

#endif

/* One interleaving: the real ledger, real lanes over real stores that falter, people, and the model beside them. */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include "dice.h"
#include "lane.h"
#include "model.h"
#include "task.h"
#include "tombstone/store.h"

enum {
	LANES = 3,
	KEY_BYTES = 48,
	PATH_BYTES = 200,
	QUEUE = 2 * BATCHES,
	FILE_BYTES = 64,
	TRACE_BYTES = 1 << 18,
};

/* What goes wrong in this seed, in percent of its occasions. */
struct mood {
	int fault;  /* of a call to a store */
	int loss;   /* of a key that is to be deleted */
	int crash;  /* of a step of a lane */
	int cut;    /* of a commit */
	int rule;   /* of the steps: holds, people, the stop switch */
	int ingest; /* of the steps */
	int jump;   /* of the steps */
	enum tomb_verify_policy verify;
	enum tomb_preflight_policy preflight;
};

struct run;

struct lane {
	struct run *run;
	int n;
	struct task task;
	struct tomb_pg *pg;
	struct tomb_stores *stores;
	struct tomb_clock clock; /* the model's time */
	struct tomb_lane lane;
	struct tomb_lane_options options;
	struct tomb_log log;
	int64_t batch_id;
	bool is_dead; /* nothing that it does has any effect any more */
	bool is_told_to_end;
	struct m_claim claim;
	bool probed[BACKENDS];                      /* in this claim, or just before */
	bool trusted[FILES][GENERATIONS][BACKENDS]; /* copies that need no look, once their backend has answered */
};

struct depositor {
	struct run *run;
	struct task task;
	struct tomb_pg *pg;
	struct tomb_stores *stores;
	bool is_dead;
	bool is_running; /* it has begun, and holds the ingest's lock */
	int object;
	int content[FILES];
	unsigned stored;
	char key[FILES][KEY_BYTES]; /* of what was stored */
};

struct run {
	uint64_t seed;
	struct dice dice;
	struct mood mood;
	struct model model;
	int64_t begun_at; /* minutes of all seeds before: clocks do not go back */
	struct lane lane[LANES];
	struct depositor depositor;
	struct tomb_pg *registry, *admin, *past; /* people and dispatcher; raw SQL; time */
	struct tomb_stores *stores;
	int64_t institution, other;
	char identifier[32];
	struct tomb_actor person[PEOPLE], stranger, oscar; /* an admin elsewhere; the operator */
	int64_t backend_id[BACKENDS], option_id[OBJECTS];
	int64_t object_id[OBJECTS], file_id[FILES], request_id[REQUESTS], batch_id[BATCHES];
	char token[REQUESTS][TOMB_TOKEN_TEXT];
	char key[FILES][GENERATIONS][KEY_BYTES];
	int serial; /* of keys: never used twice, whatever an interleaving left behind */
	int64_t queue[QUEUE];
	int nqueue;
	bool is_healed; /* no more faults */
	bool has_failed;
	char why[4096];
	struct tomb_buf trace;
	long checks;
	int nowhere; /* what lanes log: /dev/null */
};

/* The first failure stays. */
void run_fail(struct run *r, const char *fmt, ...) TOMB_PRINTF(2, 3);
void run_note(struct run *r, const char *fmt, ...) TOMB_PRINTF(2, 3);

/* ground.c: connections and stores, once; then the institution of each seed.  An error of these ends the program. */
void ground_open(struct run *r, const char *folder);
void ground_close(struct run *r);
void ground_prepare(struct run *r, uint64_t seed);
void ground_sweep(struct run *r);
void ground_must(enum tomb_code code, const struct tomb_err *err, const char *what);

/* Puts 64 bytes that say what they are under key on every backend. */
void ground_bytes(int file, int content, char out[FILE_BYTES]);
void ground_put(struct tomb_stores *stores, const char *key, int backend, const char bytes[FILE_BYTES],
	struct tomb_arena *arena, struct tomb_str *url, struct tomb_str *etag);
struct tomb_str backend_name(int backend);
int backend_of(struct tomb_str name);
int file_of(const struct run *r, int64_t file_id);

/* check.c: everything that can be asked at this moment. */
void check_now(struct run *r);
void check_end(struct run *r);

/* lanes.c.  The lane whose thread this is, or NULL; a pause in which it may die: false when it has. */
struct lane *lane_here(void);
bool lane_pause(struct lane *l, const char *where);
enum tomb_code lane_death(struct tomb_err *err);
void lane_begin(struct lane *l, int64_t batch_id);
void lane_has_claimed(struct lane *l, const struct tomb_claim *claim);
void lane_knows_backend(struct lane *l, int backend); /* it answered a probe */
void lane_step(struct lane *l);

/* depositor.c */
void depositor_begin(struct depositor *d);
void depositor_step(struct depositor *d);
void depositor_kill(struct depositor *d);
void depositor_reap(struct run *r);

/* people.c: one step of somebody, compared with what the model says. */
void people_request(struct run *r);
void people_decide(struct run *r);
void people_decide_on(struct run *r, int request, int person);
void people_hold(struct run *r);
void people_come_and_go(struct run *r);
void people_change_minimum(struct run *r);
void people_stop_or_start(struct run *r, bool stop);
void people_requeue(struct run *r);
void people_cancel(struct run *r);
void people_learn_batches(struct run *r); /* their ids */
void dispatcher_plan(struct run *r);
void dispatcher_announce(struct run *r);
void dispatcher_expire(struct run *r);
void time_jump(struct run *r, int minutes);

/* wrap_pg.c: the next commit of this thread, and what became of it. */
enum cut { CUT_NOT, CUT_BEFORE, CUT_AFTER };
void commit_arm(enum cut cut);
bool commit_happened(void); /* since it was armed */
enum cut commit_draw(struct run *r);

/* schedule.c: one seed; false if it failed, r->why says how. */
bool schedule_run(struct run *r, uint64_t seed, int steps);

#endif

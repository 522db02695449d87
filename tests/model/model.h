/*
 * The reference model: what a deletion is, in plain structs, without SQL, stores, leases in other clocks or
 * concurrency. Each function is one step that somebody takes, in one moment; it says what the ledger must answer and
 * changes the model as the ledger must change.  Spec: architecture.md §4 and §5.
 */
#ifndef MODEL_H
#define MODEL_H

#include "tombstone/decision.h"
#include "tombstone/deletion_request.h"
#include "tombstone/settle.h"

enum {
	OBJECTS = 2,
	PER_OBJECT = 2,
	FILES = OBJECTS * PER_OBJECT,
	BACKENDS = 2,
	GENERATIONS = 12, /* from 1 on */
	REQUESTS = 10,
	TARGETS = OBJECTS + FILES, /* what a request can name: objects, then files */
	PLANNED_MAX = 48,          /* batches; past this nothing is planned */
	BATCHES = 2 * PLANNED_MAX, /* each may be cut in two */
	BATCH_FILES = 2,
	PEOPLE = 4,  /* admins of the institution */
	LEAVERS = 2, /* those of them who may leave, so that nobody is ever the only one */
	LEASE_MIN = 60,
	BACKOFF_MIN = 1,
	MAX_ATTEMPTS = 4,
	DAY_MIN = 24 * 60,
};

enum m_status { M_NONE, M_STORED, M_SUPERSEDED, M_REMOVING, M_GONE };

struct m_copy {
	enum m_status status;
	bool bytes;      /* are they in the store? */
	bool taken_late; /* by a lane whose lease had ended: the ledger may not know */
	int64_t stored_at;
	int by; /* the request whose deletion claimed it last */
};

struct m_file {
	char state;
	int generation;
	int content; /* which bytes */
	bool held;
	int deletions[GENERATIONS]; /* events */
	struct m_copy copy[GENERATIONS][BACKENDS];
};

struct m_object {
	char state;
	int cycle;
	bool held;
	int deletions[GENERATIONS]; /* events by cycle */
	bool ingesting;
	int min_days;
};

enum m_state { M_OPEN, M_APPROVED, M_REJECTED, M_EXPIRED, M_VOID };
enum m_outcome { M_PENDING, M_DELETED, M_REFUSED, M_FAILED };
enum m_work { M_WORK_NONE, M_WORK_PENDING, M_WORK_STARTED, M_WORK_SUCCESS, M_WORK_FAILED, M_WORK_CANCELLED };

/* One named thing of a request, and its work item. */
struct m_target {
	bool named;
	bool open;
	int cycle; /* of a named object, at the request */
	enum m_work work;
	bool cancelled;
	int total, count[M_FAILED + 1]; /* by outcome */
};

struct m_request {
	enum m_state state;
	int asker, approver;
	int64_t expires_at;
	int order; /* of its approval: deletions are planned in it */
	bool planned, finished;
	struct m_target target[TARGETS];
	int listed[FILES]; /* generation; 0: not on the list */
	int list_target[FILES];
	enum m_outcome outcome[FILES];
};

enum m_batch_state { M_READY, M_LEASED, M_DONE, M_BATCH_FAILED };

struct m_batch {
	int request;
	unsigned files; /* a bit each */
	enum m_batch_state state;
	int fence, attempts, deaths;
	int64_t lease_until, due_at;
};

enum m_verb { M_REQUEST, M_APPROVE, M_REJECT, M_VOIDED, M_PLAN, M_SETTLE, M_INGEST, M_SPLIT, M_CANCEL, M_VERBS };

struct model {
	int64_t now; /* minutes */
	bool stopped;
	bool held;
	bool gone[PEOPLE];
	struct m_object object[OBJECTS];
	struct m_file file[FILES];
	struct m_request request[REQUESTS];
	int nrequests;
	struct m_batch batch[BATCHES];
	int nbatches;
	int approvals;
	int audit[M_VERBS];
};

/* What a claim gave a lane. */
struct m_claim {
	int batch, fence;
	unsigned files;  /* still to be settled */
	unsigned passed; /* those that may be deleted, by the last answer */
	bool confirmed;
	bool copy[FILES][GENERATIONS][BACKENDS];   /* those that became 'removing', or were left so and may not go */
	bool tried[FILES][GENERATIONS][BACKENDS];  /* those of them that were so before */
	bool looked[FILES][GENERATIONS][BACKENDS]; /* the store gave a clear answer in this claim, or need not */
};

void model_init(struct model *m);
static inline int object_of(int file)
{
	return file / PER_OBJECT;
}

/* People.  named: a bit for each target.  They return what the ledger must. */
enum tomb_code model_request(struct model *m, int asker, unsigned named);
enum tomb_code model_decide(struct model *m, int request, int person, enum tomb_verdict_kind verdict);
void model_expire(struct model *m);
enum tomb_code model_requeue(struct model *m, int request, int target);
enum tomb_code model_cancel(struct model *m, int request, int target);

bool model_is_young(const struct model *m, int file); /* is the minimum of one of its copies not over? */

/* The dispatcher: false when there is nothing to plan. */
bool model_plan(struct model *m);
bool model_is_due(const struct model *m, int batch);

/* Lanes.  claim: false if the batch is not to be had.  The others: false means STALE. */
bool model_claim(struct model *m, int batch, struct m_claim *c);
bool model_confirm(struct model *m, struct m_claim *c);
bool model_renew(struct model *m, const struct m_claim *c);
void model_release(struct model *m, const struct m_claim *c);
bool model_is_current(const struct model *m, const struct m_claim *c);
bool model_split(struct model *m, const struct m_claim *c);

/* Has it ended so many lanes that it is to be cut, or given up, but not tried as it is? */
bool model_is_poison(const struct model *m, int batch);

/* What a lane says of a copy and of a file; those that it does not name keep 'none'. */
struct m_settlement {
	bool said[FILES][GENERATIONS][BACKENDS];
	enum tomb_copy_fate copy[FILES][GENERATIONS][BACKENDS];
	enum tomb_file_fate file[FILES];
	int64_t due_min;
	bool is_uncharged; /* nothing was tried: the attempt does not count */
};
bool model_settle(struct model *m, const struct m_claim *c, const struct m_settlement *s);

/* May these bytes go, by this claim?  NULL, or the invariant that says no. */
const char *model_may_delete(const struct model *m, const struct m_claim *c, int file, int generation);

/* The depositor.  content[i]: the bytes that the bag has for file i, 0 for none; stored: those that were stored anew.
 */
unsigned model_wanted(const struct model *m, int object, const int content[FILES], unsigned stored);
bool model_ingest(struct model *m, int object, const int content[FILES], unsigned stored);

/* The model in the words of query/model.sql, for comparison. */
void model_text(const struct model *m, struct tomb_buf *out);

#endif

/* People and the dispatcher: each does one thing, through the ledger's verbs, and the model says what must come of it.
 */
#include "modelsql.gen.h"
#include "run.h"
#include "tombstone/cancel.h"
#include "tombstone/plan.h"
#include "tombstone/stop_switch.h"

#include <inttypes.h>
#include <stdio.h>

enum { ARENA_BYTES = 1 << 18, MIN_DAYS_RAISED = 4 };

/* After a verb of r->registry: everything is compared, and a connection that was cut is made anew. */
static void settle_down(struct run *r)
{
	struct tomb_err err;

	if (commit_happened()) /* what refuses commits nothing; if it did all the same, the next comparison sees it */
		check_now(r);
	if (tomb_pg_is_broken(r->registry))
		ground_must(tomb_pg_reset(r->registry, &err), &err, "people reconnect");
}

static void must_be(
	struct run *r, const char *what, enum tomb_code code, enum tomb_code expected, const struct tomb_err *err)
{
	if (code != expected && code != TOMB_UNCERTAIN)
		run_fail(r, "%s answers %d (%s), and should answer %d", what, (int)code,
			code == TOMB_OK ? "fine" : err->text, (int)expected);
}

static void learn_request(struct run *r)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct modelsql_model_requests_row *rows = NULL;
	struct tomb_err err;
	size_t n = 0;
	int i = r->model.nrequests - 1;

	ground_must(modelsql_model_requests(
			    r->admin, &(struct modelsql_model_requests_args){r->institution}, &arena, &rows, &n, &err),
		&err, "the requests");
	if (n != (size_t)r->model.nrequests) {
		run_fail(r, "there are %zu requests, and should be %d", n, r->model.nrequests);
		return;
	}
	r->request_id[i] = rows[i].id;
	ground_must(tomb_approval_token_new(r->registry, rows[i].id, r->person[0].user_id, r->token[i], &err), &err,
		"a token");
}

/* Some files of one object or of both, or whole objects, or one object and a file of the other. */
static unsigned draw_targets(struct run *r)
{
	unsigned named = 0;

	for (int o = 0; o < OBJECTS; o++) {
		int what = dice_roll(&r->dice, 4);

		if (what == 0)
			named |= 1U << o;
		for (int i = 0; what == 1 && i < PER_OBJECT; i++)
			if (dice_roll(&r->dice, 2))
				named |= 1U << (OBJECTS + o * PER_OBJECT + i);
	}
	return named ? named : 1U << dice_roll(&r->dice, TARGETS);
}

void people_request(struct run *r)
{
	struct tomb_deletion_request made;
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;
	int64_t objects[OBJECTS];
	int64_t files[FILES];
	struct tomb_deletion_list list = {.object_ids = {objects, 0}, .file_ids = {files, 0}};
	bool is_stranger = dice_in_100(&r->dice, 5);
	int asker = dice_roll(&r->dice, PEOPLE);
	unsigned named = draw_targets(r);

	if (r->model.nrequests == REQUESTS)
		return;
	for (int t = 0; t < TARGETS; t++)
		if (named & 1U << t && t < OBJECTS)
			objects[list.object_ids.n++] = r->object_id[t];
		else if (named & 1U << t)
			files[list.file_ids.n++] = r->file_id[t - OBJECTS];
	commit_arm(commit_draw(r));
	code = tomb_deletion_request_create(
		r->registry, is_stranger ? &r->stranger : &r->person[asker], &list, TOMB_STR("model"), &made, &err);
	run_note(r, "%s %d asks for %x: %d", is_stranger ? "stranger" : "person", asker, named, (int)code);
	if (is_stranger)
		must_be(r, "I9: a stranger's request", code, TOMB_NOTFOUND, &err);
	else if (commit_happened() || code != TOMB_UNCERTAIN)
		must_be(r, "a request", code, model_request(&r->model, asker, named), &err);
	settle_down(r);
	if (commit_happened())
		learn_request(r);
}

void people_decide(struct run *r)
{
	if (r->model.nrequests > 0)
		people_decide_on(r, dice_roll(&r->dice, r->model.nrequests), dice_roll(&r->dice, PEOPLE));
}

void people_decide_on(struct run *r, int i, int person)
{
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;
	enum tomb_verdict_kind verdict = dice_in_100(&r->dice, 10) ? TOMB_REJECT : TOMB_APPROVE;
	bool is_stranger = dice_in_100(&r->dice, 5);
	int64_t deletion = 0;

	commit_arm(commit_draw(r));
	code = tomb_decision_make(r->registry, is_stranger ? &r->stranger : &r->person[person], r->request_id[i],
		verdict, tomb_str_from(r->token[i]), &deletion, &err);
	run_note(r, "%s %d %s request %d: %d", is_stranger ? "stranger" : "person", person,
		verdict == TOMB_APPROVE ? "approves" : "rejects", i, (int)code);
	if (is_stranger)
		must_be(r, "I9: a stranger's decision", code, TOMB_FORBIDDEN, &err);
	else if (commit_happened() || code != TOMB_UNCERTAIN)
		must_be(r, "a decision", code, model_decide(&r->model, i, person, verdict), &err);
	settle_down(r);
}

/* Places the hold, or lifts the one that is there. */
void people_hold(struct run *r)
{
	struct model *m = &r->model;
	struct tomb_err err = {.text = ""};
	int what = dice_roll(&r->dice, TARGETS + 1);
	bool *held = what == TARGETS  ? &m->held
		     : what < OBJECTS ? &m->object[what].held
				      : &m->file[what - OBJECTS].held;
	int64_t object = what < OBJECTS ? r->object_id[what] : 0;
	int64_t file = what >= OBJECTS && what < TARGETS ? r->file_id[what - OBJECTS] : 0;
	size_t changed = 0;

	if (*held)
		ground_must(modelsql_model_lift(r->admin,
				    &(struct modelsql_model_lift_args){.institution_id = r->institution,
					    .object_id = object,
					    .object_id_null = object == 0,
					    .file_id = file,
					    .file_id_null = file == 0,
					    .one = r->person[2].user_id,
					    .other = r->person[3].user_id},
				    &changed, &err),
			&err, "a hold is lifted");
	else
		ground_must(modelsql_model_hold(r->admin,
				    &(struct modelsql_model_hold_args){.institution_id = r->institution,
					    .object_id = object,
					    .object_id_null = object == 0,
					    .file_id = file,
					    .file_id_null = file == 0,
					    .placed_by = r->person[2].user_id},
				    &changed, &err),
			&err, "a hold is placed");
	*held = !*held;
	run_note(r, "hold on target %d: %s", what, *held ? "placed" : "lifted");
}

void people_come_and_go(struct run *r)
{
	struct tomb_err err = {.text = ""};
	int person = dice_roll(&r->dice, LEAVERS);
	size_t changed = 0;

	r->model.gone[person] = !r->model.gone[person];
	ground_must(modelsql_model_leave(r->admin,
			    &(struct modelsql_model_leave_args){r->person[person].user_id, r->model.gone[person]},
			    &changed, &err),
		&err, "a person leaves");
	run_note(r, "person %d %s", person, r->model.gone[person] ? "leaves" : "comes back");
}

/* An operator raises the minimum of an object's storage option, or puts it back. */
void people_change_minimum(struct run *r)
{
	struct modelsql_model_minimum_args args = {.min_days = MIN_DAYS_RAISED};
	struct tomb_err err = {.text = ""};
	size_t changed = 0;
	int o = dice_roll(&r->dice, OBJECTS);

	if (r->model.object[o].min_days == MIN_DAYS_RAISED)
		args.min_days = o;
	args.id = r->option_id[o];
	ground_must(modelsql_model_minimum(r->admin, &args, &changed, &err), &err, "another minimum");
	r->model.object[o].min_days = args.min_days;
	run_note(r, "object %d: at least %d days", o, args.min_days);
}

void people_stop_or_start(struct run *r, bool stop)
{
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;

	commit_arm(commit_draw(r));
	code = tomb_stop_switch_set(r->registry, &r->oscar, stop, TOMB_STR("model"), &err);
	must_be(r, "the stop switch", code, TOMB_OK, &err);
	if (commit_happened())
		r->model.stopped = stop;
	run_note(r, "workers %s: %d", stop ? "stopped" : "started", (int)code);
	settle_down(r);
}

static int64_t work_item_of(struct run *r, int request, int target)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct modelsql_model_work_item_row *item = NULL;
	struct tomb_err err = {.text = ""};
	bool whole = target < OBJECTS;
	struct modelsql_model_work_item_args args = {.request_id = r->request_id[request],
		.object_id = whole ? r->object_id[target] : 0,
		.object_id_null = !whole,
		.file_id = whole ? 0 : r->file_id[target - OBJECTS],
		.file_id_null = whole};

	ground_must(modelsql_model_work_item(r->admin, &args, &arena, &item, &err), &err, "a work item");
	return item->id;
}

static void requeue(struct run *r, int request, int target)
{
	struct tomb_err err = {.text = ""};
	int64_t item = work_item_of(r, request, target);
	enum tomb_code code = TOMB_OK;

	commit_arm(commit_draw(r));
	code = tomb_work_item_requeue(r->registry, &r->oscar, item, &err);
	run_note(r, "requeues target %d of request %d: %d", target, request, (int)code);
	if (commit_happened() || code != TOMB_UNCERTAIN)
		must_be(r, "a requeue", code, model_requeue(&r->model, request, target), &err);
}

void people_learn_batches(struct run *r)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct modelsql_model_batches_row *rows = NULL;
	struct tomb_err err;
	size_t n = 0;

	ground_must(modelsql_model_batches(
			    r->admin, &(struct modelsql_model_batches_args){r->institution}, &arena, &rows, &n, &err),
		&err, "the batches");
	for (size_t i = 0; i < n && i < BATCHES; i++)
		r->batch_id[i] = rows[i].id;
}

/* A work item with failed files, if there is one; else any, which must be refused. */
void people_requeue(struct run *r)
{
	int first = dice_roll(&r->dice, REQUESTS * TARGETS);
	int chosen = -1;

	if (r->model.nbatches + FILES > PLANNED_MAX)
		return;
	for (int i = 0; i < REQUESTS * TARGETS; i++) {
		int at = (first + i) % (REQUESTS * TARGETS);
		const struct m_target *t = &r->model.request[at / TARGETS].target[at % TARGETS];

		if (at / TARGETS >= r->model.nrequests || t->work == M_WORK_NONE)
			continue;
		if (chosen < 0 || t->count[M_FAILED] > 0)
			chosen = at;
		if (t->count[M_FAILED] > 0)
			break;
	}
	if (chosen < 0)
		return;
	requeue(r, chosen / TARGETS, chosen % TARGETS);
	settle_down(r);
	people_learn_batches(r);
}

/* A work item that goes on, if there is one; else any, which must be refused. */
void people_cancel(struct run *r)
{
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;
	int first = dice_roll(&r->dice, REQUESTS * TARGETS);
	int chosen = -1;
	int64_t item = 0;

	for (int i = 0; i < REQUESTS * TARGETS; i++) {
		int at = (first + i) % (REQUESTS * TARGETS);
		const struct m_target *t = &r->model.request[at / TARGETS].target[at % TARGETS];
		bool goes_on = t->work == M_WORK_PENDING || t->work == M_WORK_STARTED;

		if (at / TARGETS >= r->model.nrequests || t->work == M_WORK_NONE)
			continue;
		if (chosen < 0 || goes_on)
			chosen = at;
		if (goes_on)
			break;
	}
	if (chosen < 0)
		return;
	item = work_item_of(r, chosen / TARGETS, chosen % TARGETS);
	commit_arm(commit_draw(r));
	code = tomb_work_item_cancel(r->registry, &r->oscar, item, TOMB_STR("model"), &err);
	run_note(r, "cancels target %d of request %d: %d", chosen % TARGETS, chosen / TARGETS, (int)code);
	if (commit_happened() || code != TOMB_UNCERTAIN)
		must_be(r, "a cancel", code, model_cancel(&r->model, chosen / TARGETS, chosen % TARGETS), &err);
	settle_down(r);
}

void dispatcher_plan(struct run *r)
{
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;
	bool planned = false;
	bool expected = false;

	if (r->model.nbatches + FILES > PLANNED_MAX)
		return;
	commit_arm(commit_draw(r));
	code = tomb_plan_next(r->registry, &planned, &err);
	must_be(r, "a plan", code, TOMB_OK, &err);
	if (commit_happened())
		expected = model_plan(&r->model);
	if (code == TOMB_OK && planned != expected)
		run_fail(r, "a deletion was%s planned, and should%s be", planned ? "" : " not", expected ? "" : " not");
	run_note(r, "dispatcher plans: %s, %d batches", expected ? "one" : "none", r->model.nbatches);
	settle_down(r);
	people_learn_batches(r);
}

/* Puts what is due into the queue, which forgets and repeats as it likes. */
void dispatcher_announce(struct run *r)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(ARENA_BYTES);
	struct tomb_int8s ids = {NULL, 0};
	struct tomb_err err = {.text = ""};
	size_t due = 0;

	ground_must(tomb_plan_due(r->registry, 0, QUEUE / 2, &arena, &ids, &err), &err, "what is due");
	for (int b = 0; b < r->model.nbatches && !r->model.stopped; b++)
		due += model_is_due(&r->model, b);
	if (ids.n != due)
		run_fail(r, "I6: %zu batches are due, and %zu should be", ids.n, due);
	for (size_t i = 0; i < ids.n && r->nqueue < QUEUE; i++)
		r->queue[r->nqueue++] = ids.p[i];
	if (ids.n > 0)
		ground_must(tomb_plan_announced(r->registry, ids, &err), &err, "what was announced");
	run_note(r, "dispatcher announces %zu", ids.n);
}

void dispatcher_expire(struct run *r)
{
	struct tomb_err err = {.text = ""};
	enum tomb_code code = TOMB_OK;
	size_t ended = 0;

	commit_arm(commit_draw(r));
	code = tomb_deletion_request_expire(r->registry, QUEUE, &ended, &err);
	must_be(r, "what has expired", code, TOMB_OK, &err);
	if (commit_happened())
		model_expire(&r->model);
	run_note(r, "%zu requests have expired", ended);
	settle_down(r);
}

void time_jump(struct run *r, int minutes)
{
	struct tomb_err err = {.text = ""};
	size_t changed = 0;

	ground_must(modelsql_model_jump(
			    r->past, &(struct modelsql_model_jump_args){r->institution, minutes}, &changed, &err),
		&err, "time passes");
	r->model.now += minutes;
	run_note(r, "%d minutes pass", minutes);
}

#include "model.h"

void model_init(struct model *m)
{
	*m = (struct model){.now = 0};
	for (int o = 0; o < OBJECTS; o++)
		m->object[o] = (struct m_object){.state = 'A', .cycle = 1, .min_days = o};
	for (int f = 0; f < FILES; f++) {
		m->file[f] = (struct m_file){.state = 'A', .generation = 1, .content = 1};
		for (int b = 0; b < BACKENDS; b++)
			m->file[f].copy[1][b] = (struct m_copy){
				.status = M_STORED, .bytes = true, .stored_at = -2 * (int64_t)DAY_MIN};
	}
}

static bool is_object(int target)
{
	return target < OBJECTS;
}

static int object_of_target(int target)
{
	return is_object(target) ? target : object_of(target - OBJECTS);
}

/* Is this file named, by itself or with its whole object? */
static int target_of(unsigned named, int file)
{
	if (named & 1U << object_of(file))
		return object_of(file);
	return named & 1U << (OBJECTS + file) ? OBJECTS + file : -1;
}

bool model_is_young(const struct model *m, int file)
{
	for (int g = 1; g < GENERATIONS; g++)
		for (int b = 0; b < BACKENDS; b++) {
			const struct m_copy *c = &m->file[file].copy[g][b];
			int64_t days = m->object[object_of(file)].min_days;

			if (c->status != M_NONE && c->status != M_GONE && c->stored_at + days * DAY_MIN > m->now)
				return true;
		}
	return false;
}

/* Does an open item of another request stand in the way of this target? */
static bool is_pending(const struct model *m, int target, int own)
{
	int o = object_of_target(target);

	if (m->object[o].ingesting)
		return true;
	for (int r = 0; r < m->nrequests; r++)
		for (int t = 0; t < TARGETS; t++) {
			if (r == own || !m->request[r].target[t].open || object_of_target(t) != o)
				continue;
			if (is_object(target) || is_object(t) || t == target)
				return true;
		}
	return false;
}

/* What keeps a list from being asked for or approved. */
static enum tomb_code obstacle(const struct model *m, unsigned named, int own)
{
	for (int t = 0; t < TARGETS; t++)
		if (named & 1U << t && (is_object(t) ? m->object[t].state : m->file[t - OBJECTS].state) == 'D')
			return TOMB_CONFLICT;
	for (int t = 0; t < TARGETS; t++)
		if (named & 1U << t && is_pending(m, t, own))
			return TOMB_CONFLICT;
	for (int t = 0; t < TARGETS; t++)
		if (named & 1U << t && (m->held || m->object[object_of_target(t)].held))
			return TOMB_UNPROCESSABLE;
	for (int f = 0; f < FILES; f++)
		if (target_of(named, f) >= 0 && m->file[f].state == 'A' && (m->file[f].held || model_is_young(m, f)))
			return TOMB_UNPROCESSABLE;
	return TOMB_OK;
}

enum tomb_code model_request(struct model *m, int asker, unsigned named)
{
	struct m_request *r = &m->request[m->nrequests];
	enum tomb_code code = m->gone[asker] ? TOMB_FORBIDDEN : obstacle(m, named, -1);

	if (code != TOMB_OK)
		return code;
	*r = (struct m_request){.asker = asker, .approver = -1, .expires_at = m->now + TOMB_REQUEST_DAYS * DAY_MIN};
	for (int t = 0; t < TARGETS; t++)
		if (named & 1U << t)
			r->target[t] = (struct m_target){
				.named = true, .open = true, .cycle = is_object(t) ? m->object[t].cycle : 0};
	for (int f = 0; f < FILES; f++)
		if (target_of(named, f) >= 0 && m->file[f].state == 'A') {
			r->listed[f] = m->file[f].generation;
			r->list_target[f] = target_of(named, f);
			r->target[r->list_target[f]].total++;
		}
	m->nrequests++;
	m->audit[M_REQUEST]++;
	return TOMB_OK;
}

static unsigned named_by(const struct m_request *r)
{
	unsigned named = 0;

	for (int t = 0; t < TARGETS; t++)
		named |= r->target[t].named ? 1U << t : 0;
	return named;
}

/* would the same request list the same files, at the same generations, of the same cycles? */
static bool list_is_unchanged(const struct model *m, const struct m_request *r)
{
	for (int t = 0; t < OBJECTS; t++)
		if (r->target[t].named && r->target[t].cycle != m->object[t].cycle)
			return false;
	for (int f = 0; f < FILES; f++) {
		bool listed = target_of(named_by(r), f) >= 0 && m->file[f].state == 'A';

		if (r->listed[f] != (listed ? m->file[f].generation : 0))
			return false;
	}
	return true;
}

static void close_request(struct m_request *r, enum m_state state)
{
	r->state = state;
	for (int t = 0; t < TARGETS; t++)
		if (state != M_APPROVED)
			r->target[t].open = false;
		else if (r->target[t].named)
			r->target[t].work = M_WORK_PENDING;
}

enum tomb_code model_decide(struct model *m, int request, int person, enum tomb_verdict_kind verdict)
{
	struct m_request *r = &m->request[request];
	enum tomb_code code = TOMB_OK;

	if (person >= PEOPLE || m->gone[person])
		return TOMB_FORBIDDEN;
	if (r->state == M_EXPIRED || (r->state == M_OPEN && r->expires_at <= m->now))
		return TOMB_GONE;
	if (r->state != M_OPEN)
		return TOMB_CONFLICT;
	if (verdict == TOMB_REJECT) {
		close_request(r, M_REJECTED);
		m->audit[M_REJECT]++;
		return TOMB_OK;
	}
	if (!list_is_unchanged(m, r)) {
		close_request(r, M_VOID);
		m->audit[M_VOIDED]++;
		return TOMB_CONFLICT;
	}
	code = obstacle(m, named_by(r), request);
	if (code != TOMB_OK)
		return code;
	if (m->gone[r->asker])
		return TOMB_CONFLICT;
	if (person == r->asker)
		return TOMB_FORBIDDEN;
	r->approver = person;
	r->order = m->approvals++;
	close_request(r, M_APPROVED);
	m->audit[M_APPROVE]++;
	return TOMB_OK;
}

void model_expire(struct model *m)
{
	for (int r = 0; r < m->nrequests; r++)
		if (m->request[r].state == M_OPEN && m->request[r].expires_at <= m->now)
			close_request(&m->request[r], M_EXPIRED);
}

static void add_batch(struct model *m, int request, unsigned files)
{
	m->batch[m->nbatches++] = (struct m_batch){.request = request, .files = files, .due_at = m->now};
}

/* Cuts those files, in the order of their targets. */
static void cut(struct model *m, int request, int only_target)
{
	const struct m_request *r = &m->request[request];
	unsigned files = 0;
	int n = 0;
	int made = 0;

	for (int t = 0; t < TARGETS; t++)
		for (int f = 0; f < FILES; f++) {
			if (r->listed[f] == 0 || r->list_target[f] != t || r->outcome[f] != M_PENDING ||
				(only_target >= 0 && t != only_target))
				continue;
			files |= 1U << f;
			if (++n < BATCH_FILES)
				continue;
			add_batch(m, request, files);
			files = 0;
			n = 0;
			made++;
		}
	if (n > 0 || made == 0)
		add_batch(m, request, files);
}

bool model_plan(struct model *m)
{
	int next = -1;

	for (int r = 0; r < m->nrequests; r++)
		if (m->request[r].state == M_APPROVED && !m->request[r].planned &&
			(next < 0 || m->request[r].order < m->request[next].order))
			next = r;
	if (next < 0)
		return false;
	cut(m, next, -1);
	m->request[next].planned = true;
	m->audit[M_PLAN]++;
	return true;
}

enum tomb_code model_requeue(struct model *m, int request, int target)
{
	struct m_request *r = &m->request[request];
	struct m_target *t = &r->target[target];

	if (t->work != M_WORK_FAILED || t->count[M_FAILED] == 0)
		return TOMB_CONFLICT;
	for (int other = 0; other < m->nrequests; other++)
		if (other != request && m->request[other].target[target].open)
			return TOMB_CONFLICT;
	for (int f = 0; f < FILES; f++)
		if (r->listed[f] > 0 && r->list_target[f] == target && r->outcome[f] == M_FAILED)
			r->outcome[f] = M_PENDING;
	cut(m, request, target);
	t->open = true;
	t->work = M_WORK_PENDING;
	t->count[M_FAILED] = 0;
	r->finished = false;
	return TOMB_OK;
}

/* From here on no file of it passes; batches that back off with some of them are due. */
enum tomb_code model_cancel(struct model *m, int request, int target)
{
	struct m_request *r = &m->request[request];
	struct m_target *t = &r->target[target];

	if (t->cancelled || (t->work != M_WORK_PENDING && t->work != M_WORK_STARTED))
		return TOMB_CONFLICT;
	t->cancelled = true;
	for (int b = 0; b < m->nbatches; b++)
		for (int f = 0; f < FILES; f++)
			if (m->batch[b].request == request && m->batch[b].state == M_READY &&
				m->batch[b].files & 1U << f && r->list_target[f] == target &&
				m->batch[b].due_at > m->now)
				m->batch[b].due_at = m->now;
	m->audit[M_CANCEL]++;
	return TOMB_OK;
}

unsigned model_wanted(const struct model *m, int object, const int content[FILES], unsigned stored)
{
	unsigned wanted = 0;

	for (int f = 0; f < FILES; f++) {
		const struct m_file *file = &m->file[f];
		bool keep = file->state == 'A' && file->content == content[f];

		if (object_of(f) != object || content[f] == 0 || stored & 1U << f)
			continue;
		for (int b = 0; b < BACKENDS; b++)
			keep &= file->copy[file->generation][b].status == M_STORED;
		for (int r = 0; r < m->nrequests; r++) {
			const struct m_request *q = &m->request[r];

			keep &= !q->target[object].open && !q->target[OBJECTS + f].open;
			keep &= !((q->state == M_OPEN || q->state == M_APPROVED) && q->listed[f] == file->generation &&
				  (q->outcome[f] == M_PENDING || q->outcome[f] == M_FAILED));
		}
		wanted |= keep ? 0 : 1U << f;
	}
	return wanted;
}

bool model_ingest(struct model *m, int object, const int content[FILES], unsigned stored)
{
	struct m_object *o = &m->object[object];

	if (model_wanted(m, object, content, stored))
		return false;
	if (o->state == 'D')
		o->cycle++;
	o->state = 'A';
	o->ingesting = false;
	for (int f = 0; f < FILES; f++) {
		struct m_file *file = &m->file[f];

		if (!(stored & 1U << f))
			continue;
		for (int g = 1; g <= file->generation; g++)
			for (int b = 0; b < BACKENDS; b++)
				if (file->copy[g][b].status == M_STORED)
					file->copy[g][b].status = M_SUPERSEDED;
		file->generation++;
		file->state = 'A';
		file->content = content[f];
		for (int b = 0; b < BACKENDS; b++)
			file->copy[file->generation][b] = (struct m_copy){
				.status = M_STORED, .bytes = true, .stored_at = m->now};
	}
	m->audit[M_INGEST]++;
	return true;
}

/* The model's lanes: claim, confirm, settle. */
#include "model.h"

bool model_is_due(const struct model *m, int batch)
{
	const struct m_batch *b = &m->batch[batch];

	return (b->state == M_READY && b->due_at <= m->now) || (b->state == M_LEASED && b->lease_until < m->now);
}

/* Step 4: everything that protects a file, now. */
static bool may_go(const struct model *m, const struct m_request *r, int file)
{
	const struct m_file *f = &m->file[file];

	return r->state == M_APPROVED && !r->target[r->list_target[file]].cancelled && !m->gone[r->asker] &&
	       !m->gone[r->approver] && f->generation == r->listed[file] && f->state == 'A' && !m->held &&
	       !m->object[object_of(file)].held && !f->held && !model_is_young(m, file);
}

/* The files of the claim that are still to be settled, and of them those that may go. */
static void ask(const struct model *m, struct m_claim *c)
{
	const struct m_batch *b = &m->batch[c->batch];
	const struct m_request *r = &m->request[b->request];
	unsigned passed = 0;

	for (int f = 0; f < FILES; f++)
		if (c->files & 1U << f && b->files & 1U << f && r->outcome[f] == M_PENDING && may_go(m, r, f))
			passed |= 1U << f;
	c->passed &= passed;
}

static void take_copies(struct model *m, struct m_claim *c, int file)
{
	int request = m->batch[c->batch].request;

	for (int g = 1; g <= m->request[request].listed[file]; g++)
		for (int b = 0; b < BACKENDS; b++) {
			struct m_copy *copy = &m->file[file].copy[g][b];

			if (copy->status == M_NONE || copy->status == M_GONE)
				continue;
			c->tried[file][g][b] = copy->status == M_REMOVING;
			copy->status = M_REMOVING;
			copy->by = request;
			c->copy[file][g][b] = true;
		}
}

/* Of a file that may not go: what an earlier claim may have removed.  It is looked at, and stays as it is. */
static void take_left_over(const struct model *m, struct m_claim *c, int file)
{
	int request = m->batch[c->batch].request;

	for (int g = 1; g < GENERATIONS; g++)
		for (int b = 0; b < BACKENDS; b++) {
			const struct m_copy *copy = &m->file[file].copy[g][b];

			if (copy->status == M_REMOVING && copy->by == request)
				c->copy[file][g][b] = c->tried[file][g][b] = true;
		}
}

bool model_claim(struct model *m, int batch, struct m_claim *c)
{
	struct m_batch *b = &m->batch[batch];
	struct m_request *r = &m->request[b->request];

	*c = (struct m_claim){.batch = -1};
	if (m->stopped || !model_is_due(m, batch))
		return false;
	if (b->state == M_LEASED)
		b->deaths++;
	else
		b->attempts++;
	b->state = M_LEASED;
	b->fence++;
	b->lease_until = m->now + LEASE_MIN;
	*c = (struct m_claim){.batch = batch, .fence = b->fence, .passed = ~0U};
	for (int f = 0; f < FILES; f++)
		if (b->files & 1U << f && r->outcome[f] == M_PENDING)
			c->files |= 1U << f;
	ask(m, c);
	for (int f = 0; f < FILES; f++) {
		if (c->passed & 1U << f)
			take_copies(m, c, f);
		else if (c->files & 1U << f)
			take_left_over(m, c, f);
		if (c->files & 1U << f && r->target[r->list_target[f]].work == M_WORK_PENDING)
			r->target[r->list_target[f]].work = M_WORK_STARTED;
	}
	return true;
}

bool model_is_current(const struct model *m, const struct m_claim *c)
{
	return m->batch[c->batch].fence == c->fence && m->batch[c->batch].state == M_LEASED;
}

bool model_renew(struct model *m, const struct m_claim *c)
{
	if (!model_is_current(m, c) || m->stopped)
		return false;
	m->batch[c->batch].lease_until = m->now + LEASE_MIN;
	return true;
}

bool model_confirm(struct model *m, struct m_claim *c)
{
	if (!model_renew(m, c))
		return false;
	ask(m, c);
	c->confirmed = true;
	return true;
}

void model_release(struct model *m, const struct m_claim *c)
{
	struct m_batch *b = &m->batch[c->batch];

	if (!model_is_current(m, c))
		return;
	b->state = M_READY;
	b->attempts--;
	b->due_at = m->now;
}

static int count(unsigned files)
{
	return __builtin_popcount(files);
}

bool model_is_poison(const struct model *m, int batch)
{
	const struct m_batch *b = &m->batch[batch];

	return b->deaths >= (count(b->files) > 1 ? 2 : 3);
}

bool model_split(struct model *m, const struct m_claim *c)
{
	struct m_batch *b = &m->batch[c->batch];
	unsigned kept = b->files;

	if (!model_is_current(m, c))
		return false;
	while (count(kept) > (count(b->files) + 1) / 2)
		kept &= ~(1U << (31 - __builtin_clz(kept)));
	b->attempts--;
	m->batch[m->nbatches++] = (struct m_batch){
		.request = b->request, .files = b->files & ~kept, .attempts = b->attempts, .due_at = m->now};
	b->state = M_READY;
	b->files = kept;
	b->deaths = 0;
	b->due_at = m->now;
	m->audit[M_SPLIT]++;
	return true;
}

const char *model_may_delete(const struct model *m, const struct m_claim *c, int file, int generation)
{
	if (c->batch < 0 || !c->confirmed || !(c->passed & 1U << file))
		return "I1: a byte is removed that did not pass the checks of this claim";
	if (generation > m->request[m->batch[c->batch].request].listed[file])
		return "I4: bytes are removed that were stored after the request";
	for (int g = 1; g < GENERATIONS; g++)
		for (int b = 0; b < BACKENDS; b++)
			if (c->copy[file][g][b] && !c->looked[file][g][b])
				return "I10: a byte is removed though a copy of its file had no clear answer";
	return NULL;
}

static void settle_copies(struct model *m, int request, const struct m_settlement *s)
{
	for (int f = 0; f < FILES; f++)
		for (int g = 1; g < GENERATIONS; g++)
			for (int b = 0; b < BACKENDS; b++) {
				struct m_copy *c = &m->file[f].copy[g][b];

				if (!s->said[f][g][b] || c->status != M_REMOVING || c->by != request)
					continue;
				if (s->copy[f][g][b] == TOMB_COPY_GONE)
					c->status = M_GONE;
				else if (s->copy[f][g][b] == TOMB_COPY_THERE)
					c->status = g == m->file[f].generation ? M_STORED : M_SUPERSEDED;
			}
}

/* I2, I3: Deleted when every copy is gone, at the generation that was approved, with one event. */
static bool settle_file(struct model *m, const struct m_request *r, int file)
{
	struct m_file *f = &m->file[file];

	for (int g = 1; g < GENERATIONS; g++)
		for (int b = 0; b < BACKENDS; b++)
			if (f->copy[g][b].status != M_NONE && f->copy[g][b].status != M_GONE)
				return false;
	if (f->state != 'A' || f->generation != r->listed[file])
		return f->state == 'D' && f->generation == r->listed[file];
	f->state = 'D';
	f->deletions[f->generation]++;
	return true;
}

/* Did a claim of this request remove any of what was approved? */
static bool has_lost(const struct model *m, const struct m_request *r, int file)
{
	for (int b = 0; b < BACKENDS; b++) {
		const struct m_copy *c = &m->file[file].copy[r->listed[file]][b];

		if (c->status == M_GONE && c->by == r - m->request)
			return true;
	}
	return false;
}

static enum m_outcome outcome_of(struct model *m, const struct m_request *r, int file, enum tomb_file_fate fate)
{
	if (fate == TOMB_FILE_REFUSED && m->file[file].state == 'A' && has_lost(m, r, file) && settle_file(m, r, file))
		return M_DELETED;
	if (fate == TOMB_FILE_DELETED)
		return settle_file(m, r, file) ? M_DELETED : M_REFUSED;
	return fate == TOMB_FILE_REFUSED ? M_REFUSED : M_FAILED;
}

static bool has_active_files(const struct model *m, int object)
{
	for (int f = 0; f < FILES; f++)
		if (object_of(f) == object && m->file[f].state == 'A')
			return true;
	return false;
}

/* A work item that this batch touched: it goes on, or ends, and its whole object with it. */
static void settle_target(struct model *m, struct m_request *r, int target)
{
	struct m_target *t = &r->target[target];
	int settled = t->count[M_DELETED] + t->count[M_REFUSED] + t->count[M_FAILED];

	bool all = t->count[M_DELETED] == t->total;

	if (settled < t->total)
		t->work = M_WORK_STARTED;
	else if (t->cancelled && (!all || t->total == 0))
		t->work = M_WORK_CANCELLED;
	else
		t->work = all ? M_WORK_SUCCESS : M_WORK_FAILED;
	if (settled < t->total)
		return;
	t->open = false;
	if (target < OBJECTS && t->work == M_WORK_SUCCESS && m->object[target].state == 'A' &&
		!has_active_files(m, target)) {
		m->object[target].state = 'D';
		m->object[target].deletions[m->object[target].cycle]++;
	}
}

static bool is_ended(enum m_work work)
{
	return work == M_WORK_SUCCESS || work == M_WORK_FAILED || work == M_WORK_CANCELLED;
}

bool model_settle(struct model *m, const struct m_claim *c, const struct m_settlement *s)
{
	struct m_batch *b = &m->batch[c->batch];
	struct m_request *r = &m->request[b->request];
	unsigned later = 0;
	unsigned touched = 0;
	bool failed = false;

	if (!model_is_current(m, c))
		return false;
	settle_copies(m, b->request, s);
	for (int f = 0; f < FILES; f++) {
		if (!(c->files & 1U << f))
			continue;
		if (s->file[f] == TOMB_FILE_LATER) {
			later |= 1U << f;
			continue;
		}
		failed |= s->file[f] == TOMB_FILE_FAILED;
		if (r->outcome[f] != M_PENDING)
			continue;
		r->outcome[f] = outcome_of(m, r, f, s->file[f]);
		r->target[r->list_target[f]].count[r->outcome[f]]++;
		touched |= 1U << r->list_target[f];
	}
	b->state = later ? M_READY : failed ? M_BATCH_FAILED : M_DONE;
	b->files = later ? later : b->files;
	b->due_at = m->now + s->due_min;
	b->deaths = 0;
	if (s->is_uncharged && b->attempts > 0)
		b->attempts--;
	r->finished = true;
	for (int t = 0; t < TARGETS; t++) {
		if (r->target[t].named && !is_ended(r->target[t].work) &&
			(touched & 1U << t || r->target[t].total == 0))
			settle_target(m, r, t);
		r->finished &= !r->target[t].named || is_ended(r->target[t].work);
	}
	m->audit[M_SETTLE]++;
	return true;
}

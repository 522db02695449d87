#include "model.h"

static const char *const statuses[] = {"", "stored", "superseded", "removing", "gone"};
static const char *const states[] = {"open", "approved", "rejected", "expired", "void"};
static const char *const outcomes[] = {"pending", "deleted", "refused", "failed"};
static const char *const works[] = {"", "Pending", "Started", "Success", "Failed", "Cancelled"};
static const char *const batches[] = {"ready", "leased", "done", "failed"};
static const char *const verbs[] = {"request deletion", "approve deletion", "reject deletion", "void request",
	"plan deletion", "settle batch", "record ingest", "split batch", "cancel work item"};
_Static_assert(TOMB_COUNTOF(verbs) == M_VERBS, "enum m_verb");

static void put_deletions(struct tomb_buf *out, const int deletions[GENERATIONS])
{
	tomb_buf_putf(out, " deletions");
	for (int g = 1; g < GENERATIONS; g++)
		for (int i = 0; i < deletions[g]; i++)
			tomb_buf_putf(out, " %d", g);
	tomb_buf_putf(out, "\n");
}

static void put_copies(struct tomb_buf *out, int file, const struct m_file *f)
{
	for (int g = 1; g < GENERATIONS; g++)
		for (int b = 0; b < BACKENDS; b++) {
			const struct m_copy *c = &f->copy[g][b];

			if (c->status == M_NONE)
				continue;
			tomb_buf_putf(out, "copy %d %d %d %s", file, g, b, statuses[c->status]);
			if (c->status == M_REMOVING)
				tomb_buf_putf(out, " by %d", c->by);
			tomb_buf_putf(out, "\n");
		}
}

static void put_targets(struct tomb_buf *out, int request, const struct m_request *r)
{
	for (int t = 0; t < TARGETS; t++) {
		const struct m_target *x = &r->target[t];

		if (!x->named)
			continue;
		tomb_buf_putf(out, "target %d %d %s", request, t, x->open ? "open" : "shut");
		if (x->work != M_WORK_NONE)
			tomb_buf_putf(out, " %s%s %d+%d+%d of %d", works[x->work], x->cancelled ? " cancelled" : "",
				x->count[M_DELETED], x->count[M_REFUSED], x->count[M_FAILED], x->total);
		tomb_buf_putf(out, "\n");
	}
}

static void put_request(struct tomb_buf *out, int request, const struct m_request *r)
{
	tomb_buf_putf(out, "request %d %s", request, states[r->state]);
	if (r->state == M_APPROVED)
		tomb_buf_putf(out, "%s%s", r->planned ? " planned" : "", r->finished ? " finished" : "");
	tomb_buf_putf(out, "\n");
	put_targets(out, request, r);
	for (int f = 0; f < FILES; f++)
		if (r->listed[f] > 0)
			tomb_buf_putf(out, "list %d %d %d %s\n", request, f, r->listed[f], outcomes[r->outcome[f]]);
}

static void put_batch(struct tomb_buf *out, int batch, const struct m_batch *b)
{
	tomb_buf_putf(out, "batch %d of %d %s fence %d attempts %d deaths %d files", batch, b->request,
		batches[b->state], b->fence, b->attempts, b->deaths);
	for (int f = 0; f < FILES; f++)
		if (b->files & 1U << f)
			tomb_buf_putf(out, " %d", f);
	tomb_buf_putf(out, "\n");
}

void model_text(const struct model *m, struct tomb_buf *out)
{
	tomb_buf_putf(out, "workers %s\n", m->stopped ? "stopped" : "at work");
	for (int o = 0; o < OBJECTS; o++) {
		tomb_buf_putf(out, "object %d %c %d", o, m->object[o].state, m->object[o].cycle);
		put_deletions(out, m->object[o].deletions);
	}
	for (int f = 0; f < FILES; f++) {
		tomb_buf_putf(out, "file %d %c %d", f, m->file[f].state, m->file[f].generation);
		put_deletions(out, m->file[f].deletions);
		put_copies(out, f, &m->file[f]);
	}
	for (int r = 0; r < m->nrequests; r++)
		put_request(out, r, &m->request[r]);
	for (int b = 0; b < m->nbatches; b++)
		put_batch(out, b, &m->batch[b]);
	for (int v = 0; v < M_VERBS; v++)
		tomb_buf_putf(out, "audit %s %d\n", verbs[v], m->audit[v]);
}

/* From what the lane knows to what it tells the ledger. */
#include "batch.h"

static struct tomb_str what_to_say(const struct tomb_batch_copy *c)
{
	if (c->detail.n > 0 || c->file->reason.n > 0)
		return c->detail.n > 0 ? c->detail : c->file->reason;
	return c->was_trusted ? TOMB_STR("deleted by the ledger's word, without a look at it before") : TOMB_STR("");
}

static struct tomb_settled_copy settle_copy(const struct tomb_batch_copy *c)
{
	bool untouched = !c->was_tried && !c->is_settled && (c->was_seen || !c->claimed->tried_before);

	return (struct tomb_settled_copy){
		.copy_id = c->claimed->id,
		.fate = untouched ? TOMB_COPY_THERE : c->fate,
		.was_absent = c->was_absent && !c->claimed->tried_before,
		.was_left = untouched,
		.is_unverifiable = c->is_unverifiable,
		.detail = what_to_say(c),
		.provider_request_id = c->request_id,
	};
}

static struct tomb_settled_file settle_file(const struct tomb_batch_file *f, bool is_last)
{
	struct tomb_settled_file s = {f->claimed->file_id, TOMB_FILE_DELETED, TOMB_STR("")};

	if (f->is_out) {
		s.fate = f->fate == TOMB_FILE_LATER && is_last && !f->is_uncharged ? TOMB_FILE_FAILED : f->fate;
		s.reason = f->reason;
	}
	return s;
}

/* May it have been removed, and nobody knows? */
static bool is_unknown(const struct tomb_batch_copy *c)
{
	return c->claimed->tried_before && !c->was_seen && c->fate != TOMB_COPY_GONE;
}

/* Files are refused for good only once it is known what earlier claims have left of them. */
static void refuse_kept(struct tomb_batch *b)
{
	for (size_t i = 0; i < b->ncopies; i++)
		if (b->copies[i].file->is_kept && is_unknown(&b->copies[i]))
			tomb_batch_take_out(b, b->copies[i].file, TOMB_FILE_LATER,
				tomb_batch_say(b, b->copies[i].claimed->backend,
					TOMB_STR("it is not known whether an earlier claim has removed the copy")));
	for (size_t i = 0; i < b->nfiles; i++)
		b->files[i].is_out |= b->files[i].is_kept;
}

/* A file is Deleted only if each of its copies is known to be gone (I2); the ledger checks it once more. */
static void keep_unproven(struct tomb_batch *b)
{
	for (size_t i = 0; i < b->ncopies; i++)
		if (!b->copies[i].file->is_out && b->copies[i].fate != TOMB_COPY_GONE)
			tomb_batch_take_out(b, b->copies[i].file, TOMB_FILE_LATER,
				tomb_batch_say(b, b->copies[i].claimed->backend,
					TOMB_STR("it is not known whether the copy is gone")));
}

/* Is every file that is left for later put off?  At the last attempt nothing else is. */
static bool is_uncharged(const struct tomb_batch *b, bool is_last)
{
	size_t put_off = 0;

	for (size_t i = 0; i < b->nfiles; i++) {
		const struct tomb_batch_file *f = &b->files[i];

		if (!f->is_out || f->fate != TOMB_FILE_LATER)
			continue;
		if (!f->is_uncharged && !is_last)
			return false;
		put_off += f->is_uncharged;
	}
	return put_off > 0;
}

enum tomb_code tomb_settlement_make(
	struct tomb_batch *b, bool is_last, struct tomb_settlement *out, struct tomb_err *err)
{
	struct tomb_settled_copy *copies = TOMB_NEW(b->arena, struct tomb_settled_copy, b->ncopies);
	struct tomb_settled_file *files = TOMB_NEW(b->arena, struct tomb_settled_file, b->nfiles);

	if (!copies || !files)
		return TOMB_FAIL(err, TOMB_NOMEM, "the settlement of %zu files", b->nfiles);
	refuse_kept(b);
	keep_unproven(b);
	for (size_t i = 0; i < b->ncopies; i++)
		copies[i] = settle_copy(&b->copies[i]);
	for (size_t i = 0; i < b->nfiles; i++)
		files[i] = settle_file(&b->files[i], is_last);
	*out = (struct tomb_settlement){.copies = copies,
		.ncopies = b->ncopies,
		.files = files,
		.nfiles = b->nfiles,
		.error = b->trouble,
		.is_uncharged = is_uncharged(b, is_last)};
	return TOMB_OK;
}

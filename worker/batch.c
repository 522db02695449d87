#include "batch.h"
#include "tombstone/store_traffic.h"

enum {
	SAY_BYTES_MAX = 4096,     /* an error text and a name */
	DENIED_MAX_MS = 60 * 1000 /* so soon does a person's help reach what was put off */
};

static struct tomb_batch_file *find_file(struct tomb_batch *b, int64_t file_id)
{
	size_t low = 0;
	size_t high = b->nfiles;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (b->files[mid].claimed->file_id == file_id)
			return &b->files[mid];
		if (b->files[mid].claimed->file_id < file_id)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

struct tomb_str tomb_batch_say(struct tomb_batch *b, struct tomb_str backend, struct tomb_str text)
{
	TOMB_BUF_AUTO line = tomb_buf_init(SAY_BYTES_MAX);
	struct tomb_str made;
	struct tomb_err ignored;

	/* The stores' own texts begin so. */
	if (text.n < 8 || memcmp(text.p, "backend ", 8) != 0) {
		tomb_buf_put(&line, TOMB_STR("backend "));
		tomb_buf_put(&line, backend);
		tomb_buf_put(&line, TOMB_STR(": "));
	}
	tomb_buf_put(&line, text);
	if (tomb_buf_done(&line, &made, &ignored) != TOMB_OK)
		return TOMB_STR("the reason could not be kept");
	made = tomb_arena_str(b->arena, made);
	return made.p ? made : TOMB_STR("the reason could not be kept");
}

void tomb_batch_take_out(
	struct tomb_batch *b, struct tomb_batch_file *f, enum tomb_file_fate fate, struct tomb_str reason)
{
	struct tomb_str kept;

	if (f->is_out || (f->is_kept && fate == TOMB_FILE_REFUSED))
		return;
	kept = tomb_arena_str(b->arena, reason);
	f->is_kept = f->is_owed && fate == TOMB_FILE_REFUSED;
	f->is_out = !f->is_kept;
	f->fate = fate;
	f->reason = kept.p ? kept : TOMB_STR("the reason could not be kept");
	if (b->trouble.n == 0 && (fate == TOMB_FILE_LATER || fate == TOMB_FILE_FAILED))
		b->trouble = f->reason;
}

void tomb_batch_put_off(struct tomb_batch *b, struct tomb_batch_file *f, struct tomb_str reason)
{
	if (f->is_out)
		return;
	tomb_batch_take_out(b, f, TOMB_FILE_LATER, reason);
	f->is_uncharged = true;
}

bool tomb_batch_is_held_up(struct tomb_batch *b, struct tomb_store *store, enum tomb_code code)
{
	struct tomb_breaker_state breaker;
	int64_t due_ms = 0;

	if (!store || (code != TOMB_STORE_THROTTLED && code != TOMB_STORE_DENIED))
		return false;
	tomb_store_breaker(store, &breaker);
	if (code == TOMB_STORE_DENIED && !breaker.open) /* one copy was denied */
		return false;
	due_ms = tomb_store_due_ms(store);
	if (breaker.open && due_ms > DENIED_MAX_MS)
		due_ms = DENIED_MAX_MS;
	if (due_ms > b->retry_after_ms)
		b->retry_after_ms = due_ms;
	return true;
}

/* May the same question get another answer later, without a person? */
static enum tomb_file_fate fate_of(enum tomb_code code)
{
	switch (tomb_code_retry(code)) {
	case TOMB_RETRY_NOW:
	case TOMB_RETRY_LATER:
		return TOMB_FILE_LATER;
	case TOMB_RETRY_NEVER:
		break;
	}
	/* A denial may be repaired by an operator while the batch backs off. */
	return code == TOMB_STORE_DENIED || code == TOMB_UNCERTAIN || code == TOMB_STORE ? TOMB_FILE_LATER
											 : TOMB_FILE_FAILED;
}

bool tomb_batch_take_out_for(
	struct tomb_batch *b, const struct tomb_batch_copy *c, struct tomb_store *store, const struct tomb_err *why)
{
	struct tomb_str text = tomb_batch_say(b, c->claimed->backend, tomb_str_from(why->text));
	bool held_up = tomb_batch_is_held_up(b, store, why->code);

	if (held_up)
		tomb_batch_put_off(b, c->file, text);
	else
		tomb_batch_take_out(b, c->file, fate_of(why->code), text);
	return held_up;
}

void tomb_batch_refuse(struct tomb_batch *b)
{
	for (size_t i = 0; i < b->nfiles; i++)
		if (b->files[i].claimed->refusal.n > 0)
			tomb_batch_take_out(b, &b->files[i], TOMB_FILE_REFUSED, b->files[i].claimed->refusal);
}

enum tomb_code tomb_batch_init(struct tomb_batch *b, struct tomb_claim *claim, struct tomb_stores *stores,
	struct tomb_arena *arena, const struct tomb_clock *clock, struct tomb_err *err)
{
	struct tomb_batch made = {
		.claim = claim,
		.stores = stores,
		.arena = arena,
		.clock = clock,
		.files = TOMB_NEW(arena, struct tomb_batch_file, claim->nfiles),
		.nfiles = claim->nfiles,
		.copies = TOMB_NEW(arena, struct tomb_batch_copy, claim->ncopies),
		.ncopies = claim->ncopies,
		.trouble = TOMB_STR(""),
	};

	if (!made.files || !made.copies)
		return TOMB_FAIL(err, TOMB_NOMEM, "a batch of %zu files and %zu copies", claim->nfiles, claim->ncopies);
	for (size_t i = 0; i < made.nfiles; i++)
		made.files[i] = (struct tomb_batch_file){.claimed = &claim->files[i], .reason = TOMB_STR("")};
	for (size_t i = 0; i < made.ncopies; i++) {
		made.copies[i] = (struct tomb_batch_copy){
			.claimed = &claim->copies[i],
			.file = find_file(&made, claim->copies[i].file_id),
			.fate = TOMB_COPY_UNKNOWN,
			.detail = TOMB_STR(""),
			.request_id = TOMB_STR(""),
		};
		if (!made.copies[i].file)
			return TOMB_FAIL(err, TOMB_BUG, "a copy of a file that is not in the batch");
		made.copies[i].file->is_owed |= claim->copies[i].tried_before;
	}
	*b = made;
	tomb_batch_refuse(b);
	return TOMB_OK;
}

enum tomb_code tomb_batch_watch_go_on(void *watch, struct tomb_err *err)
{
	struct tomb_batch_watch *w = watch;
	enum tomb_code code = w->still_ours(w->ctx, err);

	w->is_lost |= code != TOMB_OK;
	return code;
}

size_t tomb_batch_backend_end(const struct tomb_batch *b, size_t i)
{
	struct tomb_str backend = b->copies[i].claimed->backend;

	while (i < b->ncopies && tomb_str_eq(b->copies[i].claimed->backend, backend))
		i++;
	return i;
}

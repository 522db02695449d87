#include "s3/delete_body.h"
#include "s3/s3.h"

#include "result.h"
#include "tombstone/base64.h"
#include "tombstone/digest.h"

#include <stdlib.h>

enum {
	ANSWER_BASE = 1 << 16,    /* bytes of an answer beside its keys */
	ANSWER_PER_KEY = 1 << 10, /* bytes of one <Deleted> or <Error> beside its key */
	ESCAPED = 6               /* "&quot;": what a byte may take in XML */
};

struct slot {
	const struct tomb_target *target;
	size_t index;
	bool deleted;
	bool refused;
};

/* One request, and what its answer has said so far. */
struct s3_part {
	struct s3 *s3;
	const struct tomb_target *targets;
	struct tomb_result *results;
	struct tomb_arena *arena; /* the caller's */
	const size_t *which;      /* indexes of the targets in this request */
	size_t n;
	struct slot *slots; /* the same, in the order of the request until is_sorted */
	bool is_sorted;
	size_t guess; /* the slot that the answer's next entry is about, if the server keeps the order */
	struct tomb_buf body;
	struct tomb_str text; /* of body */
	size_t answer_max;
	struct sigv4_field query;
	struct sigv4_field headers[2];
	char md5[TOMB_BASE64_SIZE(TOMB_MD5_SIZE) + 1];
};

static int compare_str(struct tomb_str a, struct tomb_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int compare_slots(const void *a, const void *b)
{
	const struct slot *sa = a;
	const struct slot *sb = b;
	int order = compare_str(sa->target->key, sb->target->key);

	return order ? order : compare_str(sa->target->version_id, sb->target->version_id);
}

static struct slot *search(struct s3_part *b, const struct tomb_target *target)
{
	struct slot wanted = {.target = target};

	if (!b->is_sorted)
		qsort(b->slots, b->n, sizeof *b->slots, compare_slots);
	b->is_sorted = true;
	return bsearch(&wanted, b->slots, b->n, sizeof *b->slots, compare_slots);
}

/* The slot that an entry speaks of; NULL if that is none, or not clear. */
static struct slot *find(struct s3_part *b, const struct s3_entry *entry)
{
	struct tomb_target target = {.key = entry->key, .version_id = entry->version_id};
	struct slot *slot = NULL;

	if (!b->is_sorted && b->guess < b->n) { /* most servers answer in the order of the request */
		slot = &b->slots[b->guess];
		if (tomb_str_eq(slot->target->key, target.key) &&
			tomb_str_eq(slot->target->version_id, target.version_id)) {
			b->guess++;
			return slot;
		}
	}
	slot = search(b, &target);
	if (slot || !entry->version_id.n)
		return slot;
	/* Some servers name the version of what had none ("null"). */
	target.version_id = TOMB_STR("");
	return search(b, &target);
}

static void note_error(struct s3_part *b, struct slot *slot, const struct s3_entry *entry)
{
	struct tomb_result *r = &b->results[slot->index];

	result_set(r, b->arena, s3_failure_outcome(entry->code), "%.*s: %.*s", TOMB_STR_ARG(entry->code),
		TOMB_STR_ARG(entry->message));
	r->code = result_keep(b->arena, entry->code);
	s3_diagnose(b->s3, slot->target, b->arena, r);
}

static void note(struct s3_part *b, struct slot *slot, const struct s3_entry *entry)
{
	struct tomb_result *r = &b->results[slot->index];

	slot->refused |= entry->is_error;
	slot->deleted |= !entry->is_error;
	if (slot->refused && slot->deleted)
		result_set(r, b->arena, TOMB_OUTCOME_UNCERTAIN, "the answer says both deleted and refused");
	else if (entry->is_error)
		note_error(b, slot, entry);
	else if (entry->marker && !slot->target->version_id.n)
		s3_only_hidden(b->s3, b->arena, r);
	else
		*r = (struct tomb_result){.outcome = TOMB_OUTCOME_GONE,
			.code = TOMB_STR(""),
			.request_id = TOMB_STR(""),
			.text = TOMB_STR("")};
}

static void set_all(struct s3_part *b, const struct tomb_result *result)
{
	for (size_t i = 0; i < b->n; i++)
		b->results[b->which[i]] = *result;
}

/* A refusal of the whole request is never proof of anything about one key. */
static void refuse_all(struct s3_part *b, const struct tomb_http_answer *a, struct tomb_arena *scratch)
{
	struct s3_failure failure;
	struct tomb_result result;

	s3_failure_read(a, scratch, &failure);
	if (a->status < 300 || failure.outcome == TOMB_OUTCOME_ALREADY_ABSENT ||
		failure.outcome == TOMB_OUTCOME_CHANGED || failure.outcome == TOMB_OUTCOME_LOCKED)
		failure.outcome = TOMB_OUTCOME_UNCERTAIN;
	s3_failure_result(&failure, b->arena, &result);
	set_all(b, &result);
}

/* What the answer says of the backend, key by key. */
static void tell(struct s3_part *b, unsigned sent)
{
	struct traffic *t = &b->s3->store.traffic;
	bool throttled = false;

	for (size_t i = 0; i < b->n; i++) {
		const struct tomb_result *r = &b->results[b->which[i]];

		throttled |= r->outcome == TOMB_OUTCOME_THROTTLED;
		if (r->outcome == TOMB_OUTCOME_DENIED)
			traffic_doubted(t, r->text.p);
		else if (r->outcome == TOMB_OUTCOME_GONE)
			traffic_let_in(t);
	}
	if (throttled)
		traffic_throttled(t, sent, 0);
}

static void read_answer(struct s3_part *b, const struct tomb_http_answer *a, unsigned sent, struct tomb_arena *scratch)
{
	struct tomb_str request_id = result_keep(b->arena, s3_failure_request_id(a));
	struct tomb_result unnamed;
	struct s3_entry *entries = NULL;
	struct tomb_err ignored;
	size_t n = 0;

	if (a->status != 200 || s3_answer_delete(a->body, scratch, &entries, &n, &ignored) != TOMB_OK) {
		refuse_all(b, a, scratch);
		return;
	}
	result_set(&unnamed, b->arena, TOMB_OUTCOME_UNCERTAIN, "the answer does not name this key");
	set_all(b, &unnamed);
	for (size_t i = 0; i < n; i++) {
		struct slot *slot = find(b, &entries[i]);

		if (slot)
			note(b, slot, &entries[i]);
	}
	for (size_t i = 0; i < b->n; i++)
		b->results[b->which[i]].request_id = request_id;
	tell(b, sent);
}

static enum tomb_code put_body(struct s3_part *b, struct tomb_err *err)
{
	uint8_t md5[TOMB_MD5_SIZE];
	size_t key_bytes = 0;

	for (size_t i = 0; i < b->n; i++)
		key_bytes += b->targets[b->which[i]].key.n + b->targets[b->which[i]].version_id.n;
	b->answer_max = ANSWER_BASE + b->n * ANSWER_PER_KEY + key_bytes * ESCAPED;
	b->body = tomb_buf_init(2 * b->answer_max);
	delete_body_put(b->targets, b->which, b->n, s3_is_conditional(b->s3, true), &b->body);
	TOMB_TRY(tomb_buf_done(&b->body, &b->text, err));
	tomb_md5(b->text, md5);
	tomb_base64_encode(md5, sizeof md5, b->md5);
	return TOMB_OK;
}

static enum tomb_code draft(struct s3_part *b, struct traffic_run *run, struct tomb_arena *arena,
	struct aws_request *out, struct tomb_err *err)
{
	struct s3_request r = {.method = "POST",
		.query = &b->query,
		.nquery = 1,
		.headers = b->headers,
		.nheaders = TOMB_COUNTOF(b->headers),
		.run = run};

	TOMB_TRY(put_body(b, err));
	r.body = b->text;
	r.answer_max = b->answer_max;
	b->query = (struct sigv4_field){TOMB_STR("delete"), TOMB_STR("")};
	/* half of the stores demand it */
	b->headers[0] = (struct sigv4_field){TOMB_STR("content-md5"), {b->md5, sizeof b->md5 - 1}};
	b->headers[1] = (struct sigv4_field){TOMB_STR("content-type"), TOMB_STR("application/xml")};
	return s3_draft(b->s3, &r, arena, out, err);
}

enum tomb_code s3_part_draft(const struct s3_parts *of, const size_t *which, size_t n, struct tomb_arena *arena,
	struct s3_part **part, struct aws_request *out, struct tomb_err *err)
{
	struct s3_part *b = TOMB_NEW(arena, struct s3_part, 1);
	size_t *own = TOMB_NEW(arena, size_t, n);
	struct slot *slots = TOMB_NEW(arena, struct slot, n);
	enum tomb_code code = TOMB_OK;

	if (!b || !own || !slots)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu keys", n);
	*b = (struct s3_part){.s3 = of->s3,
		.targets = of->targets,
		.results = of->results,
		.arena = of->arena,
		.which = own,
		.n = n,
		.slots = slots};
	for (size_t i = 0; i < n; i++) {
		own[i] = which[i];
		slots[i] = (struct slot){.target = &of->targets[which[i]], .index = which[i]};
	}
	code = draft(b, of->run, arena, out, err);
	if (code == TOMB_OK)
		*part = b;
	else
		tomb_buf_fini(&b->body);
	return code;
}

void s3_part_land(struct s3_part *part, const struct aws_landed *landed)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(4 * part->answer_max);
	struct tomb_result failed;

	tomb_buf_fini(&part->body);
	if (landed->code == TOMB_OK) {
		read_answer(part, landed->answer, landed->sent, &scratch);
		return;
	}
	aws_unanswered(&part->s3->aws, landed->err, part->arena, &failed);
	set_all(part, &failed);
}

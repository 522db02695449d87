#include "s3/delete_body.h"
#include "s3/s3.h"

#include "result.h"
#include "tombstone/base64.h"
#include "tombstone/digest.h"

#include <stdlib.h>

enum {
	ANSWER_BASE = 1 << 16,    /* bytes of an answer beside its keys */
	ANSWER_PER_KEY = 1 << 10, /* bytes of one <Deleted> or <Error> beside its key */
	ESCAPED = 6,              /* "&quot;": what a byte may take in XML */
	SLOTS_ARENA_MAX = 1 << 18 /* bytes: of TOMB_DELETE_MAX keys */
};

/* One request, and what its answer has said so far. */
struct batch {
	struct s3 *s3;
	const struct tomb_target *targets;
	struct tomb_result *results;
	struct tomb_arena *arena; /* the caller's */
	const size_t *which;      /* indexes of the targets in this request */
	size_t n;
	struct slot *slots; /* the same, sorted */
	struct traffic_run *run;
};

struct slot {
	const struct tomb_target *target;
	size_t index;
	bool deleted;
	bool refused;
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

/* The slot that an entry speaks of; NULL if that is none, or not clear. */
static struct slot *find(struct batch *b, const struct s3_entry *entry)
{
	struct tomb_target target = {.key = entry->key, .version_id = entry->version_id};
	struct slot wanted = {.target = &target};
	struct slot *slot = bsearch(&wanted, b->slots, b->n, sizeof *b->slots, compare_slots);

	if (slot || !entry->version_id.n)
		return slot;
	/* Some servers name the version of what had none ("null"). */
	target.version_id = TOMB_STR("");
	return bsearch(&wanted, b->slots, b->n, sizeof *b->slots, compare_slots);
}

static void note_error(struct batch *b, struct slot *slot, const struct s3_entry *entry)
{
	struct tomb_result *r = &b->results[slot->index];

	result_set(r, b->arena, s3_failure_outcome(entry->code), "%.*s: %.*s", TOMB_STR_ARG(entry->code),
		TOMB_STR_ARG(entry->message));
	r->code = result_keep(b->arena, entry->code);
	s3_diagnose(b->s3, slot->target, b->arena, r);
}

static void note(struct batch *b, struct slot *slot, const struct s3_entry *entry)
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
		result_set(r, b->arena, TOMB_OUTCOME_GONE, "%s", "");
}

static void set_all(struct batch *b, const struct tomb_result *result)
{
	for (size_t i = 0; i < b->n; i++)
		b->results[b->which[i]] = *result;
}

/* A refusal of the whole request is never proof of anything about one key. */
static void refuse_all(struct batch *b, const struct tomb_http_answer *a, struct tomb_arena *scratch)
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
static void tell(struct batch *b)
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
		traffic_throttled(t, t->pace.cuts, 0);
}

static void read_answer(struct batch *b, const struct tomb_http_answer *a, struct tomb_arena *scratch)
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
	tell(b);
}

static enum tomb_code send_body(struct batch *b, struct tomb_str body, size_t answer_max, struct tomb_arena *scratch,
	struct tomb_http_answer *a, struct tomb_err *err)
{
	uint8_t md5[TOMB_MD5_SIZE];
	char text[TOMB_BASE64_SIZE(TOMB_MD5_SIZE) + 1];
	struct sigv4_field query = {TOMB_STR("delete"), TOMB_STR("")};
	struct sigv4_field headers[] = {
		{TOMB_STR("content-md5"), {text, sizeof text - 1}}, /* half of the stores demand it */
		{TOMB_STR("content-type"), TOMB_STR("application/xml")},
	};
	struct s3_request r = {
		.method = "POST",
		.query = &query,
		.nquery = 1,
		.headers = headers,
		.nheaders = TOMB_COUNTOF(headers),
		.body = body,
		.answer_max = answer_max,
		.run = b->run,
	};

	tomb_md5(body, md5);
	tomb_base64_encode(md5, sizeof md5, text);
	return s3_send(b->s3, &r, scratch, a, err);
}

static void sort(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->slots[i] = (struct slot){.target = &b->targets[b->which[i]], .index = b->which[i]};
	qsort(b->slots, b->n, sizeof *b->slots, compare_slots);
}

static enum tomb_code send_batch(struct batch *b, struct tomb_err *err)
{
	size_t key_bytes = 0;
	struct tomb_http_answer a;
	struct tomb_str text = {NULL, 0};

	for (size_t i = 0; i < b->n; i++)
		key_bytes += b->targets[b->which[i]].key.n + b->targets[b->which[i]].version_id.n;
	size_t answer_max = ANSWER_BASE + b->n * ANSWER_PER_KEY + key_bytes * ESCAPED;
	TOMB_ARENA_AUTO scratch = tomb_arena_init(4 * answer_max);
	TOMB_BUF_AUTO body = tomb_buf_init(2 * answer_max);
	delete_body_put(b->targets, b->which, b->n, s3_is_conditional(b->s3, true), &body);
	TOMB_TRY(tomb_buf_done(&body, &text, err));
	sort(b);
	TOMB_TRY(send_body(b, text, answer_max, &scratch, &a, err));
	read_answer(b, &a, &scratch);
	return TOMB_OK;
}

enum tomb_code s3_delete_batch(struct s3 *s3, const struct tomb_target *targets, const size_t *which, size_t n,
	struct traffic_run *run, struct tomb_arena *arena, struct tomb_result *results)
{
	TOMB_ARENA_AUTO scratch = tomb_arena_init(SLOTS_ARENA_MAX);
	struct batch b = {
		.s3 = s3,
		.targets = targets,
		.results = results,
		.arena = arena,
		.which = which,
		.n = n,
		.slots = TOMB_NEW(&scratch, struct slot, n),
		.run = run,
	};
	struct tomb_result failed;
	struct tomb_err err;
	enum tomb_code code = TOMB_OK;

	if (b.slots)
		code = send_batch(&b, &err);
	else
		code = TOMB_FAIL(&err, TOMB_NOMEM, "%zu keys", n);
	if (code == TOMB_OK)
		return TOMB_OK;
	aws_unanswered(&s3->aws, &err, arena, &failed);
	set_all(&b, &failed);
	return code;
}

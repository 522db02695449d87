#include "tombstone/marc_reader.h"

#include "marc_frame.h"
#include "marc_rule.h"
#include "xml_marc.h"

#include <inttypes.h>
#include <stdlib.h>

enum { WINDOW = 1 << 17 }; /* bytes: a record of ISO 2709, and some more to see that one is too long */
/* Short subfields grow most in MARCXML: so the limit on records, and not the room here, is what is told. */
enum { OUT_MAX = 16 * TOMB_MARC_BYTES_MAX };
_Static_assert(WINDOW > (int)TOMB_MARC_ISO2709_MAX, "a record fits into the window");

struct tomb_marc_reader {
	tomb_read_fn *read;
	void *arg;
	int64_t now_us;
	int64_t number; /* of the last item */
	int64_t offset; /* of the window's first byte */
	size_t start;   /* of what is not used yet */
	size_t end;
	bool at_end; /* of what can be read */
	bool is_chosen;
	struct xml_marc *xml; /* NULL: ISO 2709 */
	struct marc_frame frame;
	struct tomb_marc_builder builder;
	struct tomb_buf out;
	char window[WINDOW];
};

enum tomb_code tomb_marc_reader_open(
	tomb_read_fn *read, void *arg, int64_t now_us, struct tomb_marc_reader **out, struct tomb_err *err)
{
	struct tomb_marc_reader *r = calloc(1, sizeof *r);

	if (!r)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading MARC records");
	r->read = read;
	r->arg = arg;
	r->now_us = now_us;
	r->builder = tomb_marc_builder_init();
	r->frame.text = tomb_buf_init(TOMB_MARC_BYTES_MAX);
	r->out = tomb_buf_init(OUT_MAX);
	*out = r;
	return TOMB_OK;
}

void tomb_marc_reader_close(struct tomb_marc_reader **r)
{
	if (!r || !*r)
		return;
	xml_marc_close(&(*r)->xml);
	marc_frame_fini(&(*r)->frame);
	tomb_marc_builder_fini(&(*r)->builder);
	tomb_buf_fini(&(*r)->out);
	free(*r);
	*r = NULL;
}

static void drop(struct tomb_marc_reader *r, size_t n)
{
	r->start += n;
}

/* Reads on, if there is room and more to read. */
static enum tomb_code fill(struct tomb_marc_reader *r, struct tomb_err *err)
{
	size_t n = 0;

	if (r->start > 0) {
		memmove(r->window, r->window + r->start, r->end - r->start);
		r->offset += (int64_t)r->start;
		r->end -= r->start;
		r->start = 0;
	}
	if (r->at_end || r->end == sizeof r->window)
		return TOMB_OK;
	TOMB_TRY(r->read(r->arg, r->window + r->end, sizeof r->window - r->end, &n, err));
	r->at_end = n == 0;
	r->end += n;
	return TOMB_OK;
}

/* For the XML parser: what was looked at already, and then the rest. */
static enum tomb_code read_on(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_marc_reader *r = arg;
	size_t left = r->end - r->start;

	if (left == 0)
		return r->read(r->arg, buf, cap, n, err);
	*n = left < cap ? left : cap;
	memcpy(buf, r->window + r->start, *n);
	drop(r, *n);
	return TOMB_OK;
}

/* Records are often on lines of their own, and files of old end with 1A hex. */
static bool is_between(char c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == 0x1a;
}

static enum tomb_code skip_between(struct tomb_marc_reader *r, struct tomb_err *err)
{
	for (;;) {
		while (r->start < r->end && is_between(r->window[r->start]))
			drop(r, 1);
		if (r->start < r->end || r->at_end)
			return TOMB_OK;
		TOMB_TRY(fill(r, err));
	}
}

/* A record begins with the digits of its length; XML with '<' or the mark of an encoding. */
static enum tomb_code choose(struct tomb_marc_reader *r, struct tomb_err *err)
{
	char first = 0;

	TOMB_TRY(skip_between(r, err));
	r->is_chosen = true;
	if (r->start == r->end)
		return TOMB_OK;
	first = r->window[r->start];
	if (marc_is_digit(first))
		return TOMB_OK;
	if (first == '<' || first == '\xef' || first == '\xff' || first == '\xfe')
		return xml_marc_open(read_on, r, &r->xml, err);
	return TOMB_FAIL(err, TOMB_INVAL,
		"this is neither MARC (ISO 2709), which begins with five digits, nor MARCXML, which begins with '<'");
}

/* Where the next record ends; 0 if that is not in reach. */
static enum tomb_code find_end(struct tomb_marc_reader *r, size_t *n, struct tomb_err *err)
{
	size_t seen = 0;

	for (;;) {
		const char *from = r->window + r->start;
		const char *at = memchr(from + seen, MARC_RECORD_END, r->end - r->start - seen);

		if (at) {
			*n = (size_t)(at - from) + 1;
			return TOMB_OK;
		}
		seen = r->end - r->start;
		if (r->at_end || seen == sizeof r->window) {
			*n = 0;
			return TOMB_OK;
		}
		TOMB_TRY(fill(r, err));
	}
}

/* Drops everything up to and with the next record terminator. */
static enum tomb_code drop_record(struct tomb_marc_reader *r, struct tomb_err *err)
{
	size_t n = 0;

	for (;;) {
		TOMB_TRY(find_end(r, &n, err));
		if (n > 0) {
			drop(r, n);
			return TOMB_OK;
		}
		drop(r, r->end - r->start);
		if (r->at_end)
			return TOMB_OK;
		TOMB_TRY(fill(r, err));
	}
}

static enum tomb_code next_frame(
	struct tomb_marc_reader *r, bool *is_bad, struct tomb_marc_item *item, struct tomb_err *err)
{
	struct tomb_str frame = {NULL, 0};

	TOMB_TRY(find_end(r, &frame.n, err));
	item->offset = r->offset + (int64_t)r->start;
	frame.p = r->window + r->start;
	if (frame.n > 0 && frame.n <= TOMB_MARC_ISO2709_MAX) {
		drop(r, frame.n);
		return marc_frame_read(&r->frame, frame, &r->builder, is_bad, &item->problem, err);
	}
	*is_bad = true;
	if (frame.n == 0 && r->at_end && r->end - r->start <= TOMB_MARC_ISO2709_MAX)
		(void)TOMB_FAIL(&item->problem, TOMB_INVAL,
			"it is cut off: no record terminator (1D hex) follows; send the whole file");
	else
		(void)TOMB_FAIL(&item->problem, TOMB_TOOBIG,
			"it is longer than the 99,999 bytes that ISO 2709 can say: send it as MARCXML");
	return drop_record(r, err);
}

/* What was read becomes a stored record, or a problem with a place. */
static enum tomb_code settle(struct tomb_marc_reader *r, bool is_bad, struct tomb_marc_item *item, struct tomb_err *err)
{
	struct tomb_err why;
	enum tomb_code code = TOMB_OK;

	tomb_buf_reset(&r->out);
	if (!is_bad) {
		code = tomb_marc_builder_done(&r->builder, r->now_us, &r->out, &item->record, &item->problem);
		item->repairs = r->builder.repairs;
	}
	if (code == TOMB_NOMEM) {
		*err = item->problem;
		return code;
	}
	item->found = is_bad || code != TOMB_OK ? TOMB_MARC_BAD : TOMB_MARC_FOUND;
	if (item->found == TOMB_MARC_FOUND)
		return TOMB_OK;
	item->repairs = 0;
	why = item->problem;
	if (item->line > 0)
		(void)TOMB_FAIL(&item->problem, why.code, "record %" PRId64 ", line %" PRId64 ": %s", item->number,
			item->line, why.text);
	else
		(void)TOMB_FAIL(&item->problem, why.code, "record %" PRId64 ", byte %" PRId64 ": %s", item->number,
			item->offset, why.text);
	return TOMB_OK;
}

enum tomb_code tomb_marc_reader_next(struct tomb_marc_reader *r, struct tomb_marc_item *out, struct tomb_err *err)
{
	struct tomb_marc_item item = {.found = TOMB_MARC_END, .number = r->number + 1};
	bool is_bad = false;
	bool is_end = false;

	if (!r->is_chosen)
		TOMB_TRY(choose(r, err));
	if (r->xml) {
		TOMB_TRY(xml_marc_next(r->xml, &r->builder, &item.line, &is_bad, &item.problem, err));
		is_end = item.line == 0;
	} else {
		TOMB_TRY(skip_between(r, err));
		is_end = r->start == r->end;
		if (!is_end)
			TOMB_TRY(next_frame(r, &is_bad, &item, err));
	}
	if (!is_end) {
		r->number++;
		TOMB_TRY(settle(r, is_bad, &item, err));
	}
	*out = item;
	return TOMB_OK;
}

static enum tomb_code read_text(void *arg, void *buf, size_t cap, size_t *n, struct tomb_err *err)
{
	struct tomb_str *rest = arg;

	(void)err;
	*n = rest->n < cap ? rest->n : cap;
	memcpy(buf, rest->p, *n);
	*rest = (struct tomb_str){rest->p + *n, rest->n - *n};
	return TOMB_OK;
}

enum tomb_code tomb_marc_read_one(struct tomb_str text, int64_t now_us, struct tomb_arena *arena,
	struct tomb_marc_stored *out, struct tomb_err *err)
{
	TOMB_MARC_READER_AUTO *r = NULL;
	struct tomb_marc_stored found;
	struct tomb_marc_item item;

	TOMB_TRY(tomb_marc_reader_open(read_text, &text, now_us, &r, err));
	TOMB_TRY(tomb_marc_reader_next(r, &item, err));
	if (item.found == TOMB_MARC_END)
		return TOMB_FAIL(err, TOMB_INVAL, "there is no MARC record");
	if (item.found == TOMB_MARC_BAD)
		return TOMB_FAIL(err, item.problem.code, "%s", item.problem.text);
	found = item.record;
	found.bytes = tomb_arena_str(arena, item.record.bytes);
	if (!found.bytes.p)
		return TOMB_FAIL(err, TOMB_NOMEM, "a MARC record of %zu bytes", item.record.bytes.n);
	TOMB_TRY(tomb_marc_reader_next(r, &item, err));
	if (item.found != TOMB_MARC_END)
		return TOMB_FAIL(err, TOMB_INVAL, "there is more than one MARC record: send them one by one");
	*out = found;
	return TOMB_OK;
}

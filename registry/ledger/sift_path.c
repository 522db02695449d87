/* Terms as a jsonpath predicate: $."size" >= 5 && ($."status" == "Failed" || $."status" == "Success") */
#include "sift_internal.h"
#include "tombstone/json_writer.h"

#include <inttypes.h>

enum { PATH_BYTES_MAX = 64 * 1024 }; /* the longest request line, and what stands around its values */

static void put_text(struct tomb_buf *out, struct tomb_str text)
{
	struct tomb_json w = tomb_json_init(out);

	tomb_json_str(&w, NULL, text);
}

static void put_value(struct tomb_buf *out, const struct tomb_sift_term *t)
{
	if (t->kind == TOMB_SIFT_TEXT)
		put_text(out, t->text);
	else if (t->kind == TOMB_SIFT_BOOL)
		tomb_buf_put(out, t->number ? TOMB_STR("true") : TOMB_STR("false"));
	else
		tomb_buf_putf(out, "%" PRId64, t->number);
}

static void put_term(struct tomb_buf *out, const struct tomb_sift_term *t)
{
	static const char *const words[] = {
		[TOMB_SIFT_IS] = " == ",
		[TOMB_SIFT_IN] = " == ",
		[TOMB_SIFT_FROM] = " >= ",
		[TOMB_SIFT_TO] = " <= ",
		[TOMB_SIFT_BEGINS] = " starts with ",
		[TOMB_SIFT_NULL] = " == null",
		[TOMB_SIFT_NOT_NULL] = " != null",
	};

	tomb_buf_put(out, TOMB_STR("$."));
	put_text(out, t->name);
	tomb_buf_put(out, tomb_str_from(words[t->op]));
	if (t->op != TOMB_SIFT_NULL && t->op != TOMB_SIFT_NOT_NULL)
		put_value(out, t);
}

static bool is_alternative(const struct tomb_sift_run *run, size_t i, struct tomb_str name)
{
	return !run->used[i] && run->sift->terms[i].op == TOMB_SIFT_IN && tomb_str_eq(run->sift->terms[i].name, name);
}

/* Whether an earlier term has written this one with its own alternatives. */
static bool is_written(const struct tomb_sift_run *run, size_t i)
{
	if (run->sift->terms[i].op != TOMB_SIFT_IN)
		return false;
	for (size_t k = 0; k < i; k++)
		if (is_alternative(run, k, run->sift->terms[i].name))
			return true;
	return false;
}

static void put_alternatives(struct tomb_buf *out, const struct tomb_sift_run *run, size_t first)
{
	tomb_buf_put(out, TOMB_STR("("));
	for (size_t i = first; i < run->sift->nterms; i++)
		if (is_alternative(run, i, run->sift->terms[first].name)) {
			if (i > first)
				tomb_buf_put(out, TOMB_STR(" || "));
			put_term(out, &run->sift->terms[i]);
		}
	tomb_buf_put(out, TOMB_STR(")"));
}

enum tomb_code tomb_sift_path(
	const struct tomb_sift_run *run, struct tomb_arena *arena, struct tomb_str *out, struct tomb_err *err)
{
	TOMB_BUF_AUTO path = tomb_buf_init(PATH_BYTES_MAX);
	struct tomb_str text = TOMB_STR("");
	bool is_first = true;

	for (size_t i = 0; i < run->sift->nterms; i++) {
		if (run->used[i] || is_written(run, i))
			continue;
		if (!is_first)
			tomb_buf_put(&path, TOMB_STR(" && "));
		is_first = false;
		if (run->sift->terms[i].op == TOMB_SIFT_IN)
			put_alternatives(&path, run, i);
		else
			put_term(&path, &run->sift->terms[i]);
	}
	TOMB_TRY(tomb_buf_done(&path, &text, err));
	*out = tomb_arena_str(arena, text);
	return out->p ? TOMB_OK : TOMB_FAIL(err, TOMB_NOMEM, "filters of a list");
}

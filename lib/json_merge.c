#include "tombstone/json_merge.h"

#include <jansson.h>

/* Recurses once for each level of more, which jansson's parser has limited. */
static enum tomb_code merge(json_t *into, json_t *more, struct tomb_err *err) // NOLINT(misc-no-recursion): a tree
{
	const char *key = NULL;
	json_t *value = NULL;

	json_object_foreach (more, key, value) {
		json_t *there = json_object_get(into, key);

		if (!there) {
			if (json_object_set(into, key, value) != 0)
				return TOMB_FAIL(err, TOMB_NOMEM, "no memory for JSON");
		} else if (json_is_object(there) && json_is_object(value)) {
			TOMB_TRY(merge(there, value, err));
		} else {
			return TOMB_FAIL(err, TOMB_INVAL, "\"%s\" is in two places that cannot be merged", key);
		}
	}
	return TOMB_OK;
}

static int append(const char *bytes, size_t n, void *out)
{
	tomb_buf_put(out, (struct tomb_str){bytes, n});
	return 0;
}

enum tomb_code tomb_json_merge(const struct tomb_str *texts, size_t n, struct tomb_buf *out, struct tomb_err *err)
{
	json_auto_t *all = json_object();
	struct tomb_str written;

	if (!all)
		return TOMB_FAIL(err, TOMB_NOMEM, "no memory for JSON");
	for (size_t i = 0; i < n; i++) {
		json_error_t why;
		json_auto_t *text = json_loadb(texts[i].p, texts[i].n, JSON_REJECT_DUPLICATES, &why);

		if (!json_is_object(text))
			return TOMB_FAIL(err, TOMB_INVAL, "text %zu is no JSON object: line %d: %s", i + 1,
				text ? 1 : why.line, text ? "something else" : why.text);
		TOMB_TRY(merge(all, text, err));
	}
	if (json_dump_callback(all, append, out, JSON_COMPACT) != 0)
		return TOMB_FAIL(err, TOMB_NOMEM, "no memory for JSON");
	return tomb_buf_done(out, &written, err);
}

#include "tombstone/json_reader.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>

enum { KEY_SHOWN = 64 }; /* characters of an unknown key in an error */

struct tomb_json_doc {
	json_t *root;
};

/* What was read for one field, until all are known to be good. */
union slot {
	struct tomb_str str;
	int64_t n;
	bool is_true;
	struct tomb_int8s ints;
	struct tomb_strs strs;
	struct tomb_json_value value;
};

/* jansson recurses once for each level. */
static int nesting(struct tomb_str text)
{
	bool in_string = false;
	int depth = 0;
	int deepest = 0;

	for (size_t i = 0; i < text.n && deepest <= TOMB_JSON_NESTING_MAX; i++) {
		char c = text.p[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			depth++;
		else if (!in_string && (c == '}' || c == ']'))
			depth--;
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest;
}

/* jansson's word for it, in words of ours where its own speak to programmers. */
static enum tomb_code fail_parse(struct tomb_err *err, const json_error_t *e)
{
	enum json_error_code code = json_error_code(e);

	if (code == json_error_out_of_memory || e->text[0] == '\0')
		return TOMB_FAIL(err, TOMB_NOMEM, "no memory for JSON");
	if (code == json_error_null_character || code == json_error_null_byte_in_key)
		return TOMB_FAIL(err, TOMB_INVAL, "JSON, line %d: U+0000 in a string", e->line);
	return TOMB_FAIL(err, TOMB_INVAL, "JSON, line %d, column %d: %s", e->line, e->column, e->text);
}

/* Where memory runs out, jansson sometimes says "invalid token": then the error is INVAL, though it should be NOMEM. */
static enum tomb_code parse(struct tomb_str text, size_t max, json_t **out, struct tomb_err *err)
{
	json_error_t error = {.line = 0};
	json_t *root = NULL;

	if (text.n > max)
		return TOMB_FAIL(err, TOMB_TOOBIG, "JSON of %zu bytes, where %zu may be sent", text.n, max);
	if (nesting(text) > TOMB_JSON_NESTING_MAX)
		return TOMB_FAIL(err, TOMB_INVAL, "JSON nested deeper than %d levels", TOMB_JSON_NESTING_MAX);
	root = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return fail_parse(err, &error);
	*out = root;
	return TOMB_OK;
}

enum tomb_code tomb_json_doc_parse(struct tomb_str text, size_t max, struct tomb_json_doc **out, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = calloc(1, sizeof *doc);

	if (!doc)
		return TOMB_FAIL(err, TOMB_NOMEM, "JSON document");
	TOMB_TRY(parse(text, max, &doc->root, err));
	*out = TOMB_TAKE(doc);
	return TOMB_OK;
}

void tomb_json_doc_free(struct tomb_json_doc *doc)
{
	if (!doc)
		return;
	json_decref(doc->root);
	free(doc);
}

struct tomb_json_value tomb_json_doc_root(const struct tomb_json_doc *doc)
{
	return (struct tomb_json_value){doc->root};
}

size_t tomb_json_value_count(struct tomb_json_value array)
{
	return json_array_size(array.node);
}

struct tomb_json_value tomb_json_value_at(struct tomb_json_value array, size_t i)
{
	assert(i < json_array_size(array.node));
	return (struct tomb_json_value){json_array_get(array.node, i)};
}

/* Where an error is: "key" or "key[3]". */
struct spot {
	const char *key;
	size_t index;
	bool is_item;
};

static enum tomb_code fail(struct tomb_err *err, struct spot spot, const char *rule)
{
	if (spot.is_item)
		return TOMB_FAIL(err, TOMB_INVAL, "%s[%zu] %s", spot.key, spot.index, rule);
	return TOMB_FAIL(err, TOMB_INVAL, "%s %s", spot.key, rule);
}

static enum tomb_code fail_range(struct tomb_err *err, struct spot spot, const char *what, int64_t min, int64_t max)
{
	char rule[128];

	(void)snprintf(rule, sizeof rule, "must %s from %" PRId64 " to %" PRId64, what, min, max);
	return fail(err, spot, rule);
}

/* No room in the arena for that many bytes: was it the caller's limit, or the machine's? */
static enum tomb_code fail_room(struct tomb_err *err, const struct tomb_arena *arena, size_t bytes, const char *key)
{
	if (bytes > arena->max - arena->used)
		return TOMB_FAIL(err, TOMB_TOOBIG, "%s is too long to be read", key);
	return TOMB_FAIL(err, TOMB_NOMEM, "%zu bytes for %s", bytes, key);
}

static enum tomb_code read_str(json_t *v, struct spot spot, int64_t min, int64_t max, struct tomb_arena *arena,
	struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str s = {json_string_value(v), json_string_length(v)};

	if (!s.p)
		return fail(err, spot, "must be a string");
	if (s.n > INT64_MAX || (int64_t)s.n < min || (int64_t)s.n > max)
		return fail_range(err, spot, "have a length in bytes", min, max);
	*out = tomb_arena_str(arena, s);
	if (!out->p)
		return fail_room(err, arena, s.n + 1, spot.key);
	return TOMB_OK;
}

static enum tomb_code read_int(
	json_t *v, struct spot spot, int64_t min, int64_t max, int64_t *out, struct tomb_err *err)
{
	int64_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < min || n > max)
		return fail_range(err, spot, "be an integer", min, max);
	*out = n;
	return TOMB_OK;
}

static enum tomb_code check_array(json_t *v, const struct tomb_json_field *f, struct tomb_err *err)
{
	struct spot spot = {.key = f->key};
	size_t n = json_array_size(v);

	if (!json_is_array(v))
		return fail(err, spot, "must be an array");
	if (n > INT64_MAX || (int64_t)n < f->min || (int64_t)n > f->max)
		return fail_range(err, spot, "have a number of elements", f->min, f->max);
	return TOMB_OK;
}

static enum tomb_code read_ints(json_t *v, const struct tomb_json_field *f, struct tomb_arena *arena,
	struct tomb_int8s *out, struct tomb_err *err)
{
	size_t n = json_array_size(v);
	int64_t *p = NULL;

	TOMB_TRY(check_array(v, f, err));
	p = TOMB_NEW(arena, int64_t, n);
	if (!p)
		return fail_room(err, arena, n * sizeof *p, f->key);
	for (size_t i = 0; i < n; i++) {
		struct spot spot = {f->key, i, true};

		TOMB_TRY(read_int(json_array_get(v, i), spot, f->item_min, f->item_max, &p[i], err));
	}
	*out = (struct tomb_int8s){p, n};
	return TOMB_OK;
}

static enum tomb_code read_strs(json_t *v, const struct tomb_json_field *f, struct tomb_arena *arena,
	struct tomb_strs *out, struct tomb_err *err)
{
	size_t n = json_array_size(v);
	struct tomb_str *p = NULL;

	TOMB_TRY(check_array(v, f, err));
	p = TOMB_NEW(arena, struct tomb_str, n);
	if (!p)
		return fail_room(err, arena, n * sizeof *p, f->key);
	for (size_t i = 0; i < n; i++) {
		struct spot spot = {f->key, i, true};

		TOMB_TRY(read_str(json_array_get(v, i), spot, f->item_min, f->item_max, arena, &p[i], err));
	}
	*out = (struct tomb_strs){p, n};
	return TOMB_OK;
}

static enum tomb_code read_slot(
	json_t *v, const struct tomb_json_field *f, struct tomb_arena *arena, union slot *slot, struct tomb_err *err)
{
	struct spot spot = {.key = f->key};

	switch (f->kind) {
	case TOMB_JSON_STR:
		return read_str(v, spot, f->min, f->max, arena, &slot->str, err);
	case TOMB_JSON_INT:
		return read_int(v, spot, f->min, f->max, &slot->n, err);
	case TOMB_JSON_BOOL:
		if (!json_is_boolean(v))
			return fail(err, spot, "must be true or false");
		slot->is_true = json_is_true(v);
		return TOMB_OK;
	case TOMB_JSON_INTS:
		return read_ints(v, f, arena, &slot->ints, err);
	case TOMB_JSON_STRS:
		return read_strs(v, f, arena, &slot->strs, err);
	case TOMB_JSON_OBJECT:
		if (!json_is_object(v))
			return fail(err, spot, "must be an object");
		slot->value.node = v;
		return TOMB_OK;
	case TOMB_JSON_ARRAY:
		TOMB_TRY(check_array(v, f, err));
		slot->value.node = v;
		return TOMB_OK;
	case TOMB_JSON_KIND_MAX:
		break;
	}
	return TOMB_FAIL(err, TOMB_BUG, "%s has no kind", f->key);
}

static bool is_known(const char *key, const struct tomb_json_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(fields[i].key, key) == 0)
			return true;
	return false;
}

static enum tomb_code check_keys(json_t *object, const struct tomb_json_field *fields, size_t n, struct tomb_err *err)
{
	const char *key = NULL;
	json_t *v = NULL;

	json_object_foreach (object, key, v)
		if (!is_known(key, fields, n))
			return TOMB_FAIL(err, TOMB_INVAL, "%.*s is not a key of this object", KEY_SHOWN, key);
	return TOMB_OK;
}

static void store(char *out, const struct tomb_json_field *fields, size_t n, const union slot *slots, const bool *has)
{
	static const size_t size[] = {
		[TOMB_JSON_STR] = sizeof(struct tomb_str),
		[TOMB_JSON_INT] = sizeof(int64_t),
		[TOMB_JSON_BOOL] = sizeof(bool),
		[TOMB_JSON_INTS] = sizeof(struct tomb_int8s),
		[TOMB_JSON_STRS] = sizeof(struct tomb_strs),
		[TOMB_JSON_OBJECT] = sizeof(struct tomb_json_value),
		[TOMB_JSON_ARRAY] = sizeof(struct tomb_json_value),
	};

	_Static_assert(TOMB_COUNTOF(size) == TOMB_JSON_KIND_MAX, "a size for each kind");
	for (size_t i = 0; i < n; i++)
		if (has[i])
			memcpy(out + fields[i].offset, &slots[i], size[fields[i].kind]);
}

static enum tomb_code read_object(json_t *object, const struct tomb_json_field *fields, size_t n,
	struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	union slot slots[TOMB_JSON_FIELDS_MAX];
	bool has[TOMB_JSON_FIELDS_MAX] = {false};

	assert(n <= TOMB_JSON_FIELDS_MAX);
	if (!json_is_object(object))
		return TOMB_FAIL(err, TOMB_INVAL, "JSON: expected an object");
	for (size_t i = 0; i < n; i++) {
		json_t *v = json_object_get(object, fields[i].key);

		has[i] = v && !json_is_null(v);
		if (has[i])
			TOMB_TRY(read_slot(v, &fields[i], arena, &slots[i], err));
		else if (fields[i].required)
			return TOMB_FAIL(err, TOMB_INVAL, "%s is required", fields[i].key);
	}
	store(out, fields, n, slots, has);
	return TOMB_OK;
}

static int append(const char *bytes, size_t n, void *out)
{
	tomb_buf_put(out, (struct tomb_str){bytes, n});
	return 0;
}

enum tomb_code tomb_json_value_put(struct tomb_json_value value, struct tomb_buf *out, struct tomb_err *err)
{
	struct tomb_str written;

	if (json_dump_callback(value.node, append, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		return TOMB_FAIL(err, TOMB_NOMEM, "no memory for JSON");
	return tomb_buf_done(out, &written, err);
}

enum tomb_code tomb_json_read(struct tomb_json_value object, const struct tomb_json_field *fields, size_t n,
	struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	TOMB_TRY(check_keys(object.node, fields, n, err));
	return read_object(object.node, fields, n, arena, out, err);
}

enum tomb_code tomb_json_read_some(struct tomb_json_value object, const struct tomb_json_field *fields, size_t n,
	struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	return read_object(object.node, fields, n, arena, out, err);
}

enum tomb_code tomb_json_read_text(struct tomb_str text, size_t max, const struct tomb_json_field *fields, size_t n,
	struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;

	for (size_t i = 0; i < n; i++) /* an object or array would not outlive this call */
		assert(fields[i].kind != TOMB_JSON_OBJECT && fields[i].kind != TOMB_JSON_ARRAY);
	TOMB_TRY(tomb_json_doc_parse(text, max, &doc, err));
	return tomb_json_read(tomb_json_doc_root(doc), fields, n, arena, out, err);
}

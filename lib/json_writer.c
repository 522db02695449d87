#include "tombstone/json_writer.h"

#include "tombstone/escape.h"
#include "tombstone/hex.h"
#include "tombstone/time.h"

#include <assert.h>
#include <inttypes.h>

static bool refuse_none(uint32_t code)
{
	(void)code;
	return false;
}

/* RFC 8259, section 7: the characters that must be escaped. */
static const struct tomb_escape text = {
	.ascii = {{"\\u0000", 6}, {"\\u0001", 6}, {"\\u0002", 6}, {"\\u0003", 6}, {"\\u0004", 6}, {"\\u0005", 6},
		{"\\u0006", 6}, {"\\u0007", 6}, {"\\b", 2}, {"\\t", 2}, {"\\n", 2}, {"\\u000b", 6}, {"\\f", 2},
		{"\\r", 2}, {"\\u000e", 6}, {"\\u000f", 6}, {"\\u0010", 6}, {"\\u0011", 6}, {"\\u0012", 6},
		{"\\u0013", 6}, {"\\u0014", 6}, {"\\u0015", 6}, {"\\u0016", 6}, {"\\u0017", 6}, {"\\u0018", 6},
		{"\\u0019", 6}, {"\\u001a", 6}, {"\\u001b", 6}, {"\\u001c", 6}, {"\\u001d", 6}, {"\\u001e", 6},
		{"\\u001f", 6}, ['"'] = {"\\\"", 2}, ['\\'] = {"\\\\", 2}},
	.refuse = refuse_none,
};

static void put_string(struct tomb_buf *out, struct tomb_str s)
{
	tomb_buf_put(out, TOMB_STR("\""));
	tomb_escape_put(out, &text, s);
	tomb_buf_put(out, TOMB_STR("\""));
}

static void put_comma(struct tomb_json *w)
{
	if (!w->is_empty[w->depth])
		tomb_buf_put(w->out, TOMB_STR(","));
	w->is_empty[w->depth] = false;
}

/* Everything that goes before a value. */
static void begin_value(struct tomb_json *w, const char *key)
{
	if (key)
		tomb_json_key(w, tomb_str_from(key));
	assert(w->has_key == w->is_object[w->depth]);
	assert(w->depth > 0 || w->is_empty[0]); /* one outermost value */
	if (!w->has_key)
		put_comma(w);
	w->has_key = false;
}

static void begin(struct tomb_json *w, const char *key, bool is_object)
{
	begin_value(w, key);
	assert(w->depth < TOMB_JSON_DEPTH_MAX);
	w->depth++;
	w->is_object[w->depth] = is_object;
	w->is_empty[w->depth] = true;
	tomb_buf_put(w->out, is_object ? TOMB_STR("{") : TOMB_STR("["));
}

static void end(struct tomb_json *w, bool is_object)
{
	assert(w->depth > 0 && w->is_object[w->depth] == is_object && !w->has_key);
	w->depth--;
	tomb_buf_put(w->out, is_object ? TOMB_STR("}") : TOMB_STR("]"));
}

void tomb_json_begin_object(struct tomb_json *w, const char *key)
{
	begin(w, key, true);
}

void tomb_json_end_object(struct tomb_json *w)
{
	end(w, true);
}

void tomb_json_begin_array(struct tomb_json *w, const char *key)
{
	begin(w, key, false);
}

void tomb_json_end_array(struct tomb_json *w)
{
	end(w, false);
}

void tomb_json_key(struct tomb_json *w, struct tomb_str key)
{
	assert(w->is_object[w->depth] && !w->has_key);
	put_comma(w);
	put_string(w->out, key);
	tomb_buf_put(w->out, TOMB_STR(":"));
	w->has_key = true;
}

void tomb_json_str(struct tomb_json *w, const char *key, struct tomb_str s)
{
	begin_value(w, key);
	put_string(w->out, s);
}

void tomb_json_raw(struct tomb_json *w, const char *key, struct tomb_str json)
{
	begin_value(w, key);
	assert(json.n > 0);
	tomb_buf_put(w->out, json);
}

void tomb_json_int(struct tomb_json *w, const char *key, int64_t n)
{
	begin_value(w, key);
	tomb_buf_putf(w->out, "%" PRId64, n);
}

void tomb_json_bool(struct tomb_json *w, const char *key, bool is_true)
{
	begin_value(w, key);
	tomb_buf_put(w->out, is_true ? TOMB_STR("true") : TOMB_STR("false"));
}

void tomb_json_null(struct tomb_json *w, const char *key)
{
	begin_value(w, key);
	tomb_buf_put(w->out, TOMB_STR("null"));
}

void tomb_json_time(struct tomb_json *w, const char *key, int64_t us)
{
	char iso[TOMB_TIME_TEXT];
	struct tomb_str s = tomb_str_from(tomb_time_format(us, TOMB_TIME_US, iso));

	s.n--; /* without the Z */
	while (s.p[s.n - 1] == '0')
		s.n--;
	if (s.p[s.n - 1] == '.')
		s.n--;
	begin_value(w, key);
	tomb_buf_putf(w->out, "\"%.*sZ\"", TOMB_STR_ARG(s));
}

void tomb_json_hex(struct tomb_json *w, const char *key, struct tomb_str bytes)
{
	begin_value(w, key);
	tomb_buf_put(w->out, TOMB_STR("\""));
	for (size_t i = 0; i < bytes.n; i++) {
		char digits[3];
		uint8_t byte = (uint8_t)bytes.p[i];

		tomb_buf_put(w->out, tomb_str_from(tomb_hex_encode(&byte, 1, digits)));
	}
	tomb_buf_put(w->out, TOMB_STR("\""));
}

void tomb_json_uuid(struct tomb_json *w, const char *key, struct tomb_uuid uuid)
{
	char uuid_text[TOMB_UUID_TEXT];

	tomb_json_str(w, key, tomb_str_from(tomb_uuid_text(uuid, uuid_text)));
}

enum tomb_code tomb_json_done(const struct tomb_json *w, struct tomb_str *json, struct tomb_err *err)
{
	assert(w->depth == 0 && !w->is_empty[0]);
	return tomb_buf_done(w->out, json, err);
}

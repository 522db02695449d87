/* Forms: any bytes are refused, or give fields that are written and read back as themselves, and a struct that keeps
 * the rules of its table. */
#include "../../registry/service/form.h"
#include "tombstone/percent.h"
#include "tombstone/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sample {
	struct tomb_str text;
	int64_t number;
	bool yes;
	struct tomb_ints list;
};

static const struct tomb_form_field table[] = {
	TOMB_FORM_TEXT(struct sample, text, "t", 1, 8),
	TOMB_FORM_INT(struct sample, number, "n", -10, 10, TOMB_FORM_OPTIONAL),
	TOMB_FORM_BOOL(struct sample, yes, "y"),
	TOMB_FORM_INTS(struct sample, list, "l", 0, 4),
};

static void check_same(struct tomb_fields a, struct tomb_arena *arena)
{
	TOMB_BUF_AUTO b = tomb_buf_init(8 << 20);
	struct tomb_fields again = {0};
	struct tomb_str text = {0};
	struct tomb_err err;

	for (size_t i = 0; i < a.n; i++) {
		tomb_percent_encode(&b, a.p[i].name);
		tomb_buf_put(&b, TOMB_STR("="));
		tomb_percent_encode(&b, a.p[i].value);
		tomb_buf_put(&b, TOMB_STR("&"));
	}
	assert(tomb_buf_done(&b, &text, &err) == TOMB_OK);
	assert(tomb_fields_parse(text, arena, &again, &err) == TOMB_OK);
	assert(again.n == a.n);
	for (size_t i = 0; i < a.n; i++) {
		assert(tomb_str_eq(a.p[i].name, again.p[i].name) && tomb_str_eq(a.p[i].value, again.p[i].value));
		assert(tomb_utf8_valid(a.p[i].value) && !memchr(a.p[i].value.p, '\0', a.p[i].value.n));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(8 << 20);
	struct tomb_fields fields = {0};
	struct sample s = {.number = 7};
	struct tomb_err err = {.code = TOMB_OK};

	if (tomb_fields_parse((struct tomb_str){size ? (const char *)data : "", size}, &arena, &fields, &err) !=
		TOMB_OK) {
		assert(err.code == TOMB_INVAL || err.code == TOMB_TOOBIG);
		return 0;
	}
	check_same(fields, &arena);
	if (tomb_form_read(fields, table, TOMB_COUNTOF(table), TOMB_FORM_LOOSE, &arena, &s, &err) != TOMB_OK) {
		assert(err.code == TOMB_INVAL && err.text[0]);
		assert(!s.text.p && s.number == 7 && !s.yes && !s.list.p);
		return 0;
	}
	assert(s.text.n >= 1 && s.text.n <= 8 && s.number >= -10 && s.number <= 10 && s.list.n <= 4);
	return 0;
}

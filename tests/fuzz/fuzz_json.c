/* Whatever bytes are sent as JSON: they are refused with a reason, or what was read keeps the limits of the table. */
#include "tombstone/json_reader.h"
#include "tombstone/json_writer.h"
#include "tombstone/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct args {
	struct tomb_str reason;
	int64_t n;
	bool now;
	struct tomb_int8s ids;
	struct tomb_strs names;
};

static const struct tomb_json_field fields[] = {
	{TOMB_JSON_FIELD("r", struct args, STR, reason), .min = 1, .max = 10},
	{TOMB_JSON_FIELD("n", struct args, INT, n), .min = -5, .max = 5},
	{TOMB_JSON_FIELD("b", struct args, BOOL, now)},
	{TOMB_JSON_FIELD("i", struct args, INTS, ids), .max = 3, .item_min = 1, .item_max = 9},
	{TOMB_JSON_FIELD("s", struct args, STRS, names), .max = 2, .item_max = 4},
};

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void write(struct tomb_buf *out, const struct args *args)
{
	struct tomb_json w = tomb_json_init(out);

	tomb_json_begin_object(&w, NULL);
	if (args->reason.n > 0)
		tomb_json_str(&w, "r", args->reason);
	tomb_json_int(&w, "n", args->n);
	tomb_json_bool(&w, "b", args->now);
	tomb_json_begin_array(&w, "i");
	for (size_t i = 0; i < args->ids.n; i++)
		tomb_json_int(&w, NULL, args->ids.p[i]);
	tomb_json_end_array(&w);
	tomb_json_begin_array(&w, "s");
	for (size_t i = 0; i < args->names.n; i++)
		tomb_json_str(&w, NULL, args->names.p[i]);
	tomb_json_end_array(&w);
	tomb_json_end_object(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tomb_str text = {(const char *)data, size};
	TOMB_ARENA_AUTO arena = tomb_arena_init(1 << 20);
	TOMB_BUF_AUTO first = tomb_buf_init(1 << 20);
	TOMB_BUF_AUTO second = tomb_buf_init(1 << 20);
	struct args args = {.n = 0};
	struct args again = {.n = 0};
	struct tomb_err err;

	if (tomb_json_read_text(text, 1 << 16, fields, TOMB_COUNTOF(fields), &arena, &args, &err) != TOMB_OK) {
		must(err.text[0] != '\0' && args.reason.p == NULL);
		return 0;
	}
	must(args.reason.n <= 10 && args.n >= -5 && args.n <= 5 && args.ids.n <= 3 && args.names.n <= 2);
	must(tomb_utf8_valid(args.reason));
	write(&first, &args);
	text = (struct tomb_str){first.p, first.n};
	must(tomb_json_read_text(text, first.n, fields, TOMB_COUNTOF(fields), &arena, &again, &err) == TOMB_OK);
	write(&second, &again);
	must(tomb_str_eq(text, (struct tomb_str){second.p, second.n}));
	return 0;
}

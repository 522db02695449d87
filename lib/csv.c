#include "tombstone/csv.h"

#include "tombstone/time.h"

#include <inttypes.h>

static void begin_cell(struct tomb_buf *out)
{
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		tomb_buf_put(out, TOMB_STR(","));
}

static bool is_formula(struct tomb_str text)
{
	return text.n > 0 && text.p[0] != '\0' && strchr("=+-@\t\r", text.p[0]);
}

void tomb_csv_text(struct tomb_buf *out, struct tomb_str text)
{
	begin_cell(out);
	tomb_buf_put(out, is_formula(text) ? TOMB_STR("\"'") : TOMB_STR("\""));
	while (text.n > 0) {
		const char *quote = memchr(text.p, '"', text.n);
		size_t n = quote ? (size_t)(quote - text.p) : text.n;

		tomb_buf_put(out, (struct tomb_str){text.p, n});
		if (quote)
			tomb_buf_put(out, TOMB_STR("\"\""));
		n += quote != NULL;
		text = (struct tomb_str){text.p + n, text.n - n};
	}
	tomb_buf_put(out, TOMB_STR("\""));
}

void tomb_csv_int(struct tomb_buf *out, int64_t n)
{
	begin_cell(out);
	tomb_buf_putf(out, "%" PRId64, n);
}

void tomb_csv_time(struct tomb_buf *out, int64_t us)
{
	char text[TOMB_TIME_TEXT] = "";

	begin_cell(out);
	if (us != 0)
		(void)tomb_time_format(us, TOMB_TIME_S, text);
	tomb_buf_putf(out, "\"%s\"", text);
}

void tomb_csv_end_line(struct tomb_buf *out)
{
	tomb_buf_put(out, TOMB_STR("\r\n"));
}

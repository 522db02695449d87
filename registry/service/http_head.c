#include "http_head.h"

#include <microhttpd.h>

/* Walks over the headers as the library has cut them, and checks that no byte between them went missing: the library
 * ends every text at its first NUL, and takes bare line feeds and folded lines.  Only addresses are compared. */
struct head_walk {
	struct tomb_field *fields;
	size_t n;
	size_t max;
	uintptr_t line_at; /* where the next line must begin */
	bool is_torn;
};

static enum MHD_Result on_header(
	void *cls, enum MHD_ValueKind kind, const char *name, size_t name_n, const char *value, size_t value_n)
{
	struct head_walk *w = cls;

	(void)kind;
	if (w->n == w->max)
		return MHD_NO;
	w->fields[w->n++] = (struct tomb_field){{name, name_n}, {value, value_n}};
	w->is_torn = w->is_torn || (uintptr_t)name != w->line_at;
	w->line_at = (uintptr_t)value + value_n + 2; /* CR LF */
	return MHD_YES;
}

enum tomb_code tomb_http_head(struct MHD_Connection *connection, const struct tomb_http_line *line,
	struct tomb_arena *arena, struct tomb_guard_head *out, struct tomb_err *err)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	int n = MHD_get_connection_values_n(connection, MHD_HEADER_KIND, NULL, NULL);
	struct head_walk w = {.max = n > 0 ? (size_t)n : 0};

	w.fields = TOMB_NEW(arena, struct tomb_field, w.max);
	if (!w.fields || !info)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu headers", w.max);
	w.is_torn = line->target_at != (uintptr_t)line->method + strlen(line->method) + 1 ||
		    (uintptr_t)line->version != line->target_at + line->target_n + 1;
	w.line_at = (uintptr_t)line->version + strlen(line->version) + 2;
	(void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, &w); /* as many as counted */
	w.is_torn = w.is_torn || w.line_at + 2 != (uintptr_t)line->method + info->header_size;
	*out = (struct tomb_guard_head){.method = tomb_str_from(line->method),
		.version = tomb_str_from(line->version),
		.headers = {w.fields, w.n},
		.size = info->header_size,
		.is_torn = w.is_torn};
	return TOMB_OK;
}

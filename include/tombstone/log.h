/*
 * The log: one line per event, in logfmt, for journald and the like.
 *
 *   time=2024-02-29T23:59:59.123Z level=info event=batch-settled program=worker lane=2 batch=17 ms=840
 *
 * Nothing that a field holds can begin a second line, a second field or a terminal escape: values other than plain
 * words are quoted, and what is not a printable character is escaped.  Only programs log; libraries return errors.
 */
#ifndef TOMB_LOG_H
#define TOMB_LOG_H

#include "tombstone/clock.h"
#include "tombstone/str.h"

enum tomb_log_level { TOMB_LOG_ERROR, TOMB_LOG_WARNING, TOMB_LOG_INFO, TOMB_LOG_DEBUG, TOMB_LOG_LEVEL_MAX };

enum tomb_event {
#define TOMB_EVENT(code, name, level, meaning, action) TOMB_EV_##code,
#include "tombstone/event.def"
#undef TOMB_EVENT
	TOMB_EV_MAX
};

struct tomb_event_info {
	const char *name;
	enum tomb_log_level level;
	const char *meaning;
	const char *action; /* what the operator should do */
};

/* The table's row: static storage. */
const struct tomb_event_info *tomb_event_info(enum tomb_event event);
const char *tomb_log_level_name(enum tomb_log_level level);

enum {
	/* Bytes of a line: PIPE_BUF, up to which write(2) to a pipe is never mixed with another writer's. */
	TOMB_LOG_LINE_MAX = 4096,
	/* Bytes of a value before it is cut and ends in "...": one long value must not push out the others. */
	TOMB_LOG_VALUE_MAX = 1024,
};

enum tomb_kv_kind { TOMB_KV_TEXT, TOMB_KV_INT, TOMB_KV_BOOL, TOMB_KV_ERROR };

/* One field.  Borrows everything.  The key is a literal: letters, digits, "_" and "-". */
struct tomb_kv {
	const char *key;
	enum tomb_kv_kind kind;
	struct tomb_str text;
	int64_t number;
	const struct tomb_err *err;
};

#define TOMB_KV(k, cstr) ((struct tomb_kv){.key = (k), .kind = TOMB_KV_TEXT, .text = tomb_str_from(cstr)})
#define TOMB_KV_S(k, str) ((struct tomb_kv){.key = (k), .kind = TOMB_KV_TEXT, .text = (str)})
#define TOMB_KV_I(k, n) ((struct tomb_kv){.key = (k), .kind = TOMB_KV_INT, .number = (n)})
#define TOMB_KV_B(k, yes) ((struct tomb_kv){.key = (k), .kind = TOMB_KV_BOOL, .number = (yes) ? 1 : 0})
/* Three fields: code=slug error="text" at=file:line. */
#define TOMB_KV_ERR(e) ((struct tomb_kv){.key = "error", .kind = TOMB_KV_ERROR, .err = (e)})

/*
 * Where lines go.  A plain struct, filled at start-up and not changed afterwards: then any number of threads may log.
 */
struct tomb_log {
	int fd;                    /* borrowed */
	enum tomb_log_level level; /* the most talkative that is written */
	const struct tomb_clock *clock;
	const struct tomb_kv *fields; /* on every line, first: program, lane; may be NULL */
	size_t nfields;
};

/*
 * Writes the line, in one write(2), or nothing if the event's level is not wanted.  A line that would pass
 * TOMB_LOG_LINE_MAX leaves out the fields that do not fit and ends in "truncated=true".  Cannot fail: there is nobody
 * left to tell.  Allocates nothing.
 */
void tomb_log_write(const struct tomb_log *log, enum tomb_event event, const struct tomb_kv *fields, size_t nfields);

/* tomb_log(&log, TOMB_EV_STARTED) or, with up to 16 fields, tomb_log(&log, TOMB_EV_STARTED, TOMB_KV_I("lanes", 2)). */
/* NOLINTNEXTLINE(readability-identifier-naming): it is called like the function that it stands for */
#define tomb_log(log, ...)                                                                                             \
	TOMB_LOG_PICK(__VA_ARGS__, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, \
		TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N, TOMB_LOG_N,        \
		TOMB_LOG_N, TOMB_LOG_1, 0)                                                                             \
	((log), __VA_ARGS__)
#define TOMB_LOG_PICK(e, a, b, c, d, f, g, h, i, j, k, l, m, n, o, p, q, pick, ...) pick
#define TOMB_LOG_1(log, event) tomb_log_write((log), (event), NULL, 0)
#define TOMB_LOG_N(log, event, ...)                                                                                    \
	tomb_log_write((log), (event), (const struct tomb_kv[]){__VA_ARGS__},                                          \
		sizeof((const struct tomb_kv[]){__VA_ARGS__}) / sizeof(struct tomb_kv))

#endif

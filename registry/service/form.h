/*
 * Forms and query strings, read by a table into a struct.
 *
 *	struct sign_in { struct tomb_str email; struct tomb_str password; int64_t remember_days; bool is_public; };
 *	static const struct tomb_form_field sign_in_form[] = {
 *		TOMB_FORM_TEXT(struct sign_in, email, "email", 1, 254),
 *		TOMB_FORM_TEXT(struct sign_in, password, "password", 1, 1024),
 *		TOMB_FORM_INT(struct sign_in, remember_days, "days", 0, 30, TOMB_FORM_OPTIONAL),
 *		TOMB_FORM_BOOL(struct sign_in, is_public, "public"),
 *	};
 *
 * A macro does not compile if the member has another type.  What is optional and absent leaves its member as the
 * caller has set it, so defaults are set before.
 */
#ifndef TOMB_SERVICE_FORM_H
#define TOMB_SERVICE_FORM_H

#include "fields.h"

enum tomb_form_kind { TOMB_FORM_KIND_TEXT, TOMB_FORM_KIND_INT, TOMB_FORM_KIND_BOOL, TOMB_FORM_KIND_INTS };
enum tomb_form_need { TOMB_FORM_REQUIRED, TOMB_FORM_OPTIONAL };

/* A repeated field of numbers. */
struct tomb_ints {
	const int64_t *p;
	size_t n;
};

struct tomb_form_field {
	const char *name;
	enum tomb_form_kind kind;
	enum tomb_form_need need;
	int64_t min; /* text: bytes; int: value; ints: how many */
	int64_t max;
	size_t offset;
};

struct tomb_form_table {
	const struct tomb_form_field *p;
	size_t n;
};

#define TOMB_FORM_AT(type, member, want)                                                                               \
	(offsetof(type, member) +                                                                                      \
		0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((type *)NULL)->member), want) ? 1 : -1]))

/* min bytes or more makes it required; with min 0 it may be absent or empty. */
#define TOMB_FORM_TEXT(type, member, name_, min_, max_)                                                                \
	{                                                                                                              \
		(name_), TOMB_FORM_KIND_TEXT, (min_) > 0 ? TOMB_FORM_REQUIRED : TOMB_FORM_OPTIONAL, (min_), (max_),    \
			TOMB_FORM_AT(type, member, struct tomb_str)                                                    \
	}
/* An optional number that is sent empty, as browsers do, counts as absent. */
#define TOMB_FORM_INT(type, member, name_, min_, max_, need_)                                                          \
	{                                                                                                              \
		(name_), TOMB_FORM_KIND_INT, (need_), (min_), (max_), TOMB_FORM_AT(type, member, int64_t)              \
	}
/* "1", "true", "on" and "yes", or "0", "false", "off", "no" and "". */
#define TOMB_FORM_BOOL(type, member, name_)                                                                            \
	{                                                                                                              \
		(name_), TOMB_FORM_KIND_BOOL, TOMB_FORM_OPTIONAL, 0, 1, TOMB_FORM_AT(type, member, bool)               \
	}
/* Any numbers of int64_t; between min_ and max_ of them.  The list lives in the arena. */
#define TOMB_FORM_INTS(type, member, name_, min_, max_)                                                                \
	{                                                                                                              \
		(name_), TOMB_FORM_KIND_INTS, (min_) > 0 ? TOMB_FORM_REQUIRED : TOMB_FORM_OPTIONAL, (min_), (max_),    \
			TOMB_FORM_AT(type, member, struct tomb_ints)                                                   \
	}

enum tomb_form_strictness { TOMB_FORM_LOOSE, TOMB_FORM_STRICT };

/*
 * Reads fields into the struct at out, whose type the table was made for.  INVAL, naming the field and the rule, for a
 * required field that is missing, a value that breaks its rule, or a single-valued field that was sent twice; if
 * STRICT, also for a field that is not in the table.
 */
enum tomb_code tomb_form_read(struct tomb_fields fields, const struct tomb_form_field *table, size_t n,
	enum tomb_form_strictness strictness, struct tomb_arena *arena, void *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

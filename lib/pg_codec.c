#include "pg_codec.h"

#include <endian.h>
#include <stdlib.h>

#define EPOCH_US INT64_C(946684800000000) /* PostgreSQL counts from 2000-01-01; in Unix microseconds */

enum { JSONB_VERSION = 1 }; /* first byte of a jsonb; the rest is its text */

static const struct {
	const char *sql;
	size_t wire; /* bytes of one element on the wire; 0 is a struct tomb_str */
	size_t size; /* bytes of one element in C */
	uint32_t oid;
	enum tomb_pg_type element; /* of a scalar, itself */
} types[] = {
#define TOMB_PG_SCALAR(id, sql, ctype, oid, wire) [TOMB_PG_##id] = {sql, wire, sizeof(ctype), oid, TOMB_PG_##id},
#define TOMB_PG_ARRAY(id, element, ctype, oid) [TOMB_PG_##id] = {#element "[]", 0, 0, oid, TOMB_PG_##element},
#include "tombstone/pg_types.def"
#undef TOMB_PG_SCALAR
#undef TOMB_PG_ARRAY
};
_Static_assert(TOMB_COUNTOF(types) == TOMB_PG_TYPE_MAX, "pg_types.def");

/* What struct tomb_bools and its like have in common. */
struct array {
	const void *p;
	size_t n;
};
#define TOMB_PG_SCALAR(id, sql, ctype, oid, wire)
#define TOMB_PG_ARRAY(id, element, ctype, oid)                                                                         \
	_Static_assert(sizeof(ctype) == sizeof(struct array) && offsetof(ctype, n) == offsetof(struct array, n), #id);
#include "tombstone/pg_types.def"
#undef TOMB_PG_SCALAR
#undef TOMB_PG_ARRAY

uint32_t tomb_pg_codec_oid(enum tomb_pg_type type)
{
	return types[type].oid;
}

const char *tomb_pg_codec_name(uint32_t oid)
{
	for (size_t i = 0; i < TOMB_COUNTOF(types); i++)
		if (types[i].oid == oid)
			return types[i].sql;
	return "another type";
}

static bool is_array(enum tomb_pg_type type)
{
	return types[type].element != type;
}

static void put_u32(struct tomb_buf *b, uint32_t v)
{
	uint32_t be = htobe32(v);
	char bytes[sizeof be];

	memcpy(bytes, &be, sizeof be);
	tomb_buf_put(b, (struct tomb_str){bytes, sizeof bytes});
}

static void put_i64(struct tomb_buf *b, int64_t v)
{
	uint64_t be = htobe64((uint64_t)v);
	char bytes[sizeof be];

	memcpy(bytes, &be, sizeof be);
	tomb_buf_put(b, (struct tomb_str){bytes, sizeof bytes});
}

static enum tomb_code put_timestamp(const struct tomb_pg_field *f, int64_t us, struct tomb_buf *b, struct tomb_err *err)
{
	int64_t shifted = us;

	if (us != TOMB_PG_FOREVER && us != TOMB_PG_NEVER && __builtin_sub_overflow(us, EPOCH_US, &shifted))
		return TOMB_FAIL(err, TOMB_INVAL, "%s: timestamp out of range", f->name);
	put_i64(b, shifted);
	return TOMB_OK;
}

static struct tomb_str str_at(const void *p)
{
	struct tomb_str s;

	memcpy(&s, p, sizeof s);
	return s;
}

/* Appends one scalar, without its length. */
static enum tomb_code put_one(
	const struct tomb_pg_field *f, enum tomb_pg_type type, const void *p, struct tomb_buf *b, struct tomb_err *err)
{
	uint32_t u32 = 0;
	int64_t i64 = 0;

	switch (types[type].wire) {
	case sizeof u32:
		memcpy(&u32, p, sizeof u32);
		put_u32(b, u32);
		return TOMB_OK;
	case sizeof i64:
		memcpy(&i64, p, sizeof i64);
		if (type == TOMB_PG_TIMESTAMPTZ)
			return put_timestamp(f, i64, b, err);
		put_i64(b, i64);
		return TOMB_OK;
	case 0:
		if (type == TOMB_PG_JSONB)
			tomb_buf_put(b, (struct tomb_str){(const char[]){JSONB_VERSION}, 1});
		tomb_buf_put(b, str_at(p));
		return TOMB_OK;
	default: /* bool and uuid are the same on the wire */
		tomb_buf_put(b, (struct tomb_str){p, types[type].wire});
		return TOMB_OK;
	}
}

/* Dimensions, has nulls, element type; then, unless empty, size and lower bound; then each element with its length. */
static enum tomb_code put_array(const struct tomb_pg_field *f, const void *p, struct tomb_buf *b, struct tomb_err *err)
{
	enum tomb_pg_type element = types[f->type].element;
	size_t wire = types[element].wire;
	struct array a;

	memcpy(&a, p, sizeof a);
	put_u32(b, a.n > 0);
	put_u32(b, f->has_nullable_members);
	put_u32(b, types[element].oid);
	if (a.n == 0)
		return TOMB_OK;
	put_u32(b, (uint32_t)a.n); /* more than 32 bits of elements do not fit any buffer of ours */
	put_u32(b, 1);
	for (size_t i = 0; i < a.n && b->broken == TOMB_OK; i++) {
		const char *at = (const char *)a.p + i * types[element].size;

		if (f->has_nullable_members && !str_at(at).p) {
			put_u32(b, UINT32_MAX);
			continue;
		}
		put_u32(b, (uint32_t)(wire ? wire : str_at(at).n));
		TOMB_TRY(put_one(f, element, at, b, err));
	}
	return TOMB_OK;
}

enum tomb_code tomb_pg_codec_put(
	const struct tomb_pg_field *f, const void *args, struct tomb_buf *b, struct tomb_err *err)
{
	const char *at = (const char *)args + f->at;

	return is_array(f->type) ? put_array(f, at, b, err) : put_one(f, f->type, at, b, err);
}

static enum tomb_code full(const struct tomb_pg_field *f, const struct tomb_arena *a, struct tomb_err *err)
{
	return TOMB_FAIL(err, TOMB_TOOBIG, "%s does not fit into %zu bytes", f->name, a->max);
}

static enum tomb_code malformed(const struct tomb_pg_field *f, const char *why, struct tomb_err *err)
{
	return TOMB_FAIL(
		err, TOMB_BUG, "%s: not a %s: %s", f->name, tomb_pg_codec_name(tomb_pg_codec_oid(f->type)), why);
}

static uint32_t u32_at(const char *p)
{
	uint32_t be = 0;

	memcpy(&be, p, sizeof be);
	return be32toh(be);
}

static enum tomb_code get_i64(
	const struct tomb_pg_field *f, enum tomb_pg_type type, const char *p, void *to, struct tomb_err *err)
{
	uint64_t be = 0;
	int64_t v = 0;

	memcpy(&be, p, sizeof be);
	v = (int64_t)be64toh(be);
	if (type == TOMB_PG_TIMESTAMPTZ && v != TOMB_PG_FOREVER && v != TOMB_PG_NEVER &&
		__builtin_add_overflow(v, EPOCH_US, &v))
		return malformed(f, "after the year 294246", err);
	memcpy(to, &v, sizeof v);
	return TOMB_OK;
}

static enum tomb_code get_str(const struct tomb_pg_field *f, enum tomb_pg_type type, struct tomb_str v,
	struct tomb_arena *arena, void *to, struct tomb_err *err)
{
	struct tomb_str *out = to;
	struct tomb_str copy = {NULL, 0};

	if (type == TOMB_PG_JSONB) {
		if (v.n == 0 || v.p[0] != JSONB_VERSION)
			return malformed(f, "unknown version", err);
		v = (struct tomb_str){v.p + 1, v.n - 1};
	}
	copy = tomb_arena_str(arena, v);
	if (!copy.p)
		return full(f, arena, err);
	*out = copy;
	return TOMB_OK;
}

static enum tomb_code get_one(const struct tomb_pg_field *f, enum tomb_pg_type type, struct tomb_str v,
	struct tomb_arena *arena, void *to, struct tomb_err *err)
{
	uint32_t u32 = 0;
	bool yes = false;

	if (types[type].wire && v.n != types[type].wire)
		return malformed(f, "wrong length", err);
	switch (types[type].wire) {
	case sizeof yes:
		yes = v.p[0] != 0;
		memcpy(to, &yes, sizeof yes);
		return TOMB_OK;
	case sizeof u32:
		u32 = u32_at(v.p);
		memcpy(to, &u32, sizeof u32);
		return TOMB_OK;
	case sizeof(int64_t):
		return get_i64(f, type, v.p, to, err);
	case 0:
		return get_str(f, type, v, arena, to, err);
	default: /* uuid */
		memcpy(to, v.p, v.n);
		return TOMB_OK;
	}
}

/* Takes four bytes off the front of v. */
static bool take_u32(struct tomb_str *v, uint32_t *out)
{
	if (v->n < 4)
		return false;
	*out = u32_at(v->p);
	*v = (struct tomb_str){v->p + 4, v->n - 4};
	return true;
}

static enum tomb_code get_members(const struct tomb_pg_field *f, struct tomb_str v, struct tomb_arena *arena, char *to,
	size_t n, struct tomb_err *err)
{
	enum tomb_pg_type element = types[f->type].element;

	for (size_t i = 0; i < n; i++, to += types[element].size) {
		uint32_t len = 0;

		if (!take_u32(&v, &len))
			return malformed(f, "cut short", err);
		if (len == UINT32_MAX && f->has_nullable_members)
			continue; /* the arena's zeroes are the null string */
		if (len == UINT32_MAX)
			return malformed(f, "has a null in it", err);
		if (len > v.n)
			return malformed(f, "cut short", err);
		TOMB_TRY(get_one(f, element, (struct tomb_str){v.p, len}, arena, to, err));
		v = (struct tomb_str){v.p + len, v.n - len};
	}
	return v.n == 0 ? TOMB_OK : malformed(f, "longer than it says", err);
}

static enum tomb_code get_array(
	const struct tomb_pg_field *f, struct tomb_str v, struct tomb_arena *arena, void *to, struct tomb_err *err)
{
	enum tomb_pg_type element = types[f->type].element;
	uint32_t dimensions = 0;
	uint32_t ignored = 0;
	uint32_t oid = 0;
	uint32_t n = 0;
	struct array a = {NULL, 0};
	void *members = NULL;

	if (!take_u32(&v, &dimensions) || !take_u32(&v, &ignored) || !take_u32(&v, &oid))
		return malformed(f, "cut short", err);
	if (oid != types[element].oid)
		return malformed(f, "of another type", err);
	if (dimensions > 1)
		return malformed(f, "more than one dimension", err);
	if (dimensions == 1 && (!take_u32(&v, &n) || !take_u32(&v, &ignored)))
		return malformed(f, "cut short", err);
	if (n > v.n / 4) /* each member has at least its length: nothing is allocated for a lie */
		return malformed(f, "cut short", err);
	members = tomb_arena_get(arena, n, types[element].size);
	if (!members)
		return full(f, arena, err);
	TOMB_TRY(get_members(f, v, arena, members, n, err));
	a = (struct array){members, n};
	memcpy(to, &a, sizeof a);
	return TOMB_OK;
}

enum tomb_code tomb_pg_codec_get(
	const struct tomb_pg_field *f, struct tomb_str wire, struct tomb_arena *arena, void *row, struct tomb_err *err)
{
	char *at = (char *)row + f->at;

	return is_array(f->type) ? get_array(f, wire, arena, at, err) : get_one(f, f->type, wire, arena, at, err);
}

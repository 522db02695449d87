/* The query strings of the member and the admin API's lists: pages, orders, filters.  Spec: aptrust.md 3.1, 3.2. */
#ifndef TOMB_MEMBER_QUERY_H
#define TOMB_MEMBER_QUERY_H

#include "api.h"
#include "ctx.h"
#include "tombstone/sift.h"

enum tomb_member_kind { TOMB_MEMBER_TEXT, TOMB_MEMBER_NUMBER, TOMB_MEMBER_TIME, TOMB_MEMBER_BOOL };

/* What may be asked of a field. */
enum {
	TOMB_MEMBER_IS = 1,      /* field=v */
	TOMB_MEMBER_IN = 2,      /* field__in=v, repeated */
	TOMB_MEMBER_RANGE = 4,   /* field__gteq=v, field__lteq=v */
	TOMB_MEMBER_BEGINS = 8,  /* field__starts_with=v */
	TOMB_MEMBER_NULL = 16,   /* field__is_null=true, or false */
	TOMB_MEMBER_FILLED = 32, /* field__not_null=true, or false */
	TOMB_MEMBER_SORT = 64,   /* sort=field, field__asc, field__desc */
	TOMB_MEMBER_NEEDED = 128 /* field=v must be there */
};

struct tomb_member_field {
	const char *name;
	enum tomb_member_kind kind;
	unsigned may;
};

struct tomb_member_table {
	const struct tomb_member_field *p;
	size_t n;
};

#define TOMB_MEMBER_QUERY(handler, table) extern const struct tomb_member_table table;
#include "api/member_queries.def"
#undef TOMB_MEMBER_QUERY

/* What the route's list may be asked: false, and *out untouched, if it is no list of the member or the admin API. */
bool tomb_member_query_of(const struct tomb_route *route, struct tomb_member_table *out);

enum { TOMB_MEMBER_PARAMETERS_MAX = 8 }; /* of one field, and of the paging */

/* A parameter that a list takes, by all of its names: what the OpenAPI document is written from. */
struct tomb_member_parameter {
	const char *suffix; /* behind the field's name: "", "__gteq", ... */
	bool is_flag;       /* true or false, of whatever kind the field is */
	bool is_many;       /* may be sent more than once */
};

/* The parameters by which a field is asked for; how many. */
size_t tomb_member_parameters(
	const struct tomb_member_field *field, struct tomb_member_parameter out[static TOMB_MEMBER_PARAMETERS_MAX]);

struct tomb_member_query {
	int64_t page; /* from 1 */
	int64_t per_page;
	struct tomb_page wanted; /* of the ledger */
	struct tomb_sift sift;
};

/* Reads req->query by the table of its route, into the arena.  A value that is empty asks for nothing.  INVAL,
 * "Invalid query params: NAME", for what is not in the table or has no meaning there: theirs is 500. */
enum tomb_code tomb_member_query(
	struct tomb_request *req, struct tomb_member_query *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

/* The parameters of the member and the admin API's lists, from the tables that their handlers read. */
#include "api/member_query.h"
#include "openapi.h"
#include "tombstone/json_writer.h"

#include <stdio.h>

enum { NAME = 64 };

static const char *schema_of(enum tomb_member_kind kind)
{
	static const char *const schemas[] = {
		[TOMB_MEMBER_TEXT] = "FilterText",
		[TOMB_MEMBER_NUMBER] = "FilterNumber",
		[TOMB_MEMBER_TIME] = "FilterTime",
		[TOMB_MEMBER_BOOL] = "FilterFlag",
	};

	_Static_assert(TOMB_COUNTOF(schemas) == TOMB_MEMBER_BOOL + 1, "a schema for each kind");
	return schemas[kind];
}

static void put_ref(struct tomb_json *w, const char *folder, const char *name)
{
	char ref[64];

	(void)snprintf(ref, sizeof ref, "#/components/%s/%s", folder, name);
	tomb_json_str(w, "$ref", tomb_str_from(ref));
}

static void put_shared(struct tomb_json *w, const char *name)
{
	tomb_json_begin_object(w, NULL);
	put_ref(w, "parameters", name);
	tomb_json_end_object(w);
}

static void begin_parameter(struct tomb_json *w, const char *name)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_str(w, "name", tomb_str_from(name));
	tomb_json_str(w, "in", TOMB_STR("query"));
}

static void put_filter(struct tomb_json *w, const struct tomb_member_field *f, const struct tomb_member_parameter *p)
{
	const char *schema = p->is_flag ? "FilterFlag" : schema_of(f->kind);
	bool is_needed = (f->may & TOMB_MEMBER_NEEDED) != 0;
	char name[NAME];

	(void)snprintf(name, sizeof name, "%s%s", f->name, p->suffix);
	begin_parameter(w, name);
	if (is_needed)
		tomb_json_bool(w, "required", true);
	tomb_json_begin_object(w, "schema");
	if (p->is_many) {
		tomb_json_str(w, "type", TOMB_STR("array"));
		tomb_json_begin_object(w, "items");
		put_ref(w, "schemas", schema);
		tomb_json_end_object(w);
	} else {
		put_ref(w, "schemas", is_needed ? "IdOrZero" : schema);
	}
	tomb_json_end_object(w);
	tomb_json_end_object(w);
}

static void put_orders(struct tomb_json *w, struct tomb_member_table table)
{
	static const char *const directions[] = {"", "__asc", "__desc"};
	char word[NAME];

	tomb_json_begin_array(w, "enum");
	tomb_json_str(w, NULL, TOMB_STR(""));
	for (size_t i = 0; i < table.n; i++)
		for (size_t k = 0; (table.p[i].may & TOMB_MEMBER_SORT) != 0 && k < TOMB_COUNTOF(directions); k++) {
			(void)snprintf(word, sizeof word, "%s%s", table.p[i].name, directions[k]);
			tomb_json_str(w, NULL, tomb_str_from(word));
		}
	tomb_json_end_array(w);
}

static void put_sort(struct tomb_json *w, struct tomb_member_table table)
{
	begin_parameter(w, "sort");
	tomb_json_begin_object(w, "schema");
	tomb_json_str(w, "type", TOMB_STR("array"));
	tomb_json_int(w, "maxItems", TOMB_SIFT_SORTS);
	tomb_json_begin_object(w, "items");
	put_orders(w, table);
	tomb_json_end_object(w);
	tomb_json_end_object(w);
	tomb_json_end_object(w);
}

void tomb_openapi_put_query(struct tomb_json *w, const struct tomb_route *route)
{
	static const char *const paging[] = {"Page", "PerPage", "Behind"};
	struct tomb_member_parameter parameters[TOMB_MEMBER_PARAMETERS_MAX];
	struct tomb_member_table table;

	if (!tomb_member_query_of(route, &table))
		return;
	tomb_json_begin_array(w, "parameters");
	for (size_t i = 0; i < TOMB_COUNTOF(paging); i++)
		put_shared(w, paging[i]);
	put_sort(w, table);
	for (size_t i = 0; i < table.n; i++) {
		size_t n = tomb_member_parameters(&table.p[i], parameters);

		for (size_t k = 0; k < n; k++)
			put_filter(w, &table.p[i], &parameters[k]);
	}
	tomb_json_end_array(w);
}

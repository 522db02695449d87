#include "glacier/answer.h"

#include "tombstone/json_reader.h"
#include "tombstone/time.h"

enum {
	TEXT_MAX = 4096,      /* bytes of one member: ARNs and messages are shorter than 1,100 */
	ANSWER_MAX = 1 << 20, /* bytes; a job's description is the longest, with 1 KiB */
};

#define TEXT(key, type, member) TOMB_JSON_FIELD(key, type, STR, member), .max = TEXT_MAX

/* The outermost object, whose members are put into *out. */
static enum tomb_code read(struct tomb_str body, const struct tomb_json_field *fields, size_t n,
	struct tomb_arena *arena, void *out, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;

	TOMB_TRY(tomb_json_doc_parse(body, ANSWER_MAX, &doc, err));
	return tomb_json_read_some(tomb_json_doc_root(doc), fields, n, arena, out, err);
}

static enum tomb_code corrupt(enum tomb_code code, struct tomb_err *err)
{
	if (code == TOMB_INVAL || code == TOMB_TOOBIG)
		err->code = code = TOMB_CORRUPT;
	return code;
}

void glacier_answer_error(struct tomb_str body, struct tomb_arena *arena, struct glacier_error *out)
{
	static const struct tomb_json_field fields[] = {
		{TEXT("code", struct glacier_error, code), .required = true, .min = 1},
		{TEXT("message", struct glacier_error, message)},
	};
	struct glacier_error error = {TOMB_STR(""), TOMB_STR("")};
	struct tomb_err ignored;

	*out = error;
	if (read(body, fields, TOMB_COUNTOF(fields), arena, &error, &ignored) == TOMB_OK)
		*out = error;
}

enum tomb_code glacier_answer_vault(
	struct tomb_str body, struct tomb_arena *arena, struct glacier_vault *out, struct tomb_err *err)
{
	struct vault {
		struct tomb_str arn;
		struct tomb_str inventory_date;
	} vault = {TOMB_STR(""), TOMB_STR("")};
	static const struct tomb_json_field fields[] = {
		{TEXT("VaultARN", struct vault, arn), .required = true, .min = 1},
		{TEXT("LastInventoryDate", struct vault, inventory_date)},
	};
	int64_t at_us = 0;

	TOMB_TRY(corrupt(read(body, fields, TOMB_COUNTOF(fields), arena, &vault, err), err));
	if (vault.inventory_date.n)
		TOMB_TRY(corrupt(tomb_time_parse(vault.inventory_date, &at_us, err), err));
	*out = (struct glacier_vault){vault.arn, at_us};
	return TOMB_OK;
}

/* Does the job leave archives out?  Any parameter but the format says so, whatever it is. */
static enum tomb_code read_parameters(
	struct tomb_json_value parameters, struct tomb_arena *arena, bool *limited, struct tomb_err *err)
{
	struct range {
		struct tomb_str begin, end, limit, marker;
	} range = {TOMB_STR(""), TOMB_STR(""), TOMB_STR(""), TOMB_STR("")};
	static const struct tomb_json_field fields[] = {
		{TEXT("StartDate", struct range, begin)},
		{TEXT("EndDate", struct range, end)},
		{TEXT("Limit", struct range, limit)},
		{TEXT("Marker", struct range, marker)},
	};

	TOMB_TRY(tomb_json_read_some(parameters, fields, TOMB_COUNTOF(fields), arena, &range, err));
	*limited = range.begin.n || range.end.n || range.limit.n || range.marker.n;
	return TOMB_OK;
}

static enum tomb_code read_job(
	struct tomb_str body, struct tomb_arena *arena, struct glacier_job *out, struct tomb_err *err)
{
	TOMB_JSON_DOC_AUTO *doc = NULL;
	struct job {
		struct tomb_str arn, action, status, message;
		struct tomb_json_value parameters;
	} job = {TOMB_STR(""), TOMB_STR(""), TOMB_STR(""), TOMB_STR(""), {NULL}};
	static const struct tomb_json_field fields[] = {
		{TEXT("VaultARN", struct job, arn), .required = true, .min = 1},
		{TEXT("Action", struct job, action), .required = true},
		{TEXT("StatusCode", struct job, status), .required = true},
		{TEXT("StatusMessage", struct job, message)},
		{TOMB_JSON_FIELD("InventoryRetrievalParameters", struct job, OBJECT, parameters)},
	};
	bool limited = false;

	TOMB_TRY(tomb_json_doc_parse(body, ANSWER_MAX, &doc, err));
	TOMB_TRY(tomb_json_read_some(tomb_json_doc_root(doc), fields, TOMB_COUNTOF(fields), arena, &job, err));
	if (job.parameters.node)
		TOMB_TRY(read_parameters(job.parameters, arena, &limited, err));
	*out = (struct glacier_job){
		.arn = job.arn,
		.status = job.status,
		.message = job.message,
		.is_whole_inventory = !limited && tomb_str_eq(job.action, TOMB_STR("InventoryRetrieval")),
	};
	return TOMB_OK;
}

enum tomb_code glacier_answer_job(
	struct tomb_str body, struct tomb_arena *arena, struct glacier_job *out, struct tomb_err *err)
{
	return corrupt(read_job(body, arena, out, err), err);
}

#include "record_order.h"

#include "record_words.h"
#include "tombstone/parse.h"
#include "tombstone/permission.h"
#include "tombstone/user_duty.h"

static const struct {
	struct tomb_str choice;
	struct tomb_str text;
	struct tomb_str code;   /* in the ledger */
	struct tomb_str prefix; /* of the reason in words */
	bool is_override;
} reasons[] = {
	{{"restructuring", 13}, {"Remediation workflow: Restructuring Records", 43}, {"remediation", 11},
		{"Restructuring Records", 21}, false},
	{{"reimporting", 11}, {"Remediation workflow: Reimporting Metadata", 42}, {"remediation", 11},
		{"Reimporting Metadata", 20}, false},
	{{"remediation", 11}, {"Another remediation workflow", 28}, {"remediation", 11}, {"", 0}, false},
	{{"accidental", 10}, {"The record was accidentally created", 35}, {"accidental", 10}, {"", 0}, false},
	{{"harmful_content", 15}, {"Harmful content", 15}, {"harmful_content", 15}, {"", 0}, false},
	{{"other", 5}, {"Another reason", 14}, {"other", 5}, {"", 0}, true},
};

/* Browsers send line ends as CR LF. */
static enum tomb_code note_of(struct tomb_view *v, struct tomb_str *out, struct tomb_err *err)
{
	struct tomb_str sent;
	char *kept = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_view_field(v, "reason", &sent, err));
	kept = TOMB_NEW(v->arena, char, sent.n + 1);
	if (!kept)
		return TOMB_FAIL(err, TOMB_NOMEM, "the reason");
	for (size_t i = 0; i < sent.n; i++)
		if (sent.p[i] != '\r')
			kept[n++] = sent.p[i];
	*out = (struct tomb_str){kept, n};
	return TOMB_OK;
}

static enum tomb_code ticked(struct tomb_view *v, const char *name, bool *out, struct tomb_err *err)
{
	struct tomb_str value;

	TOMB_TRY(tomb_view_field(v, name, &value, err));
	*out = value.n > 0;
	return TOMB_OK;
}

enum tomb_code tomb_record_order_read(struct tomb_view *v, struct tomb_record_order *out, struct tomb_err *err)
{
	struct tomb_record_order order = {.choice = TOMB_STR("")};
	struct tomb_str by;

	TOMB_TRY(tomb_view_field(v, "reason_code", &order.choice, err));
	TOMB_TRY(note_of(v, &order.note, err));
	TOMB_TRY(ticked(v, "no_reference", &order.no_reference, err));
	TOMB_TRY(ticked(v, "metadata_kept", &order.metadata_kept, err));
	TOMB_TRY(ticked(v, "verified", &order.verified, err));
	TOMB_TRY(tomb_view_field(v, "rights", &order.rights, err));
	TOMB_TRY(tomb_view_field(v, "legacy_uri", &order.legacy_uri, err));
	TOMB_TRY(tomb_view_field(v, "rights_by", &by, err));
	if (by.n > 0 && !tomb_parse_i64(by, 1, INT64_MAX, &order.rights_by))
		return TOMB_FAIL(err, TOMB_INVAL, "\"rights_by\" is the number of a person");
	*out = order;
	return TOMB_OK;
}

bool tomb_record_order_is_whole(struct tomb_record_order *order, bool with_contents)
{
	if (order->choice.n == 0)
		order->reason_fault = TOMB_STR("Records should only be deleted in one of the circumstances named: "
					       "choose a reason.");
	if (!order->no_reference)
		order->reference_fault = TOMB_STR("Confirm that the record is no longer needed for reference.");
	if (!order->metadata_kept)
		order->metadata_fault = TOMB_STR("Confirm that all necessary metadata elements have been replicated "
						 "elsewhere, or are not needed.");
	if (with_contents && !order->verified)
		order->verified_fault = TOMB_STR("Confirm that the child containers and items are no longer needed.");
	return order->reason_fault.n + order->reference_fault.n + order->metadata_fault.n + order->verified_fault.n ==
	       0;
}

bool tomb_record_order_is_harmful(const struct tomb_record_order *order)
{
	return tomb_str_eq(order->choice, TOMB_STR("harmful_content"));
}

/* "Restructuring Records: moved to the new collection" */
static struct tomb_str in_words(struct tomb_view *v, struct tomb_str prefix, struct tomb_str note)
{
	if (prefix.n == 0)
		return note;
	if (note.n == 0)
		return prefix;
	return tomb_view_text(v, "%.*s: %.*s", TOMB_STR_ARG(prefix), TOMB_STR_ARG(note));
}

void tomb_record_order_put(
	struct tomb_view *v, const struct tomb_record_order *order, struct tomb_record_deletion_ask *ask)
{
	ask->reason_code = order->choice;
	ask->reason = order->note;
	for (size_t i = 0; i < TOMB_COUNTOF(reasons); i++)
		if (tomb_str_eq(order->choice, reasons[i].choice)) {
			ask->reason_code = reasons[i].code;
			ask->reason = in_words(v, reasons[i].prefix, order->note);
			ask->is_override = reasons[i].is_override;
		}
	ask->confirmed = (struct tomb_record_confirmations){
		.not_needed_for_reference = order->no_reference,
		.metadata_replicated = order->metadata_kept,
		.rights_replicated = tomb_str_eq(order->rights, TOMB_STR("replicated")),
		.rights_not_needed = tomb_str_eq(order->rights, TOMB_STR("not_needed")),
		.contents_verified = order->verified,
	};
	if (ask->confirmed.rights_replicated) {
		ask->confirmed.rights_by = order->rights_by;
		ask->confirmed.legacy_uri = order->legacy_uri;
	}
}

static enum tomb_code fill_reasons(struct tomb_view *v, const struct tomb_record_order *order,
	const struct tomb_record *record, struct html_criteria *out, struct tomb_err *err)
{
	bool may_override = tomb_permission_covers(v->actor, TOMB_MAY_RECORD_OVERRIDE, record->institution_id);
	struct html_criteria_reasons *rows = TOMB_NEW(v->arena, struct html_criteria_reasons, TOMB_COUNTOF(reasons));
	size_t n = 0;

	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "reasons");
	for (size_t i = 0; i < TOMB_COUNTOF(reasons); i++)
		if (!reasons[i].is_override || may_override)
			rows[n++] = (struct html_criteria_reasons){
				reasons[i].choice, reasons[i].text, tomb_str_eq(order->choice, reasons[i].choice)};
	out->reasons = rows;
	out->nreasons = n;
	return TOMB_OK;
}

static enum tomb_code fill_people(struct tomb_view *v, const struct tomb_record_order *order,
	const struct tomb_record *record, struct html_criteria *out, struct tomb_err *err)
{
	struct html_criteria_people *rows = NULL;
	struct tomb_user_named *people = NULL;
	size_t n = 0;

	TOMB_TRY(tomb_user_duty_people(v->pg, v->actor, TOMB_DUTY_DIGITIZATION_COORDINATOR, record->institution_id,
		v->arena, &people, &n, err));
	rows = TOMB_NEW(v->arena, struct html_criteria_people, n ? n : 1);
	if (!rows)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu people", n);
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct html_criteria_people){people[i].id,
			tomb_view_text(v, "%.*s (%.*s)", TOMB_STR_ARG(people[i].name), TOMB_STR_ARG(people[i].email)),
			people[i].id == order->rights_by};
	out->people = rows;
	out->npeople = n;
	return TOMB_OK;
}

/* Where what remains of it will be found. */
static struct tomb_str address_of(struct tomb_view *v, const struct tomb_record *record)
{
	return tomb_view_text(v, "%.*s/records/show/%.*s", TOMB_STR_ARG(v->ctx->registry->public_url),
		TOMB_STR_ARG(tomb_record_words_uuid(v, record->id)));
}

enum tomb_code tomb_record_order_show(struct tomb_view *v, const struct tomb_record_order *order,
	const struct tomb_record *record, bool has_rights, bool has_children, struct html_criteria *out,
	struct tomb_err *err)
{
	struct html_criteria criteria = {
		.is_mms = tomb_record_words_is_mms(record->kind),
		.reason_fault = order->reason_fault,
		.note = order->note,
		.note_max = TOMB_REQUEST_REASON_MAX,
		.no_reference = order->no_reference,
		.reference_fault = order->reference_fault,
		.metadata_kept = order->metadata_kept,
		.metadata_fault = order->metadata_fault,
		.has_rights = has_rights,
		.rights_kept = tomb_str_eq(order->rights, TOMB_STR("replicated")),
		.rights_unneeded = tomb_str_eq(order->rights, TOMB_STR("not_needed")),
		.legacy_uri = order->legacy_uri.n > 0 ? order->legacy_uri : address_of(v, record),
		.has_children = has_children,
		.verified = order->verified,
		.verified_fault = order->verified_fault,
	};

	if (criteria.is_mms) {
		TOMB_TRY(fill_reasons(v, order, record, &criteria, err));
		if (has_rights)
			TOMB_TRY(fill_people(v, order, record, &criteria, err));
	}
	*out = criteria;
	return TOMB_OK;
}

struct html_problems tomb_record_order_problems(
	const struct tomb_record_order *order, struct html_problems_items items[static TOMB_RECORD_ORDER_PROBLEMS])
{
	const struct html_problems_items all[TOMB_RECORD_ORDER_PROBLEMS] = {
		{TOMB_STR("reason_code"), order->reason_fault},
		{TOMB_STR("no_reference"), order->reference_fault},
		{TOMB_STR("metadata_kept"), order->metadata_fault},
		{TOMB_STR("verified"), order->verified_fault},
		{TOMB_STR(""), order->ledger_fault},
	};
	size_t n = 0;

	for (size_t i = 0; i < TOMB_COUNTOF(all); i++)
		if (all[i].text.n > 0)
			items[n++] = all[i];
	return (struct html_problems){items, n};
}

#include "constraint.h"

#include "tombstone/utf8.h"

static const struct {
	const char *constraint;
	enum tomb_code code;
	const char *text;
} rules[] = {
	{"user_email", TOMB_CONFLICT, "there is an account with this e-mail address"},
	{"user_account_email_check", TOMB_INVAL, "this is no e-mail address"},
	{"user_account_name_check", TOMB_INVAL, "a person's name has 1 to 200 characters"},
	{"institution_identifier_key", TOMB_CONFLICT, "there is an institution with this identifier"},
	{"institution_identifier_check", TOMB_INVAL,
		"an institution's identifier is a domain name in lower case, such as example.edu"},
	{"institution_name_check", TOMB_INVAL, "an institution's name has 1 to 500 characters"},
	{"institution_admin_days_check", TOMB_INVAL, "days as an admin are from 0 to 365"},
	{"api_key_name_check", TOMB_INVAL, "the name of an API key has 1 to 200 characters"},
	{"storage_backend_name_check", TOMB_INVAL,
		"the name of a backend has 1 to 63 characters: lower-case letters, digits, dot, hyphen, underscore"},
	{"storage_option_name_check", TOMB_INVAL, "the name of a storage option has 1 to 100 characters"},
	{"storage_option_min_days_check", TOMB_INVAL, "minimum days are from 0 to 36,500"},
	{"storage_backend_retention_check", TOMB_INVAL,
		"whose minimum retention counts is one of registry, store, strictest"},
	{"intellectual_object_identifier_key", TOMB_CONFLICT, "there is an object with this identifier"},
	{"intellectual_object_identifier_check", TOMB_INVAL, "an object's identifier has 1 to 1,024 characters"},
	{"object_etag_check", TOMB_INVAL, "an ETag has at most 255 characters"},
	{"generic_file_identifier_key", TOMB_CONFLICT, "there is a file with this identifier: update it"},
	{"generic_file_identifier_check", TOMB_INVAL, "a file's identifier has 1 to 2,048 characters"},
	{"generic_file_uuid_key", TOMB_CONFLICT, "there is a file with this UUID"},
	{"copy_url_key", TOMB_CONFLICT,
		"this address is one of a copy that the ledger knows: new bytes go to new addresses"},
	{"copy_url_check", TOMB_INVAL, "an address has 1 to 8,192 bytes"},
	{"copy_file_id_generation_backend_id_key", TOMB_CONFLICT, "the file has a copy on this backend"},
	{"work_item_name_check", TOMB_INVAL, "a name has at most 1,000 characters"},
	{"work_item_etag_check", TOMB_INVAL, "an ETag has at most 255 characters"},
	{"work_item_bucket_check", TOMB_INVAL, "a bucket's name has at most 255 characters"},
	{"work_item_node_check", TOMB_INVAL, "a node's name has at most 255 characters"},
	{"work_item_pid_check", TOMB_INVAL, "a pid is from 0 to 4,294,967,295"},
	{"storage_price_check", TOMB_INVAL, "a price is from 0 to 1,000 for a GB and a month"},
	{"storage_price_currency_check", TOMB_INVAL, "a currency is three capital letters, such as EUR (ISO 4217)"},
	{"storage_price_days_check", TOMB_INVAL, "billed days are from 0 to 36,500"},
	{"storage_price_bytes_check", TOMB_INVAL, "the smallest billed size is from 0 to 1,073,741,824 bytes"},
	{"record_pkey", TOMB_CONFLICT, "there is a record with this id"},
	{"record_institution_id_fkey", TOMB_NOTFOUND, "there is no such institution to create the record in"},
	{"record_local_id", TOMB_CONFLICT, "there is a record of this kind with this id in its system"},
	{"record_hrid", TOMB_CONFLICT, "there is a record of this kind with this HRID"},
	{"record_barcode", TOMB_CONFLICT, "there is a record with this barcode"},
	{"record_title_check", TOMB_INVAL, "a record's title has 1 to 4,000 characters"},
	{"record_local_id_check", TOMB_INVAL, "a record's id in its system has at most 255 characters"},
	{"record_hrid_check", TOMB_INVAL, "an HRID has at most 255 characters"},
	{"record_barcode_check", TOMB_INVAL, "a barcode has at most 255 characters"},
	{"record_source_check", TOMB_INVAL, "the source of a record is one of MARC, FOLIO, MODS, NONE"},
	{"record_capture_status_check", TOMB_INVAL, "the status of a capture is \"Not captured yet\" or \"Captured\""},
	{"record_work_order_check", TOMB_INVAL, "a work order is in Draft, Submitted or Completed"},
	{"record_image_id_check", TOMB_INVAL, "an image id has at most 2,048 characters"},
	{"record_capture_ids", TOMB_INVAL, "only captures have capture ids"},
	{"record_own_parent", TOMB_CONFLICT, "a record is not in itself"},
};

enum tomb_code tomb_constraint_explain(
	struct tomb_pg *pg, enum tomb_code code, struct tomb_str value, struct tomb_err *err)
{
	const char *violated = code == TOMB_CONFLICT || code == TOMB_UNPROCESSABLE ? tomb_pg_constraint(pg) : "";

	for (size_t i = 0; i < TOMB_COUNTOF(rules); i++)
		if (strcmp(violated, rules[i].constraint) == 0)
			return TOMB_FAIL(err, rules[i].code, "\"%.*s\": %s", TOMB_STR_ARG(value), rules[i].text);
	return code;
}

enum tomb_code tomb_constraint_line(struct tomb_str value, const char *what, struct tomb_err *err)
{
	if (!tomb_utf8_is_line(value))
		return TOMB_FAIL(err, TOMB_INVAL, "%s must be one line of UTF-8 text without control characters", what);
	return TOMB_OK;
}

/*
 * What is held of titles, as harvesters are shown it in MARC (records.md 3.2: fields 952 and 856).
 *
 * It is read from records' content, whose keys are FOLIO's.  Holdings: callNumber, callNumberPrefix, callNumberSuffix,
 * callNumberType, copyNumber, illPolicy, location {institution, campus, library, code, name}, electronicAccess [{uri,
 * linkText, materialsSpecification, publicNote}].  Items: itemLevelCallNumber and its Prefix, Suffix and Type,
 * materialType, volume, enumeration, chronology, copyNumber, temporaryLoanType, permanentLoanType, location; what an
 * item does not say, its holdings say.  A title and a portfolio may have electronicAccess too.
 */
#ifndef TOMB_OAI_HOLDING_H
#define TOMB_OAI_HOLDING_H

#include "tombstone/array.h"
#include "tombstone/pg.h"
#include "tombstone/uuid.h"

enum { TOMB_OAI_HOLDINGS_MAX = 2000 }; /* of one title: more would make a record that no receiver reads */

/* One item, or holdings without items; empty texts are not known. */
struct tomb_oai_holding {
	struct tomb_uuid title_id;
	struct tomb_str institution, campus, library, location, location_name;
	struct tomb_str call_number, call_number_prefix, call_number_suffix, call_number_type;
	struct tomb_str material_type, volume, enumeration, chronology;
	struct tomb_str barcode, copy_number, loan_type, ill_policy;
	bool is_suppressed;
};

struct tomb_oai_access {
	struct tomb_uuid title_id;
	struct tomb_str uri, link_text, materials, public_note;
	bool is_suppressed;
};

/* Of live records only, in order of title_ids; of each title the first TOMB_OAI_HOLDINGS_MAX. */
enum tomb_code tomb_oai_holding_list(struct tomb_pg *pg, struct tomb_uuids title_ids, bool hides_suppressed,
	struct tomb_arena *arena, struct tomb_oai_holding **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;
enum tomb_code tomb_oai_holding_access(struct tomb_pg *pg, struct tomb_uuids title_ids, bool hides_suppressed,
	struct tomb_arena *arena, struct tomb_oai_access **out, size_t *n, struct tomb_err *err) TOMB_MUST_USE;

#endif

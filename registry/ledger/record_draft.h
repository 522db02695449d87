/* What is given of a record, checked by itself and made into what the ledger keeps.  Asks the ledger nothing. */
#ifndef TOMB_RECORD_DRAFT_H
#define TOMB_RECORD_DRAFT_H

#include "tombstone/marc.h"
#include "tombstone/record_write.h"

/* What it says about its own state. */
enum tomb_record_verdict { TOMB_RECORD_SAYS_NOTHING, TOMB_RECORD_SAYS_ACTIVE, TOMB_RECORD_SAYS_DELETED };

struct tomb_record_draft {
	const struct tomb_record_given *given;
	enum tomb_record_kind kind;
	bool has_marc;
	struct tomb_marc_stored marc; /* with the status as given */
	struct tomb_str mods;         /* p is NULL: none given */
	struct tomb_str title;        /* given, or taken from marc or mods; p is NULL without any */
	struct tomb_str control;      /* 001 of the MARC, if it fits an identifier; else "" */
	enum tomb_record_verdict verdict;
};

/* INVAL, UNSUPPORTED, TOOBIG for what breaks a rule of form.  Borrows given; the rest is in the arena. */
enum tomb_code tomb_record_draft_make(const struct tomb_record_given *given, enum tomb_record_kind kind,
	struct tomb_arena *arena, struct tomb_record_draft *out, struct tomb_err *err) TOMB_MUST_USE;

/* The draft's MARC with another status, its time as it is. */
enum tomb_code tomb_record_draft_status(
	struct tomb_record_draft *d, char status, struct tomb_arena *arena, struct tomb_err *err) TOMB_MUST_USE;

#endif

#include "record_words.h"

#include <ctype.h>
#include <inttypes.h>

enum { NAMES_MAX = 4096 }; /* four names of 255 characters */

bool tomb_record_words_is_mms(enum tomb_record_kind kind)
{
	return tomb_str_eq(tomb_record_kind_info(kind)->system, TOMB_STR("mms"));
}

struct tomb_str tomb_record_words_system(enum tomb_record_kind kind)
{
	struct tomb_str system = tomb_record_kind_info(kind)->system;

	if (tomb_str_eq(system, TOMB_STR("alma")))
		return TOMB_STR("Alma");
	return tomb_str_eq(system, TOMB_STR("mms")) ? TOMB_STR("MMS") : TOMB_STR("FOLIO");
}

struct tomb_str tomb_record_words_noun(struct tomb_view *v, enum tomb_record_kind kind)
{
	struct tomb_str label = tomb_record_kind_info(kind)->label;

	return tomb_view_text(v, "%c%.*s", tolower((unsigned char)label.p[0]), (int)label.n - 1, label.p + 1);
}

struct tomb_str tomb_record_words_link(struct tomb_view *v, enum tomb_record_kind kind)
{
	if (kind == TOMB_RECORD_INSTANCE)
		return TOMB_STR("Set record for deletion");
	return tomb_view_text(v, "Delete this %.*s", TOMB_STR_ARG(tomb_record_words_noun(v, kind)));
}

struct tomb_str tomb_record_words_delete(struct tomb_view *v, enum tomb_record_kind kind)
{
	if (kind == TOMB_RECORD_INSTANCE)
		return TOMB_STR("Set record for deletion");
	return tomb_view_text(v, "Delete %.*s", TOMB_STR_ARG(tomb_record_words_noun(v, kind)));
}

struct tomb_str tomb_record_words_button(struct tomb_view *v, enum tomb_record_kind kind, enum tomb_record_mode mode)
{
	static const char *const ends[TOMB_RECORD_MODE_MAX] = {
		[TOMB_RECORD_DEFAULT] = "",
		[TOMB_RECORD_SELF] = "",
		[TOMB_RECORD_WITH_CONTENTS] = " and all its contents",
		[TOMB_RECORD_WITH_CHILDREN] = " and all children",
		[TOMB_RECORD_REASSIGN_CHILDREN] = " and reassign children",
		[TOMB_RECORD_WITH_EMPTY_ANCESTORS] = " and what it leaves empty",
	};

	return tomb_view_text(v, "%.*s%s", TOMB_STR_ARG(tomb_record_words_delete(v, kind)), ends[mode]);
}

static void put_name(struct tomb_buf *out, const char *what, struct tomb_str name)
{
	if (name.n > 0)
		tomb_buf_putf(out, "%s%s %.*s", out->n > 0 ? " · " : "", what, TOMB_STR_ARG(name));
}

struct tomb_str tomb_record_words_names(struct tomb_view *v, const struct tomb_record *record)
{
	TOMB_BUF_AUTO names = tomb_buf_init(NAMES_MAX);

	if (tomb_record_words_is_mms(record->kind))
		tomb_buf_putf(&names, "Record ID %" PRId64, record->number);
	put_name(&names, "HRID", record->hrid);
	put_name(&names, "ID", record->local_id);
	put_name(&names, "Barcode", record->barcode);
	if (names.n == 0)
		tomb_buf_putf(&names, "Number %" PRId64, record->number);
	return tomb_view_keep(v, &names);
}

struct tomb_str tomb_record_words_reason(struct tomb_str code)
{
	if (code.n == 0)
		return TOMB_STR("Not stated");
	if (tomb_str_eq(code, TOMB_STR("remediation")))
		return TOMB_STR("Part of a remediation workflow");
	if (tomb_str_eq(code, TOMB_STR("accidental")))
		return TOMB_STR("Created accidentally");
	return TOMB_STR("Another reason");
}

struct tomb_str tomb_record_words_origin(enum tomb_record_origin origin)
{
	static const struct tomb_str words[] = {
		[TOMB_RECORD_BY_UI] = {"On these pages", 14},
		[TOMB_RECORD_BY_API] = {"By the inventory interface", 26},
		[TOMB_RECORD_BY_SOURCE_API] = {"By the interface of source records", 34},
		[TOMB_RECORD_BY_LEADER] = {"By an edit of MARC leader 05", 28},
		[TOMB_RECORD_BY_IMPORT] = {"By an import", 12},
		[TOMB_RECORD_BY_JOB] = {"By a job", 8},
		[TOMB_RECORD_BY_SQL] = {"By a statement in the database", 30},
	};
	_Static_assert(TOMB_COUNTOF(words) == TOMB_RECORD_ORIGIN_MAX, "words");

	return words[origin];
}

struct tomb_str tomb_record_words_mode(struct tomb_str mode)
{
	static const struct {
		struct tomb_str mode;
		struct tomb_str words;
	} modes[] = {
		{{"self", 4}, {"By itself", 9}},
		{{"with_contents", 13}, {"With all its contents", 21}},
		{{"with_children", 13}, {"With all children", 17}},
		{{"reassign_children", 17}, {"Its children were reassigned", 28}},
		{{"with_empty_ancestors", 20}, {"With what it left empty", 23}},
		{{"several", 7}, {"Several together", 16}},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(modes); i++)
		if (tomb_str_eq(mode, modes[i].mode))
			return modes[i].words;
	return mode;
}

struct tomb_str tomb_record_words_records(struct tomb_view *v, int64_t n, enum tomb_record_kind kind)
{
	struct tomb_str noun = tomb_record_words_noun(v, kind);

	/* "Holdings" is one and many. */
	if (kind == TOMB_RECORD_HOLDINGS)
		return tomb_view_text(v, "%.*s %.*s", TOMB_STR_ARG(tomb_view_number(v, n)), TOMB_STR_ARG(noun));
	return v->broken == TOMB_OK ? tomb_view_count(v, n, noun.p) : noun;
}

struct tomb_str tomb_record_words_uuid(struct tomb_view *v, struct tomb_uuid id)
{
	char text[TOMB_UUID_TEXT];

	return tomb_view_text(v, "%s", tomb_uuid_text(id, text));
}

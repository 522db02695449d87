#include "glacier/inventory_text.h"

#include "tombstone/digest.h"
#include "tombstone/hex.h"
#include "tombstone/parse.h"
#include "tombstone/time.h"

static const struct tomb_str titles[] = {
	{"ArchiveId", 9}, {"ArchiveDescription", 18}, {"CreationDate", 12}, {"Size", 4}, {"SHA256TreeHash", 14}};

/* Any field may be in quotes.  False for half a pair. */
static bool unquote(struct tomb_str *field)
{
	bool begins = field->n > 0 && field->p[0] == '"';
	bool ends = field->n > 0 && field->p[field->n - 1] == '"';

	if (begins != ends || (begins && field->n < 2))
		return false;
	if (begins)
		*field = (struct tomb_str){field->p + 1, field->n - 2};
	return true;
}

static bool cut_first(struct tomb_str *line, struct tomb_str *field)
{
	const char *comma = line->n ? memchr(line->p, ',', line->n) : NULL;

	if (!comma)
		return false;
	*field = (struct tomb_str){line->p, (size_t)(comma - line->p)};
	*line = (struct tomb_str){comma + 1, line->n - field->n - 1};
	return unquote(field);
}

static bool cut_last(struct tomb_str *line, struct tomb_str *field)
{
	const char *comma = line->n ? memrchr(line->p, ',', line->n) : NULL;

	if (!comma)
		return false;
	*field = (struct tomb_str){comma + 1, line->n - (size_t)(comma + 1 - line->p)};
	line->n = (size_t)(comma - line->p);
	return unquote(field);
}

/* Printable ASCII is all that a vault takes for a description. */
static bool is_description(struct tomb_str s)
{
	bool is_quoted = s.n > 0 && s.p[0] == '"';

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~' || (!is_quoted && (s.p[i] == ',' || s.p[i] == '"')))
			return false;
	return unquote(&s);
}

static bool read_titles(struct tomb_str line)
{
	struct tomb_str field = {NULL, 0};

	for (size_t i = 0; i + 1 < TOMB_COUNTOF(titles); i++)
		if (!cut_first(&line, &field) || !tomb_str_eq(field, titles[i]))
			return false;
	return unquote(&line) && tomb_str_eq(line, titles[TOMB_COUNTOF(titles) - 1]);
}

/*
 * The vault puts a backslash before a quote in quotes, and none before a backslash, so that where a description ends
 * cannot always be told from it.  But nothing else on the line can hold a comma: it is read from both ends, and what is
 * left is the description.
 */
static bool read_archive(struct tomb_str line, struct tomb_store_held *out)
{
	struct tomb_str hash = {NULL, 0};
	struct tomb_str size = {NULL, 0};
	struct tomb_str date = {NULL, 0};
	uint8_t digest[TOMB_SHA256_SIZE];
	struct tomb_err ignored;

	return cut_first(&line, &out->key) && cut_last(&line, &hash) && cut_last(&line, &size) &&
	       cut_last(&line, &date) && is_description(line) &&
	       tomb_hex_decode(hash, digest, sizeof digest, &ignored) == TOMB_OK &&
	       tomb_parse_i64(size, 0, INT64_MAX, &out->size_bytes) &&
	       tomb_time_parse(date, &out->stored_us, &ignored) == TOMB_OK;
}

enum tomb_code inventory_csv_line(struct inventory_text *t, struct tomb_str line, struct tomb_err *err)
{
	struct tomb_store_held held;

	if (!t->has_titles) {
		if (!read_titles(line))
			return TOMB_FAIL(err, TOMB_CORRUPT, "this does not begin like an inventory");
		t->has_titles = true;
		return TOMB_OK;
	}
	if (!read_archive(line, &held))
		return TOMB_FAIL(err, TOMB_CORRUPT, "line %lld of the inventory is not an archive's",
			(long long)t->archives + 2);
	return inventory_text_tell(t, &held, err);
}

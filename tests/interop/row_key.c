/* Keys as people make them, one by one and in a batch; what looks alike must stay. */
#include "act.h"
#include "row.h"

enum { LONGEST = 1024 };

#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X256 X32 X32 X32 X32 X32 X32 X32 X32
static const char longest[] = X256 X256 X256 X256 "x";
_Static_assert(sizeof longest == LONGEST + 2, "one byte more than fits");

static void want_stored(struct bench *b, struct tomb_str key)
{
	struct tomb_stat st = {.present = false};

	(void)act_have(b, "plain", key);
	st = act_seen(b, "plain", key);
	bench_want(b, st.present && st.size_bytes == 10, "stat: absent after put");
	act_want_there(b, "plain", key);
}

static void want_alone_gone(struct bench *b, const struct row *row)
{
	act_want_gone(b, "plain", row->key);
	act_want_absence(b, act_verify(b, "plain", row->key), TOMB_ABSENT_VERIFIED);
	if (row->neighbour.n)
		act_want_there(b, "plain", row->neighbour);
}

static void both_ways(struct bench *b, const struct row *row)
{
	struct tomb_target targets[] = {{.key = bench_key(b, "filler")}, {.key = row->key}};
	struct tomb_result results[2];

	if (row->neighbour.n)
		(void)act_have(b, "plain", row->neighbour);
	want_stored(b, row->key);
	act_want_outcome(b, "delete", act_delete(b, "plain", targets[1]).outcome, TOMB_OUTCOME_GONE);
	want_alone_gone(b, row);
	want_stored(b, row->key);
	(void)act_have(b, "plain", targets[0].key);
	act_delete_many(b, "plain", targets, 2, results);
	act_want_outcome(b, "batch", results[0].outcome, TOMB_OUTCOME_GONE);
	act_want_outcome(b, "batch", results[1].outcome, TOMB_OUTCOME_GONE);
	want_alone_gone(b, row);
	if (row->neighbour.n)
		(void)act_delete(b, "plain", (struct tomb_target){.key = row->neighbour});
}

static void refused_by_us(struct bench *b, const struct row *row)
{
	struct tomb_target target = {.key = row->key};
	struct tomb_result result;
	struct tomb_verdict verdict;
	struct tomb_placed placed;
	struct tomb_err err;
	struct tomb_store *store = bench_store(b, "plain");

	act_want_code(b, "put", act_put(b, "plain", row->key, "x", &placed), TOMB_INVAL);
	act_want_code(b, "delete", tomb_store_delete_one(store, &target, &b->arena, &result, &err), TOMB_INVAL);
	act_want_code(b, "batch", tomb_store_delete_many(store, &target, 1, &b->arena, &result, &err), TOMB_INVAL);
	act_want_code(b, "verify", tomb_store_verify_absent(store, row->key, &b->arena, &verdict, &err), TOMB_INVAL);
}

#define KEY(n, k, other, text)                                                                                         \
	{                                                                                                              \
		.name = "key-" n, .expects = text, .run = both_ways, .key = {"" k, sizeof(k) - 1}, .neighbour = {      \
			"" other,                                                                                      \
			sizeof(other) - 1                                                                              \
		}                                                                                                      \
	}

static const struct row rows[] = {
	KEY("space", "sp/a b", "sp/a+b", "space; a plus stays"),
	KEY("spaces-around", " around ", "around", "spaces at both ends"),
	KEY("plus", "pl/a+b", "pl/a b", "plus; a space stays"),
	KEY("percent", "pc/100%", "pc/100", "a percent sign alone"),
	KEY("percent-encoded", "pe/a%20b", "pe/a b", "text that looks encoded; the decoded stays"),
	KEY("percent-slash", "ps/a%2Fb", "ps/a/b", "%2F; the slash stays"),
	KEY("double-slash", "ds/a//b", "ds/a/b", "//; the single slash stays"),
	KEY("leading-slash", "/lead", "lead", "a slash first; without it stays"),
	KEY("trailing-slash", "trail/", "trail", "a slash last; without it stays"),
	KEY("dot-first", "./x", "x", "./; without it stays"),
	KEY("dot-inside", "di/x/./y", "di/x/y", "/./; without it stays"),
	KEY("dotdot-first", "../y", "y", "../; without it stays"),
	KEY("dotdot-inside", "dd/a/../b", "dd/b", "/../; where it would lead stays"),
	KEY("dot-alone", ".", "", "a key of one dot"),
	KEY("dotdot-alone", "..", "", "a key of two dots"),
	KEY("cr", "cr\rx", "cr\nx", "carriage return; line feed stays"),
	KEY("lf", "lf\nx", "lf\rx", "line feed; carriage return stays"),
	KEY("crlf", "crlf\r\nx", "crlf\nx", "both; line feed alone stays"),
	KEY("tab", "tab\tx", "tab x", "tab; space stays"),
	KEY("xml", "xml<a>&b;\"'", "xml<a>&b;\"", "XML's specials"),
	KEY("xml-entity", "ent&amp;x", "ent&x", "text that looks escaped; the unescaped stays"),
	KEY("cdata", "]]>", "]]>]]>", "the end of CDATA"),
	KEY("quotes", "q\"'`q", "q\"'q", "quotes of three kinds"),
	KEY("query", "q?versionId=null", "q", "a question mark; before it stays"),
	KEY("hash", "h#frag", "h", "a hash; before it stays"),
	KEY("backslash", "bs\\a", "bs/a", "a backslash; the slash stays"),
	KEY("reserved", "r=;,:@!$()*[]{}|^~", "r=;,:@!$()*", "reserved and odd ASCII"),
	KEY("case", "CaSe", "case", "letters' case counts"),
	KEY("nfc", "nf/\xc3\xa9", "nf/e\xcc\x81", "composed (NFC); decomposed stays"),
	KEY("nfd", "nd/e\xcc\x81", "nd/\xc3\xa9", "decomposed (NFD); composed stays"),
	KEY("cjk", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "\xe6\x97\xa5\xe6\x9c\xac", "Japanese; its prefix stays"),
	KEY("non-bmp", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x81", "beyond the BMP"),
	KEY("control", "ct\x01x", "ctx", "U+0001, which XML cannot carry: not in a batch"),
	KEY("noncharacter", "nc\xef\xbf\xbex", "ncx", "U+FFFE, which XML cannot carry: not in a batch"),
	KEY("delete-sign", "del\x7fx", "delx", "U+007F"),
	{.name = "key-1024",
		.expects = "1,024 bytes; 1,023 stay",
		.run = both_ways,
		.key = {longest, LONGEST},
		.neighbour = {longest, LONGEST - 1}},
	{.name = "key-1025",
		.expects = "1,025 bytes are refused before anything is sent",
		.run = refused_by_us,
		.key = {longest, LONGEST + 1}},
};

const struct row_group row_key = {"odd keys, one by one and in a batch", rows, TOMB_COUNTOF(rows)};

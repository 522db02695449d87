/* What a list of versions says, and what absence is proven by it. */
#include "act.h"
#include "row.h"

#include <stdio.h>

enum { MANY = 405 }; /* more than two pages, as our client asks for them */

static void want_list(struct bench *b, const struct act_list *list, size_t versions, size_t markers)
{
	bench_want(b, list->n - list->markers == versions, "versions: %zu, not %zu", list->n - list->markers, versions);
	bench_want(b, list->markers == markers, "markers: %zu, not %zu", list->markers, markers);
}

static void told(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "told");
	struct tomb_placed first = {.etag = TOMB_STR("")};
	struct act_list list = {NULL, 0, 0};

	(void)row;
	act_need_versions(b);
	first = act_have(b, "enabled", key);
	act_write_over(b, "enabled", key);
	act_hide(b, "enabled", key);
	list = act_list(b, "enabled", key);
	want_list(b, &list, 2, 1);
	for (size_t i = 0; i < list.n; i++) {
		const struct tomb_version *v = &list.versions[i];

		bench_want(b, v->version_id.n > 0, "versions: one without an id");
		bench_want(b, v->is_latest == v->is_marker, "versions: another one is the latest");
		if (tomb_str_eq(v->version_id, first.version_id))
			bench_want(b, v->size_bytes == 10 && tomb_str_eq(v->etag, first.etag),
				"versions: another size or ETag than put gave");
		else if (!v->is_marker)
			bench_want(b, v->size_bytes == 12, "versions: another size");
	}
}

/* All that a listing by prefix brings along. */
static void only_this_key(struct bench *b, const struct row *row)
{
	static const char *const ends[] = {"n", "n/", "n/a", "n0", "n.", "n n", "n+n", "n%", "n\xc3\xa9", "n<"};
	struct act_list list = {NULL, 0, 0};
	struct tomb_str first = bench_key(b, ends[0]);

	act_need_versions(b);
	for (size_t i = 0; i < TOMB_COUNTOF(ends); i++) {
		TOMB_BUF_AUTO text = tomb_buf_init(256);

		tomb_buf_put(&text, first);
		tomb_buf_put(&text, (struct tomb_str){ends[i] + 1, strlen(ends[i]) - 1});
		act_write_over(b, row->arg, tomb_arena_str(&b->arena, (struct tomb_str){text.p, text.n}));
	}
	list = act_list(b, row->arg, first);
	want_list(b, &list, 1, 0);
	act_want_outcome(b, "delete",
		act_delete(b, row->arg, (struct tomb_target){.key = first, .version_id = list.versions[0].version_id})
			.outcome,
		TOMB_OUTCOME_GONE);
	act_want_absence(b, act_verify(b, row->arg, first), TOMB_ABSENT_VERIFIED);
}

static void many(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "many");
	struct act_list list = {NULL, 0, 0};

	(void)row;
	act_need_versions(b);
	for (size_t i = 0; i < MANY; i++)
		act_write_over(b, "enabled", key);
	list = act_list(b, "enabled", key);
	want_list(b, &list, MANY, 0);
}

static void odd_key(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, row->arg);
	struct act_list list = {NULL, 0, 0};
	struct tomb_target target = {.key = key};

	act_need_versions(b);
	(void)act_have(b, "enabled", key);
	list = act_list(b, "enabled", key);
	want_list(b, &list, 1, 0);
	target.version_id = list.versions[0].version_id;
	act_want_absence(b, act_verify(b, "enabled", key), TOMB_STILL_THERE);
	act_want_outcome(b, "delete", act_delete(b, "enabled", target).outcome, TOMB_OUTCOME_GONE);
	act_want_absence(b, act_verify(b, "enabled", key), TOMB_ABSENT_VERIFIED);
}

static void never(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "never");
	struct act_list list = {NULL, 0, 0};

	act_need_versions(b);
	list = act_list(b, row->arg, key);
	want_list(b, &list, 0, 0);
	act_want_absence(b, act_verify(b, row->arg, key), TOMB_ABSENT_VERIFIED);
}

/* What remains when every version is gone. */
static void marker_left(struct bench *b, const struct row *row)
{
	struct tomb_str key = bench_key(b, "marker");
	struct tomb_target target = {.key = key};
	struct act_list list = {NULL, 0, 0};

	act_need_versions(b);
	target.version_id = act_have(b, "enabled", key).version_id;
	act_hide(b, "enabled", key);
	act_want_absence(b, act_verify(b, "enabled", key), TOMB_STILL_THERE);
	act_want_outcome(b, "delete", act_delete(b, "enabled", target).outcome, TOMB_OUTCOME_GONE);
	list = act_list(b, "enabled", key);
	want_list(b, &list, 0, 1);
	act_want_absence(b, act_verify(b, "enabled", key), TOMB_ABSENT_VERIFIED);
	if (strcmp(row->arg, "leave") == 0)
		return;
	target.version_id = list.versions[0].version_id;
	act_want_outcome(b, "delete", act_delete(b, "enabled", target).outcome, TOMB_OUTCOME_GONE);
	list = act_list(b, "enabled", key);
	want_list(b, &list, 0, 0);
}

static void set_versioning(struct bench *b, const char *status)
{
	char body[128];

	(void)snprintf(
		body, sizeof body, "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>", status);
	if (bench_raw(b, "suspended", "PUT", TOMB_STR(""), "versioning", "", body) != 200)
		bench_broken("versioning by the owner");
}

/* A version from before the bucket's versions were suspended stays below what is put later. */
static void older_below(struct bench *b, const struct row *row)
{
	struct tomb_target target = {.key = bench_key(b, "below"), .version_id = TOMB_STR("null")};
	struct act_list list = {NULL, 0, 0};

	(void)row;
	act_need_versions(b);
	act_write_over(b, "suspended", target.key);
	set_versioning(b, "Enabled");
	act_write_over(b, "suspended", target.key);
	set_versioning(b, "Suspended");
	list = act_list(b, "suspended", target.key);
	want_list(b, &list, 2, 0);
	act_want_outcome(b, "delete", act_delete(b, "suspended", target).outcome, TOMB_OUTCOME_GONE);
	bench_want(b, act_look(b, "suspended", target.key).versions == 1, "the null version did not go alone");
	act_want_absence(b, act_verify(b, "suspended", target.key), TOMB_STILL_THERE);
}

static const struct row rows[] = {
	{.name = "list", .expects = "two versions and the marker above them, with sizes and ETags", .run = told},
	{.name = "list-exact",
		.expects = "neighbours that share the prefix are not in the list",
		.run = only_this_key,
		.arg = "impatient"},
	{.name = "list-exact-suspended",
		.expects = "the same with versions suspended",
		.run = only_this_key,
		.arg = "suspended"},
	{.name = "list-many", .expects = "405 versions of one key, over three pages", .run = many},
	{.name = "list-never",
		.expects = "a key that never was: an empty list, verified absent",
		.run = never,
		.arg = "enabled"},
	{.name = "list-never-suspended",
		.expects = "the same with versions suspended",
		.run = never,
		.arg = "suspended"},
	{.name = "list-space",
		.expects = "a key with space, plus and percent is found and proven gone",
		.run = odd_key,
		.arg = "a b+c%20d%"},
	{.name = "list-xml",
		.expects = "a key with XML's specials and line ends",
		.run = odd_key,
		.arg = "<&>\"'\r\n]]>"},
	{.name = "list-utf8",
		.expects = "a key in NFD, Japanese and beyond the BMP",
		.run = odd_key,
		.arg = "e\xcc\x81\xe6\x97\xa5\xf0\x9f\x98\x80"},
	{.name = "list-slashes", .expects = "a key with //, . and ..", .run = odd_key, .arg = "a//b/./c/../d/"},
	{.name = "list-control", .expects = "a key that XML cannot carry", .run = odd_key, .arg = "c\x01x"},
	{.name = "marker-left",
		.expects = "only a marker is left: verified absent, and it is told",
		.run = marker_left,
		.arg = "leave"},
	{.name = "marker-deleted",
		.expects = "the marker goes by its own version id",
		.run = marker_left,
		.arg = "delete"},
	{.name = "null-above",
		.expects = "the null version goes; an older one below is still there",
		.run = older_below},
};

const struct row_group row_list = {"lists of versions, and absence by them", rows, TOMB_COUNTOF(rows)};

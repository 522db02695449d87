/* How a field is written where it stands, and which places the branches of a block may lead to. */
#include "htmlgen.h"

#include <string.h>

/* Attributes whose value is only text, a name or a shape, whatever stands in it; data-* and aria-* besides. */
static const char *const text_attr[] = {"abbr", "alt", "class", "cols", "colspan", "content", "d", "datetime", "dir",
	"download", "for", "form", "headers", "height", "high", "id", "label", "lang", "list", "low", "max",
	"maxlength", "min", "minlength", "name", "optimum", "placeholder", "role", "rows", "rowspan", "scope", "size",
	"span", "step", "summary", "tabindex", "title", "value", "width"};

static const char *const spot_name[SPOT_MAX] = {
	[SPOT_TEXT] = "in text",
	[SPOT_TAG_OPEN] = "after <",
	[SPOT_END_TAG_OPEN] = "after </",
	[SPOT_TAG_NAME] = "in the name of a tag",
	[SPOT_BEFORE_ATTR] = "in a tag",
	[SPOT_ATTR_NAME] = "in the name of an attribute",
	[SPOT_AFTER_NAME] = "in a tag",
	[SPOT_BEFORE_VALUE] = "as a value without quotes",
	[SPOT_DOUBLE_QUOTED] = "in a value",
	[SPOT_SINGLE_QUOTED] = "in a value",
	[SPOT_UNQUOTED] = "in a value without quotes",
	[SPOT_AFTER_VALUE] = "in a tag",
	[SPOT_DECLARATION] = "in a declaration",
	[SPOT_COMMENT] = "in a comment",
	[SPOT_PLAIN] = "in the text of a title or textarea",
	[SPOT_SCRIPT] = "in a script",
};

static const char *value_writer(struct place *p, struct where w, const struct field *field, enum type type)
{
	static const char *const writer[] = {
		[TYPE_STR] = "tomb_html_text",
		[TYPE_INT] = "tomb_html_int",
		[TYPE_SIZE] = "tomb_html_size",
		[TYPE_TIME] = "tomb_html_time_iso",
	};
	bool is_meta = strcmp(p->tag, "meta") == 0;
	bool loads = strcmp(p->tag, "script") == 0 || strcmp(p->tag, "link") == 0;
	const char *why = NULL;
	const char *name = NULL;

	if (p->is_url) {
		if (loads && p->url.part == URL_START)
			die(w, "no field may say what <%s> loads", p->tag);
		name = url_writer(&p->url, type, &why);
		if (!name)
			die(w, "field %s in %s=: %s", field->name, p->attr, why);
		return name;
	}
	if (type == TYPE_INT)
		return writer[type];
	if (is_meta && strcmp(p->attr, "content") == 0)
		die(w, "only an int may stand in content= of <meta>");
	if (!IS_ONE_OF(p->attr, text_attr) && strncmp(p->attr, "data-", 5) != 0 && strncmp(p->attr, "aria-", 5) != 0)
		die(w, "field %s in %s=: it is not among the attributes that hold only text", field->name, p->attr);
	return writer[type];
}

const char *place_writer(struct place *place, struct where w, const struct field *field, enum type type)
{
	static const char *const writer[] = {
		[TYPE_STR] = "tomb_html_text",
		[TYPE_INT] = "tomb_html_int",
		[TYPE_SIZE] = "tomb_html_size",
		[TYPE_TIME] = "tomb_html_time",
	};

	if (place->spot == SPOT_DOUBLE_QUOTED || place->spot == SPOT_SINGLE_QUOTED)
		return value_writer(place, w, field, type);
	if (place->spot == SPOT_PLAIN && type == TYPE_TIME)
		return "tomb_html_time_iso";
	if (place->spot != SPOT_TEXT && place->spot != SPOT_PLAIN)
		die(w, "field %s cannot stand %s", field->name, spot_name[place->spot]);
	return writer[type];
}

void place_settle(struct place *place, struct where w)
{
	switch (place->spot) {
	case SPOT_TAG_NAME:
		place_check_tag(place, w);
		place->spot = SPOT_AFTER_VALUE;
		break;
	case SPOT_ATTR_NAME:
		place_check_attr(place, w);
		place->spot = SPOT_AFTER_VALUE;
		break;
	case SPOT_AFTER_NAME:
		place->spot = SPOT_BEFORE_ATTR;
		break;
	case SPOT_TEXT:
	case SPOT_BEFORE_ATTR:
	case SPOT_DOUBLE_QUOTED:
	case SPOT_SINGLE_QUOTED:
	case SPOT_AFTER_VALUE:
	case SPOT_PLAIN:
	case SPOT_MAX:
		break;
	case SPOT_TAG_OPEN:
	case SPOT_END_TAG_OPEN:
	case SPOT_BEFORE_VALUE:
	case SPOT_UNQUOTED:
	case SPOT_DECLARATION:
	case SPOT_COMMENT:
	case SPOT_SCRIPT:
		die(w, "a block cannot begin or end %s", spot_name[place->spot]);
	}
}

static bool in_tag(const struct place *p)
{
	return p->spot == SPOT_BEFORE_ATTR || p->spot == SPOT_AFTER_VALUE;
}

static bool in_value(const struct place *p)
{
	return p->spot == SPOT_DOUBLE_QUOTED || p->spot == SPOT_SINGLE_QUOTED;
}

/* Equal but for how far an address has come. */
static bool is_same(const struct place *a, const struct place *b)
{
	if (a->spot == SPOT_TEXT || b->spot == SPOT_TEXT)
		return a->spot == b->spot;
	if (strcmp(a->tag, b->tag) != 0 || a->closing != b->closing)
		return false;
	if (in_tag(a) && in_tag(b))
		return true;
	return a->spot == b->spot && (!in_value(a) || strcmp(a->attr, b->attr) == 0);
}

static bool is_same_url(const struct place *a, const struct place *b)
{
	return !in_value(a) || !a->is_url || (a->url.part == b->url.part && a->url.last == b->url.last);
}

struct place place_join(struct where w, const struct place *a, const struct place *b)
{
	struct place both = *a;

	if (!is_same(a, b))
		die(w, "one branch ends %s, the other %s", spot_name[a->spot], spot_name[b->spot]);
	if (a->spot != b->spot)
		both.spot = SPOT_AFTER_VALUE;
	if (is_same_url(a, b))
		return both;
	if (a->url.part != b->url.part)
		both.url.part = URL_BRANCHED;
	both.url.last = '\0';
	return both;
}

void place_loop(struct where w, const struct place *before, const struct place *after)
{
	bool fits = is_same(before, after) && is_same_url(before, after);

	/* The second time round must be as safe as the first: a name could be joined to the one before. */
	if (before->spot != after->spot && before->spot != SPOT_AFTER_VALUE)
		fits = false;
	if (!fits)
		die(w, "a loop begins %s and ends %s, in another part of it", spot_name[before->spot],
			spot_name[after->spot]);
}

/*
 * Follows the tokenizer of the HTML standard (13.2.5) through the literal text of a page, and says how a field is
 * written where it stands.  It is stricter than a browser: what the standard calls a parse error is an error here.
 */
#include "htmlgen.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Elements with rules of their own for what is inside, or that load or move other things: our pages need none. */
static const char *const no_element[] = {"applet", "base", "embed", "frame", "frameset", "iframe", "noembed",
	"noframes", "noscript", "object", "plaintext", "style", "xmp"};

/* Attributes whose value is an address. */
static const char *const url_attr[] = {"action", "background", "cite", "data", "formaction", "href", "longdesc",
	"manifest", "poster", "src", "xlink:href"};

bool is_one_of(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

static void push(struct where w, char name[NAME_SIZE], char c)
{
	size_t n = strlen(name);

	if (n + 1 == NAME_SIZE)
		die(w, "a name of more than %d characters", NAME_SIZE - 1);
	name[n] = (char)tolower((unsigned char)c);
	name[n + 1] = '\0';
}

static bool ends_tag_name(char c)
{
	return is_blank(c) || c == '/' || c == '>';
}

/* Behind ">" of a tag. */
static void leave_tag(struct place *p)
{
	if (p->closing)
		p->spot = SPOT_TEXT;
	else if (strcmp(p->tag, "script") == 0)
		p->spot = SPOT_SCRIPT;
	else
		p->spot = strcmp(p->tag, "title") == 0 || strcmp(p->tag, "textarea") == 0 ? SPOT_PLAIN : SPOT_TEXT;
}

static void begin_attr(struct place *p, struct where w)
{
	if (p->closing)
		die(w, "an end tag has no attributes");
	p->attr[0] = '\0';
	p->spot = SPOT_ATTR_NAME;
	place_step(p, w);
}

void place_check_tag(const struct place *p, struct where w)
{
	if (IS_ONE_OF(p->tag, no_element))
		die(w, "<%s> is refused in templates", p->tag);
}

void place_check_attr(const struct place *p, struct where w)
{
	if (strncmp(p->attr, "on", 2) == 0 || strcmp(p->attr, "style") == 0 || strcmp(p->attr, "srcdoc") == 0)
		die(w, "%s= is refused: scripts and styles belong in static files", p->attr);
}

static void in_text(struct place *p, struct where w)
{
	if (*w.at == '<')
		p->spot = SPOT_TAG_OPEN;
}

static void begin_tag(struct place *p, struct where w, bool closing)
{
	p->tag[0] = '\0';
	p->closing = closing;
	p->spot = SPOT_TAG_NAME;
	push(w, p->tag, *w.at);
}

static void in_tag_open(struct place *p, struct where w)
{
	if (isalpha((unsigned char)*w.at))
		begin_tag(p, w, false);
	else if (*w.at == '/')
		p->spot = SPOT_END_TAG_OPEN;
	else if (strncmp(w.at, "!--", 3) == 0 && w.at[3] != '!')
		p->spot = SPOT_COMMENT, p->dashes = 0;
	else if (strncasecmp(w.at, "!doctype", 8) == 0)
		p->spot = SPOT_DECLARATION;
	else
		die(w, "write &lt; for a '<' that begins no tag");
}

static void in_end_tag_open(struct place *p, struct where w)
{
	if (!isalpha((unsigned char)*w.at))
		die(w, "expected the name of an end tag");
	begin_tag(p, w, true);
}

static void in_tag_name(struct place *p, struct where w)
{
	if (!ends_tag_name(*w.at)) {
		if (!isalnum((unsigned char)*w.at) && *w.at != '-' && *w.at != ':')
			die(w, "'%c' cannot stand in the name of a tag", *w.at);
		push(w, p->tag, *w.at);
		return;
	}
	place_check_tag(p, w);
	if (*w.at == '>')
		leave_tag(p);
	else
		p->spot = SPOT_BEFORE_ATTR;
}

static void in_before_attr(struct place *p, struct where w)
{
	if (*w.at == '>')
		leave_tag(p);
	else if (!ends_tag_name(*w.at))
		begin_attr(p, w);
}

static void in_attr_name(struct place *p, struct where w)
{
	if (ends_tag_name(*w.at)) {
		place_check_attr(p, w);
		if (*w.at == '>')
			leave_tag(p);
		else
			p->spot = is_blank(*w.at) ? SPOT_AFTER_NAME : SPOT_BEFORE_ATTR;
	} else if (*w.at == '=' && p->attr[0]) {
		place_check_attr(p, w);
		p->spot = SPOT_BEFORE_VALUE;
	} else if (isalnum((unsigned char)*w.at) || strchr("-_:.@", *w.at)) {
		push(w, p->attr, *w.at);
	} else {
		die(w, "'%c' cannot stand in the name of an attribute", *w.at);
	}
}

static void in_after_name(struct place *p, struct where w)
{
	if (*w.at == '=')
		p->spot = SPOT_BEFORE_VALUE;
	else if (!is_blank(*w.at))
		in_before_attr(p, w);
}

static void in_before_value(struct place *p, struct where w)
{
	if (is_blank(*w.at))
		return;
	if (*w.at == '>')
		die(w, "%s= has no value", p->attr);
	p->is_url = IS_ONE_OF(p->attr, url_attr);
	p->url = (struct url_place){.part = URL_START};
	p->spot = *w.at == '"' ? SPOT_DOUBLE_QUOTED : *w.at == '\'' ? SPOT_SINGLE_QUOTED : SPOT_UNQUOTED;
}

static void in_quoted(struct place *p, struct where w)
{
	if (*w.at == (p->spot == SPOT_DOUBLE_QUOTED ? '"' : '\''))
		p->spot = SPOT_AFTER_VALUE;
	else if (!p->is_url)
		return;
	else if (p->url.part == URL_WHOLE)
		die(w, "a field in %s= must be the whole address, or come after what settles it", p->attr);
	else if (is_blank(*w.at))
		die(w, "a blank in the address of %s=", p->attr);
	else
		url_step(&p->url, *w.at);
}

static void in_unquoted(struct place *p, struct where w)
{
	if (*w.at == '>')
		leave_tag(p);
	else if (is_blank(*w.at))
		p->spot = SPOT_BEFORE_ATTR;
	else if (strchr("\"'<=`", *w.at))
		die(w, "put the value of %s= in quotes", p->attr);
}

static void in_after_value(struct place *p, struct where w)
{
	if (!ends_tag_name(*w.at))
		die(w, "expected a space, '/' or '>' here");
	if (*w.at == '>')
		leave_tag(p);
	else
		p->spot = SPOT_BEFORE_ATTR;
}

static void in_declaration(struct place *p, struct where w)
{
	if (*w.at == '>')
		p->spot = SPOT_TEXT;
}

/* The dashes of "<!--" count, so "<!-->" is a whole comment, as it is in a browser. */
static void in_comment(struct place *p, struct where w)
{
	static const int after_dash[] = {1, 2, 2, 1};

	if (*w.at == '>' && p->dashes >= 2)
		p->spot = SPOT_TEXT;
	else if (*w.at == '-')
		p->dashes = after_dash[p->dashes];
	else
		p->dashes = *w.at == '!' && p->dashes == 2 ? DASHES_AND_BANG : 0;
}

static bool is_end_tag(const char *at, const char *tag)
{
	size_t n = strlen(tag);

	return strncmp(at, "</", 2) == 0 && strncasecmp(at + 2, tag, n) == 0 && ends_tag_name(at[2 + n]);
}

static void in_plain(struct place *p, struct where w)
{
	if (is_end_tag(w.at, p->tag))
		p->spot = SPOT_TAG_OPEN;
}

static void in_script(struct place *p, struct where w)
{
	if (is_end_tag(w.at, p->tag))
		p->spot = SPOT_TAG_OPEN;
	else if (!is_blank(*w.at))
		die(w, "scripts belong in static files");
}

void place_step(struct place *place, struct where w)
{
	static void (*const step[])(struct place *, struct where) = {
		[SPOT_TEXT] = in_text,
		[SPOT_TAG_OPEN] = in_tag_open,
		[SPOT_END_TAG_OPEN] = in_end_tag_open,
		[SPOT_TAG_NAME] = in_tag_name,
		[SPOT_BEFORE_ATTR] = in_before_attr,
		[SPOT_ATTR_NAME] = in_attr_name,
		[SPOT_AFTER_NAME] = in_after_name,
		[SPOT_BEFORE_VALUE] = in_before_value,
		[SPOT_DOUBLE_QUOTED] = in_quoted,
		[SPOT_SINGLE_QUOTED] = in_quoted,
		[SPOT_UNQUOTED] = in_unquoted,
		[SPOT_AFTER_VALUE] = in_after_value,
		[SPOT_DECLARATION] = in_declaration,
		[SPOT_COMMENT] = in_comment,
		[SPOT_PLAIN] = in_plain,
		[SPOT_SCRIPT] = in_script,
	};

	step[place->spot](place, w);
}

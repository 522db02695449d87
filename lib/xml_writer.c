#include "tombstone/xml_writer.h"

#include "tombstone/escape.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

/* What production [2] Char leaves out.  Surrogates are not UTF-8 and do not come here. */
static bool is_no_char(uint32_t code)
{
	return code < 0x20 || code == 0xfffe || code == 0xffff;
}

/* A parser turns a plain carriage return into a line feed, and in a value tabs and line feeds into spaces. */
static const struct tomb_escape in_text = {
	.ascii =
		{
			['&'] = {"&amp;", 5},
			['<'] = {"&lt;", 4},
			['>'] = {"&gt;", 4},
			['\t'] = {"\t", 1},
			['\n'] = {"\n", 1},
			['\r'] = {"&#13;", 5},
		},
	.refuse = is_no_char,
};

static const struct tomb_escape in_value = {
	.ascii =
		{
			['&'] = {"&amp;", 5},
			['<'] = {"&lt;", 4},
			['>'] = {"&gt;", 4},
			['"'] = {"&quot;", 6},
			['\t'] = {"&#9;", 4},
			['\n'] = {"&#10;", 5},
			['\r'] = {"&#13;", 5},
		},
	.refuse = is_no_char,
};

/* Fits either place, if tabs and line ends matter. */
void tomb_xml_escape(struct tomb_buf *out, struct tomb_str text)
{
	tomb_escape_put(out, &in_value, text);
}

/* NCName or NCName:NCName, in ASCII (Namespaces in XML 1.0, production [7]). */
static bool is_name(const char *name)
{
	bool at_start = true;
	int colons = 0;

	for (const char *p = name; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (at_start ? !isalpha(c) && c != '_' : !isalnum(c) && !strchr("_-.:", c))
			return false;
		at_start = c == ':';
		colons += at_start;
	}
	return !at_start && colons <= 1;
}

static void put_line(struct tomb_xml *w, int depth)
{
	tomb_buf_put(w->out, TOMB_STR("\n"));
	for (int i = 0; i < depth; i++)
		tomb_buf_put(w->out, TOMB_STR("  "));
}

static void close_tag(struct tomb_xml *w)
{
	if (w->in_tag)
		tomb_buf_put(w->out, TOMB_STR(">"));
	w->in_tag = false;
}

struct tomb_xml tomb_xml_init(struct tomb_buf *out, bool is_indented)
{
	tomb_buf_put(out, TOMB_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
	return (struct tomb_xml){.out = out, .is_indented = is_indented};
}

void tomb_xml_start(struct tomb_xml *w, const char *name)
{
	assert(is_name(name) && w->depth < TOMB_XML_DEPTH_MAX);
	assert(w->depth > 0 || !w->has_root);
	close_tag(w);
	if (w->is_indented && w->depth > 0 && !w->has_text[w->depth])
		put_line(w, w->depth);
	w->has_child[w->depth] = true;
	w->has_root = true;
	w->depth++;
	w->names[w->depth] = name;
	w->has_child[w->depth] = false;
	w->has_text[w->depth] = w->has_text[w->depth - 1];
	w->nattrs = 0;
	w->in_tag = true;
	tomb_buf_put(w->out, TOMB_STR("<"));
	tomb_buf_put(w->out, tomb_str_from(name));
}

void tomb_xml_attr(struct tomb_xml *w, const char *name, struct tomb_str value)
{
	assert(w->in_tag && is_name(name) && w->nattrs < TOMB_XML_ATTRS_MAX);
	for (int i = 0; i < w->nattrs; i++)
		assert(strcmp(w->attrs[i], name) != 0);
	w->attrs[w->nattrs++] = name;
	tomb_buf_put(w->out, TOMB_STR(" "));
	tomb_buf_put(w->out, tomb_str_from(name));
	tomb_buf_put(w->out, TOMB_STR("=\""));
	tomb_escape_put(w->out, &in_value, value);
	tomb_buf_put(w->out, TOMB_STR("\""));
}

void tomb_xml_text(struct tomb_xml *w, struct tomb_str text)
{
	assert(w->depth > 0);
	close_tag(w);
	w->has_text[w->depth] = true;
	tomb_escape_put(w->out, &in_text, text);
}

struct tomb_buf *tomb_xml_inside(struct tomb_xml *w)
{
	assert(w->depth > 0);
	close_tag(w);
	w->has_text[w->depth] = true; /* white space would change what is put there */
	return w->out;
}

void tomb_xml_int(struct tomb_xml *w, int64_t n)
{
	char digits[24];

	(void)snprintf(digits, sizeof digits, "%" PRId64, n);
	tomb_xml_text(w, tomb_str_from(digits));
}

void tomb_xml_end(struct tomb_xml *w, const char *name)
{
	assert(w->depth > 0 && strcmp(w->names[w->depth], name) == 0);
	if (w->in_tag) {
		tomb_buf_put(w->out, TOMB_STR("/>"));
	} else {
		if (w->is_indented && w->has_child[w->depth] && !w->has_text[w->depth])
			put_line(w, w->depth - 1);
		tomb_buf_put(w->out, TOMB_STR("</"));
		tomb_buf_put(w->out, tomb_str_from(name));
		tomb_buf_put(w->out, TOMB_STR(">"));
	}
	w->in_tag = false;
	w->depth--;
	if (w->depth == 0)
		tomb_buf_put(w->out, TOMB_STR("\n"));
}

void tomb_xml_element(struct tomb_xml *w, const char *name, struct tomb_str text)
{
	tomb_xml_start(w, name);
	tomb_xml_text(w, text);
	tomb_xml_end(w, name);
}

enum tomb_code tomb_xml_done(const struct tomb_xml *w, struct tomb_str *xml, struct tomb_err *err)
{
	assert(w->depth == 0 && w->has_root);
	return tomb_buf_done(w->out, xml, err);
}

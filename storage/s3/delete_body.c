#include "s3/delete_body.h"

#include "tombstone/utf8.h"

size_t delete_body_carries(struct tomb_str key)
{
	size_t all = key.n;

	while (key.n) {
		uint32_t code = 0;
		size_t n = tomb_utf8_next(key, &code);

		if (n == 0 || (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || code == 0xFFFE ||
			code == 0xFFFF)
			break;
		key.p += n;
		key.n -= n;
	}
	return all - key.n;
}

bool delete_body_can_carry(struct tomb_str key)
{
	return delete_body_carries(key) == key.n;
}

/* Parsers turn a bare CR into LF, and some trim: so every white space but the space is a reference. */
static struct tomb_str escape(char c)
{
	switch (c) {
	case '&':
		return TOMB_STR("&amp;");
	case '<':
		return TOMB_STR("&lt;");
	case '>':
		return TOMB_STR("&gt;");
	case '"':
		return TOMB_STR("&quot;");
	case '\'':
		return TOMB_STR("&apos;");
	case '\r':
		return TOMB_STR("&#xD;");
	case '\n':
		return TOMB_STR("&#xA;");
	case '\t':
		return TOMB_STR("&#x9;");
	default:
		return (struct tomb_str){NULL, 0};
	}
}

/* open and close are the tags. */
static void put_element(struct tomb_buf *out, struct tomb_str open, struct tomb_str text, struct tomb_str close)
{
	size_t plain = 0; /* where the bytes begin that go as they are */

	tomb_buf_put(out, open);
	for (size_t i = 0; i < text.n; i++) {
		struct tomb_str reference = escape(text.p[i]);

		if (!reference.n)
			continue;
		tomb_buf_put(out, (struct tomb_str){text.p + plain, i - plain});
		tomb_buf_put(out, reference);
		plain = i + 1;
	}
	tomb_buf_put(out, (struct tomb_str){text.p + plain, text.n - plain});
	tomb_buf_put(out, close);
}

#define PUT_ELEMENT(out, name, text) put_element((out), TOMB_STR("<" name ">"), (text), TOMB_STR("</" name ">"))

void delete_body_put(
	const struct tomb_target *targets, const size_t *which, size_t n, bool conditional, struct tomb_buf *out)
{
	tomb_buf_put(out, TOMB_STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
				   "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>false</Quiet>"));
	for (size_t i = 0; i < n; i++) {
		const struct tomb_target *t = &targets[which[i]];

		tomb_buf_put(out, TOMB_STR("<Object>"));
		PUT_ELEMENT(out, "Key", t->key);
		if (t->version_id.n)
			PUT_ELEMENT(out, "VersionId", t->version_id);
		else if (conditional && t->etag.n)
			PUT_ELEMENT(out, "ETag", t->etag);
		tomb_buf_put(out, TOMB_STR("</Object>"));
	}
	tomb_buf_put(out, TOMB_STR("</Delete>"));
}

/* MARC 21 Specifications for Record Structure, Character Sets and Exchange Media: "MARC-8 Encoding Environment". */
#include "marc_yaz.h"

#include "tombstone/utf8.h"

#include <stdlib.h>
#include <yaz/yaz-iconv.h>

enum {
	ESCAPE = 0x1b,
	WIDE = 3,                /* bytes of a character in a multibyte set (East Asian) */
	ESCAPE_MAX = 6,          /* bytes: "\x1b$)!E" and one to spare */
	WHOLE_MAX = 48,          /* bytes: a letter and its marks */
	UTF8_MAX = 4 * WHOLE_MAX /* bytes */
};

struct marc8 {
	yaz_iconv_t cd;
	/* What the escape sequences so far designated; in bytes below 0x80, and from there on. */
	bool is_wide[2];
	bool is_ansel; /* the latter: the set of Latin letters with marks */
	struct {
		char p[ESCAPE_MAX];
		size_t n;
	} designated[2]; /* by which sequence */
};

enum tomb_code marc8_open(struct marc8 **out, struct tomb_err *err)
{
	struct marc8 *m = calloc(1, sizeof *m);

	if (!m)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading MARC-8");
	m->cd = yaz_iconv_open("UTF-8", "MARC-8");
	if (!m->cd) {
		free(m);
		return TOMB_FAIL(err, TOMB_NOMEM, "libyaz cannot read MARC-8");
	}
	*out = m;
	return TOMB_OK;
}

void marc8_close(struct marc8 *m)
{
	if (!m)
		return;
	yaz_iconv_close(m->cd);
	free(m);
}

/* The length of the escape sequence at the start of s, whose effect is noted; 0 if it is none or is cut off. */
static size_t designate(struct marc8 *m, struct tomb_str s)
{
	bool is_short = s.n > 1 && s.p[1] && strchr("gbps", s.p[1]);
	bool is_wide = s.n > 1 && s.p[1] == '$';
	size_t at = is_wide ? 2 : 1;
	bool is_high = false;

	if (at < s.n && s.p[at] && strchr("(,)-", s.p[at])) {
		is_high = strchr(")-", s.p[at]) != NULL;
		at++;
	} else if (!is_wide && !is_short) {
		return 0;
	}
	if (at < s.n && s.p[at] == '!') /* the name of ANSEL has two characters: "!E" */
		at++;
	if (at >= s.n || at + 1 > ESCAPE_MAX)
		return 0;
	m->is_wide[is_high] = is_wide;
	if (is_high)
		m->is_ansel = s.p[at] == 'E';
	m->designated[is_high].n = at + 1;
	memcpy(m->designated[is_high].p, s.p, at + 1);
	return at + 1;
}

/* How many bytes the next character has; 0 if it is cut off. */
static size_t next_length(const struct marc8 *m, struct tomb_str s)
{
	unsigned char c = s.n ? (unsigned char)s.p[0] : 0;
	bool is_graphic = (c & 0x7f) > 0x20 && (c & 0x7f) < 0x7f;
	size_t n = is_graphic && m->is_wide[c >= 0x80] ? WIDE : 1;

	return n <= s.n ? n : 0;
}

/* The right halves of a ligature and of a double tilde are no characters: the left one stands for both. */
static bool is_right_half(const struct marc8 *m, char c)
{
	return m->is_ansel && ((unsigned char)c == 0xec || (unsigned char)c == 0xfb);
}

static bool convert(struct marc8 *m, const char *p, size_t n, char utf8[static UTF8_MAX], size_t *got)
{
	char in[WHOLE_MAX];
	char *from = in;
	char *to = utf8;
	size_t room = UTF8_MAX;

	memcpy(in, p, n);
	if (yaz_iconv(m->cd, &from, &n, &to, &room) == (size_t)-1 || n > 0)
		return false;
	*got = (size_t)(to - utf8);
	return true;
}

/* An attempt that found a mark without its letter leaves something behind in libyaz. */
static bool begin_again(struct marc8 *m, char utf8[static UTF8_MAX])
{
	size_t got = 0;

	yaz_iconv(m->cd, NULL, NULL, NULL, NULL);
	for (int i = 0; i < 2; i++)
		if (m->designated[i].n && !convert(m, m->designated[i].p, m->designated[i].n, utf8, &got))
			return false;
	return true;
}

static size_t count_characters(struct tomb_str s)
{
	size_t count = 0;
	uint32_t code = 0;

	for (size_t n = 0; (n = tomb_utf8_next(s, &code)) > 0; count++)
		s = (struct tomb_str){s.p + n, s.n - n};
	return count;
}

/* A letter with the marks that stand before it.  libyaz drops what it has no character for without a word: so what
 * comes out is counted.  Returns its length; 0 if it cannot be read. */
static size_t put_letter(struct marc8 *m, struct tomb_str s, struct tomb_buf *out)
{
	size_t wanted = 0;

	for (size_t n = 0;;) {
		size_t more = next_length(m, (struct tomb_str){s.p + n, s.n - n});
		char utf8[UTF8_MAX];
		struct tomb_str got = {utf8, 0};

		if (more == 0 || n + more > WHOLE_MAX)
			return 0;
		wanted += !is_right_half(m, s.p[n]);
		n += more;
		if (convert(m, s.p, n, utf8, &got.n)) {
			if (count_characters(got) != wanted)
				return 0;
			tomb_buf_put(out, got);
			return n;
		}
		if (yaz_iconv_error(m->cd) != YAZ_ICONV_EINVAL || !begin_again(m, utf8))
			return 0;
	}
}

/* A piece of the text: an escape sequence, white space that MARC-8 does not have and people do, or a letter. */
static size_t put_piece(struct marc8 *m, struct tomb_str s, struct tomb_buf *out)
{
	char utf8[UTF8_MAX];
	size_t got = 0;
	size_t n = 0;

	if (s.p[0] == ESCAPE) {
		n = designate(m, s);
		return n && convert(m, s.p, n, utf8, &got) && got == 0 ? n : 0;
	}
	if (s.p[0] == '\t' || s.p[0] == '\n' || s.p[0] == '\r') {
		tomb_buf_put(out, (struct tomb_str){s.p, 1});
		return 1;
	}
	return put_letter(m, s, out);
}

bool marc8_put(struct marc8 *m, struct tomb_str text, struct tomb_buf *out, size_t *bad_at)
{
	/* Each subfield begins with the default sets. */
	yaz_iconv(m->cd, NULL, NULL, NULL, NULL);
	m->is_wide[0] = m->is_wide[1] = false;
	m->designated[0].n = m->designated[1].n = 0;
	m->is_ansel = true;
	for (size_t at = 0, n = 0; at < text.n; at += n) {
		n = put_piece(m, (struct tomb_str){text.p + at, text.n - at}, out);
		if (n == 0) {
			*bad_at = at;
			return false;
		}
	}
	return true;
}

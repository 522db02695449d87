#include "aws/command_line.h"

static const char for_shells[] = "|&;<>()$`*?~#";

/* One pass: text is copied to out, unquoted, words ended by NUL. */
struct splitter {
	struct tomb_str text;
	size_t at;
	char *out;
	size_t n;
	char **words;
	size_t nwords;
	struct tomb_err *err;
};

static enum tomb_code refuse_shell(struct splitter *s)
{
	return TOMB_FAIL(s->err, TOMB_INVAL,
		"byte %zu of the command is for a shell, and none is used: quote it, or call a script", s->at + 1);
}

/* What stands behind an opening quote, up to the closing one. */
static enum tomb_code take_quoted(struct splitter *s, char quote)
{
	for (; s->at < s->text.n && s->text.p[s->at] != quote; s->at++) {
		char c = s->text.p[s->at];
		bool escapes = quote == '"' && c == '\\' && s->at + 1 < s->text.n &&
			       (s->text.p[s->at + 1] == '"' || s->text.p[s->at + 1] == '\\');

		if (quote == '"' && (c == '$' || c == '`'))
			return refuse_shell(s);
		if (escapes)
			s->at++;
		s->out[s->n++] = s->text.p[s->at];
	}
	if (s->at == s->text.n)
		return TOMB_FAIL(s->err, TOMB_INVAL, "a quote in the command is not closed");
	s->at++;
	return TOMB_OK;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static enum tomb_code take_word(struct splitter *s)
{
	if (s->nwords == COMMAND_WORDS_MAX)
		return TOMB_FAIL(s->err, TOMB_INVAL, "more than %d words in the command", COMMAND_WORDS_MAX);
	s->words[s->nwords++] = s->out + s->n;
	while (s->at < s->text.n && !is_blank(s->text.p[s->at])) {
		char c = s->text.p[s->at];

		if (strchr(for_shells, c))
			return refuse_shell(s);
		s->at++;
		if (c == '\'' || c == '"') {
			TOMB_TRY(take_quoted(s, c));
			continue;
		}
		if (c == '\\') {
			if (s->at == s->text.n)
				return TOMB_FAIL(s->err, TOMB_INVAL, "the command ends in a \\");
			c = s->text.p[s->at++];
		}
		s->out[s->n++] = c;
	}
	s->out[s->n++] = '\0';
	return TOMB_OK;
}

enum tomb_code command_line_split(struct tomb_str text, struct tomb_arena *arena, char ***words, struct tomb_err *err)
{
	struct splitter s = {.text = text, .err = err};

	s.out = TOMB_NEW(arena, char, text.n + COMMAND_WORDS_MAX + 1);
	s.words = TOMB_NEW(arena, char *, COMMAND_WORDS_MAX + 1);
	if (!s.out || !s.words)
		return TOMB_FAIL(err, TOMB_NOMEM, "a command");
	if (text.n && memchr(text.p, '\0', text.n))
		return TOMB_FAIL(err, TOMB_INVAL, "a NUL in the command");
	for (;;) {
		while (s.at < text.n && is_blank(text.p[s.at]))
			s.at++;
		if (s.at == text.n)
			break;
		TOMB_TRY(take_word(&s));
	}
	if (s.nwords == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "the command is empty");
	*words = s.words;
	return TOMB_OK;
}

#include "tombstone/common_password.h"

#include "tombstone/password.h"
#include "tombstone/secret.h"
#include "words.embed.h"

#include <ctype.h>

/* The line that holds the byte at. */
static struct tomb_str line_at(struct tomb_str text, size_t at)
{
	size_t from = at;
	size_t to = at;

	while (from > 0 && text.p[from - 1] != '\n')
		from--;
	while (to < text.n && text.p[to] != '\n')
		to++;
	return (struct tomb_str){text.p + from, to - from};
}

static int compare(struct tomb_str a, struct tomb_str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	if (order != 0 || a.n == b.n)
		return order;
	return a.n < b.n ? -1 : 1;
}

/* The list is sorted by bytes. */
static bool is_listed(struct tomb_str word)
{
	struct tomb_str text = ledger_words[0].data;
	size_t low = 0;
	size_t high = text.n;

	while (low < high) {
		struct tomb_str line = line_at(text, low + (high - low) / 2);
		int order = compare(word, line);

		if (order == 0)
			return true;
		if (order < 0)
			high = (size_t)(line.p - text.p);
		else
			low = (size_t)(line.p - text.p) + line.n + 1;
	}
	return false;
}

static bool is_one_character(struct tomb_str word)
{
	for (size_t i = 1; i < word.n; i++)
		if (word.p[i] != word.p[0])
			return false;
	return true;
}

static bool is_same(struct tomb_str small, struct tomb_str other)
{
	if (small.n != other.n)
		return false;
	for (size_t i = 0; i < other.n; i++)
		if (small.p[i] != (char)tolower((unsigned char)other.p[i]))
			return false;
	return true;
}

static bool is_own(struct tomb_str small, struct tomb_str email, struct tomb_str name)
{
	const char *at = memchr(email.p, '@', email.n);
	struct tomb_str local = {email.p, at ? (size_t)(at - email.p) : email.n};

	return is_same(small, email) || is_same(small, local) || is_same(small, name);
}

enum tomb_code tomb_common_password_refuse(
	struct tomb_str password, struct tomb_str email, struct tomb_str name, struct tomb_err *err)
{
	char small[TOMB_PASSWORD_MAX];
	struct tomb_str word = {small, password.n};
	bool is_weak = false;

	if (password.n == 0 || password.n > sizeof small)
		return TOMB_OK; /* tomb_password_check() refuses it */
	for (size_t i = 0; i < password.n; i++)
		small[i] = (char)tolower((unsigned char)password.p[i]);
	is_weak = is_one_character(word) || is_listed(word) || is_own(word, email, name);
	tomb_wipe(small, sizeof small);
	if (is_weak)
		return TOMB_FAIL(err, TOMB_INVAL,
			"this is one of the passwords that are tried first: choose another one, such as four words");
	return TOMB_OK;
}

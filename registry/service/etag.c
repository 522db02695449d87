#include "etag.h"

#include "tombstone/digest.h"
#include "tombstone/hex.h"

void tomb_etag_of(struct tomb_str bytes, char out[static TOMB_ETAG_TEXT])
{
	uint8_t digest[TOMB_SHA256_SIZE];
	char hex[2 * TOMB_SHA256_SIZE + 1];

	tomb_sha256(bytes, digest);
	(void)tomb_hex_encode(digest, sizeof digest, hex);
	out[0] = '"';
	memcpy(out + 1, hex, TOMB_ETAG_TEXT - 3);
	out[TOMB_ETAG_TEXT - 2] = '"';
	out[TOMB_ETAG_TEXT - 1] = '\0';
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

/* The next element of a list of tags; an element ends at a comma outside of quotes. */
static bool next_tag(struct tomb_str *list, struct tomb_str *out)
{
	bool is_quoted = false;
	size_t n = 0;

	while (list->n > 0 && is_space(list->p[0]))
		*list = (struct tomb_str){list->p + 1, list->n - 1};
	while (n < list->n && (is_quoted || !is_space(list->p[n])))
		is_quoted ^= list->p[n++] == '"';
	*out = (struct tomb_str){list->p, n};
	*list = (struct tomb_str){list->p + n, list->n - n};
	return n > 0;
}

static bool names(struct tomb_str list, struct tomb_str etag, bool weakly)
{
	struct tomb_str tag;

	while (next_tag(&list, &tag)) {
		if (weakly && tag.n > 2 && tag.p[0] == 'W' && tag.p[1] == '/')
			tag = (struct tomb_str){tag.p + 2, tag.n - 2};
		if (tomb_str_eq(tag, TOMB_STR("*")) || tomb_str_eq(tag, etag))
			return true;
	}
	return false;
}

bool tomb_etag_is_known(const struct tomb_request *req, struct tomb_str etag)
{
	return names(tomb_request_header(req, TOMB_STR("If-None-Match")), etag, true);
}

bool tomb_etag_is_meant(const struct tomb_request *req, struct tomb_str etag)
{
	struct tomb_str list = tomb_request_header(req, TOMB_STR("If-Match"));

	return !list.p || names(list, etag, false);
}

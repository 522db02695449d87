#include "bag_name.h"

#include "tombstone/percent.h"
#include "tombstone/utf8.h"

#include <stdlib.h>
#include <utf8proc.h>

static bool starts_with(struct tomb_str s, struct tomb_str prefix)
{
	return s.n >= prefix.n && memcmp(s.p, prefix.p, prefix.n) == 0;
}

static bool ends_with(struct tomb_str s, struct tomb_str suffix)
{
	return s.n >= suffix.n && memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0;
}

static bool is_drive(struct tomb_str path)
{
	return path.n >= 2 && path.p[1] == ':' &&
	       ((path.p[0] >= 'a' && path.p[0] <= 'z') || (path.p[0] >= 'A' && path.p[0] <= 'Z'));
}

/* True if a component is "", "." or "..", also to a system for which the backslash divides. */
static bool has_dots(struct tomb_str path)
{
	size_t start = 0;

	for (size_t i = 0; i <= path.n; i++) {
		bool slash = i == path.n || path.p[i] == '/';

		if (!slash && path.p[i] != '\\')
			continue;
		if (i - start == 0 && slash)
			return true;
		if (i - start <= 2 && i > start && memcmp(path.p + start, "..", i - start) == 0)
			return true;
		start = i + 1;
	}
	return false;
}

/* The bytes are shown percent-encoded: the text of an error is read by programs that want UTF-8. */
static enum tomb_code not_utf8(struct tomb_str path, struct tomb_err *err)
{
	TOMB_BUF_AUTO shown = tomb_buf_init(sizeof err->text);

	tomb_percent_encode_path(&shown, (struct tomb_str){path.p, path.n < 100 ? path.n : 100});
	return TOMB_FAIL(err, TOMB_INVAL, "a file name is not UTF-8: %s", shown.p ? shown.p : "");
}

enum tomb_code tomb_bag_name_check(struct tomb_str path, struct tomb_err *err)
{
	if (path.n == 0)
		return TOMB_FAIL(err, TOMB_INVAL, "a file name is empty");
	if (path.n > TOMB_BAG_PATH_MAX)
		return TOMB_FAIL(err, TOMB_TOOBIG, "a path of %zu bytes is longer than %d: %.80s...", path.n,
			TOMB_BAG_PATH_MAX, path.p);
	if (memchr(path.p, '\0', path.n) || !tomb_utf8_valid(path))
		return not_utf8(path, err);
	if (path.p[0] == '/' || path.p[0] == '\\' || path.p[0] == '~' || is_drive(path))
		return TOMB_FAIL(err, TOMB_INVAL, "a path leads out of the bag: %.*s", TOMB_STR_ARG(path));
	if (has_dots(path))
		return TOMB_FAIL(
			err, TOMB_INVAL, "a path has an empty component, \".\" or \"..\": %.*s", TOMB_STR_ARG(path));
	return TOMB_OK;
}

static bool is_ascii(struct tomb_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	}
	return true;
}

enum tomb_code tomb_bag_name_key(
	struct tomb_str path, struct tomb_buf *scratch, struct tomb_str *key, struct tomb_err *err)
{
	utf8proc_uint8_t *nfc = NULL;
	utf8proc_ssize_t n = 0;

	if (is_ascii(path)) {
		*key = path;
		return TOMB_OK;
	}
	n = utf8proc_map(
		(const utf8proc_uint8_t *)path.p, (utf8proc_ssize_t)path.n, &nfc, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n < 0)
		return TOMB_FAIL(err, n == UTF8PROC_ERROR_NOMEM ? TOMB_NOMEM : TOMB_INVAL, "%s: %.*s",
			utf8proc_errmsg(n), TOMB_STR_ARG(path));
	tomb_buf_reset(scratch);
	tomb_buf_put(scratch, (struct tomb_str){(const char *)nfc, (size_t)n});
	free(nfc);
	return tomb_buf_done(scratch, key, err);
}

static bool is_payload_manifest(struct tomb_str path)
{
	return starts_with(path, TOMB_STR("manifest-")) && ends_with(path, TOMB_STR(".txt")) &&
	       !memchr(path.p, '/', path.n);
}

bool tomb_bag_name_is_tag_manifest(struct tomb_str path)
{
	return starts_with(path, TOMB_STR("tagmanifest-")) && ends_with(path, TOMB_STR(".txt")) &&
	       !memchr(path.p, '/', path.n);
}

enum tomb_bag_kind tomb_bag_name_kind(struct tomb_str path)
{
	if (starts_with(path, TOMB_STR("data/")))
		return TOMB_BAG_PAYLOAD;
	if (is_payload_manifest(path) || tomb_bag_name_is_tag_manifest(path))
		return TOMB_BAG_MANIFEST;
	return tomb_str_eq(path, TOMB_STR("bagit.txt")) ? TOMB_BAG_BAGIT : TOMB_BAG_TAG;
}

enum tomb_code tomb_bag_name_alg(struct tomb_str path, enum tomb_digest_alg *alg, struct tomb_err *err)
{
	size_t start = tomb_bag_name_is_tag_manifest(path) ? strlen("tagmanifest-") : strlen("manifest-");
	struct tomb_str name = {path.p + start, path.n - start - strlen(".txt")};

	for (size_t i = 0; i < TOMB_DIGEST_ALG_MAX; i++) {
		if (tomb_str_eq(name, tomb_str_from(tomb_digest_name((enum tomb_digest_alg)i)))) {
			*alg = (enum tomb_digest_alg)i;
			return TOMB_OK;
		}
	}
	return TOMB_FAIL(err, TOMB_UNSUPPORTED,
		"the digests of a manifest must be md5, sha1, sha256 or sha512, so spelled: %.*s", TOMB_STR_ARG(path));
}

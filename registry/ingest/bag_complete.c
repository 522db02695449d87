#include "bag_internal.h"
#include "bag_name.h"
#include "tombstone/parse.h"

#include <strings.h>

/* RFC 8493, 2.2.2: octets "." files, at most once. */
static enum tomb_code check_oxum(const struct tomb_bag *bag, struct tomb_err *err)
{
	size_t n = 0;
	size_t found = 0;
	const struct tomb_bag_label *l = tomb_bag_labels(bag, TOMB_STR("bag-info.txt"), &n);

	for (size_t i = 0; i < n; i++) {
		struct tomb_str oxum = l[i].value;
		const char *dot = oxum.n ? memchr(oxum.p, '.', oxum.n) : NULL;
		size_t octets_n = dot ? (size_t)(dot - oxum.p) : 0;
		int64_t octets = 0;
		int64_t files = 0;

		if (l[i].label.n != strlen("Payload-Oxum") ||
			strncasecmp(l[i].label.p, "Payload-Oxum", l[i].label.n) != 0)
			continue;
		if (found++ > 0)
			return TOMB_FAIL(err, TOMB_INVAL, "bag-info.txt: Payload-Oxum must not be repeated");
		if (!dot || !tomb_parse_i64((struct tomb_str){oxum.p, octets_n}, 0, INT64_MAX, &octets) ||
			!tomb_parse_i64((struct tomb_str){dot + 1, oxum.n - octets_n - 1}, 0, INT64_MAX, &files))
			return TOMB_FAIL(err, TOMB_INVAL,
				"bag-info.txt: Payload-Oxum must be BYTES.FILES, not \"%.*s\"", TOMB_STR_ARG(oxum));
		if (octets != bag->info.payload_bytes || files != bag->info.payload_files)
			return TOMB_FAIL(err, TOMB_CORRUPT,
				"Payload-Oxum in bag-info.txt is %.*s, but the payload is %lld.%lld",
				TOMB_STR_ARG(oxum), (long long)bag->info.payload_bytes,
				(long long)bag->info.payload_files);
	}
	return TOMB_OK;
}

/* The first manifest that should list file and does not. */
static const char *name_missing(unsigned missing)
{
	for (size_t alg = 0; alg < TOMB_DIGEST_ALG_MAX; alg++) {
		if (missing & TOMB_DIGEST_BIT(alg))
			return tomb_digest_name((enum tomb_digest_alg)alg);
	}
	return "";
}

/* 1.0 wants every payload file in every payload manifest; before, one was enough (RFC 8493, 3). */
static enum tomb_code check_payload(const struct tomb_bag *bag, const struct tomb_bag_file *f, struct tomb_err *err)
{
	unsigned missing = bag->info.payload_algs & ~f->declared;

	if (f->declared == 0 || (missing && bag->info.is_1_0))
		return TOMB_FAIL(err, TOMB_INVAL, "manifest-%s.txt does not list a payload file: %.*s",
			name_missing(missing), TOMB_STR_ARG(f->path));
	return TOMB_OK;
}

/* A tag manifest must list every payload manifest (RFC 8493, 2.2.1). */
static enum tomb_code check_manifest(struct tomb_bag *bag, const struct tomb_bag_file *f, struct tomb_err *err)
{
	unsigned missing = bag->info.tag_algs & ~f->declared;

	if (!missing || tomb_bag_name_is_tag_manifest(f->path))
		return TOMB_OK;
	if (bag->info.is_1_0)
		return TOMB_FAIL(err, TOMB_INVAL, "tagmanifest-%s.txt does not list a manifest: %.*s",
			name_missing(missing), TOMB_STR_ARG(f->path));
	tomb_bag_warn(
		bag, "tagmanifest-%s.txt does not list a manifest: %.*s", name_missing(missing), TOMB_STR_ARG(f->path));
	return TOMB_OK;
}

enum tomb_code tomb_bag_complete(struct tomb_bag *bag, struct tomb_err *err)
{
	for (const struct tomb_bag_file *f = bag->first; f; f = f->next) {
		switch (f->kind) {
		case TOMB_BAG_PAYLOAD:
			TOMB_TRY(check_payload(bag, f, err));
			break;
		case TOMB_BAG_MANIFEST:
			TOMB_TRY(check_manifest(bag, f, err));
			break;
		case TOMB_BAG_TAG:
			if (f->declared == 0)
				tomb_bag_warn(bag, "no tag manifest lists a tag file: %.*s", TOMB_STR_ARG(f->path));
			break;
		case TOMB_BAG_BAGIT:
		case TOMB_BAG_KIND_MAX:
			break;
		}
	}
	return check_oxum(bag, err);
}

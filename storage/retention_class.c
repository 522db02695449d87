/* What the store itself says of a copy's minimum: its class, its date, and whose word counts (spec/peers.md 2.5). */
#include "tombstone/retention.h"
#include "tombstone/time.h"

#include <stdio.h>

enum { DAY_TEXT = 10 }; /* of "2026-02-28T..." */

static const struct tomb_str policies[] = {
	[TOMB_RETENTION_STRICTEST] = {"strictest", 9},
	[TOMB_RETENTION_REGISTRY] = {"registry", 8},
	[TOMB_RETENTION_STORE] = {"store", 5},
};
_Static_assert(TOMB_COUNTOF(policies) == TOMB_RETENTION_POLICY_MAX, "every policy has a name");

#define AWS_CLASSES "AWS S3 user guide, storage-class-intro and glacier-storage-classes"

/* Entries of a host go before those of any; other stores that use S3's class names are taken at their word. */
static const struct tomb_retention_class classes[] = {
	{"Wasabi", ".wasabisys.com", "", 90, "docs.wasabi.com, minimum storage duration (pay as you go)"},
	{"Amazon S3", "", "STANDARD", 0, AWS_CLASSES},
	{"Amazon S3", "", "REDUCED_REDUNDANCY", 0, AWS_CLASSES},
	{"Amazon S3", "", "INTELLIGENT_TIERING", 0, AWS_CLASSES},
	{"Amazon S3", "", "STANDARD_IA", 30, AWS_CLASSES},
	{"Amazon S3", "", "ONEZONE_IA", 30, AWS_CLASSES},
	{"Amazon S3", "", "GLACIER_IR", 90, AWS_CLASSES},
	{"Amazon S3", "", "GLACIER", 90, AWS_CLASSES},
	{"Amazon S3", "", "DEEP_ARCHIVE", 180, AWS_CLASSES},
};

struct tomb_str tomb_retention_policy_name(enum tomb_retention_policy policy)
{
	return policies[policy];
}

enum tomb_code tomb_retention_policy_parse(struct tomb_str name, enum tomb_retention_policy *out, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_COUNTOF(policies); i++)
		if (tomb_str_eq(name, policies[i])) {
			*out = (enum tomb_retention_policy)i;
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL, "whose minimum counts is registry, store or strictest, not \"%.*s\"",
		TOMB_STR_ARG(name));
}

const struct tomb_retention_class *tomb_retention_classes(size_t *n)
{
	*n = TOMB_COUNTOF(classes);
	return classes;
}

/* "https://host:port/..." */
static struct tomb_str host_of(struct tomb_str url)
{
	static const struct tomb_str scheme = {"https://", 8};
	struct tomb_str host = {url.p, 0};

	if (url.n <= scheme.n || memcmp(url.p, scheme.p, scheme.n) != 0)
		return host;
	host.p += scheme.n;
	while (host.n < url.n - scheme.n && host.p[host.n] != '/' && host.p[host.n] != ':')
		host.n++;
	return host;
}

static bool ends_with(struct tomb_str text, const char *end)
{
	size_t n = strlen(end);

	return text.n >= n && memcmp(text.p + text.n - n, end, n) == 0;
}

const struct tomb_retention_class *tomb_retention_class(struct tomb_str url, struct tomb_str storage_class)
{
	struct tomb_str host = host_of(url);

	if (storage_class.n == 0)
		return NULL;
	for (size_t i = 0; i < TOMB_COUNTOF(classes); i++)
		if (ends_with(host, classes[i].host) &&
			(classes[i].name[0] == '\0' || tomb_str_eq(storage_class, tomb_str_from(classes[i].name))))
			return &classes[i];
	return NULL;
}

static bool registry_allows(const struct tomb_retention_facts *f, char why[static TOMB_RETENTION_WHY])
{
	if (tomb_retention_over(f->now_us, f->stored_at_us, f->min_days))
		return true;
	(void)snprintf(why, TOMB_RETENTION_WHY, "the copy's minimum retention (%d days) is not over", (int)f->min_days);
	return false;
}

static bool store_allows(const struct tomb_retention_facts *f, const struct tomb_retention_class *class,
	char why[static TOMB_RETENTION_WHY])
{
	struct tomb_err ignored;
	char day[TOMB_TIME_TEXT];
	int64_t until_us = 0;

	if (class->min_days == 0 ||
		(f->modified_us > 0 && tomb_retention_over(f->now_us, f->modified_us, class->min_days)))
		return true;
	if (f->modified_us <= 0 ||
		tomb_retention_until(f->modified_us, class->min_days, &until_us, &ignored) != TOMB_OK)
		(void)snprintf(why, TOMB_RETENTION_WHY,
			"%s bills class %.*s for %d days at least, and the store does not tell since when it has the "
			"copy",
			class->provider, (int)(f->storage_class.n > 40 ? 40 : f->storage_class.n), f->storage_class.p,
			(int)class->min_days);
	else
		(void)snprintf(why, TOMB_RETENTION_WHY,
			"%s bills class %.*s for %d days at least, for this copy until %.*s: to delete it earlier "
			"would cost "
			"the rest, though no lock prevents it",
			class->provider, (int)(f->storage_class.n > 40 ? 40 : f->storage_class.n), f->storage_class.p,
			(int)class->min_days, DAY_TEXT, tomb_time_format(until_us, TOMB_TIME_S, day));
	return false;
}

bool tomb_retention_allows(const struct tomb_retention_facts *facts, char why[static TOMB_RETENTION_WHY])
{
	const struct tomb_retention_class *class = tomb_retention_class(facts->url, facts->storage_class);
	bool asks_store = facts->policy == TOMB_RETENTION_STORE ||
			  (facts->policy == TOMB_RETENTION_STRICTEST && facts->min_days > 0);

	why[0] = '\0';
	if ((facts->policy != TOMB_RETENTION_STORE || !class) && !registry_allows(facts, why))
		return false;
	return !asks_store || !class || store_allows(facts, class, why);
}

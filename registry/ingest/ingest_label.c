#include "ingest_label.h"

#include <strings.h>

enum {
	LINE_BYTES_MAX = 2000,         /* a title, a name: shown in one line */
	DESCRIPTION_BYTES_MAX = 100000 /* a text: shown on the object's page */
};

static const struct tomb_str access_rights[] = {
	{"consortia", 9},
	{"institution", 11},
	{"restricted", 10},
};

/* The first of the two files that has something under the label; "" if neither has. */
static struct tomb_str say(const struct tomb_bag *bag, struct tomb_str label)
{
	static const struct tomb_str files[] = {{"aptrust-info.txt", 16}, {"bag-info.txt", 12}};

	for (size_t i = 0; i < TOMB_COUNTOF(files); i++) {
		struct tomb_str value = tomb_bag_tag(bag, files[i], label);

		if (value.n > 0)
			return value;
	}
	return TOMB_STR("");
}

static enum tomb_code read_access(struct tomb_str value, struct tomb_str *out, struct tomb_err *err)
{
	if (value.n == 0)
		value = TOMB_STR("institution");
	for (size_t i = 0; i < TOMB_COUNTOF(access_rights); i++)
		if (value.n == access_rights[i].n && strncasecmp(value.p, access_rights[i].p, value.n) == 0) {
			*out = access_rights[i];
			return TOMB_OK;
		}
	return TOMB_FAIL(err, TOMB_INVAL, "the bag's Access is \"%.*s\": none of Consortia, Institution, Restricted",
		TOMB_STR_ARG(value));
}

static enum tomb_code check_length(struct tomb_str value, size_t max, const char *label, struct tomb_err *err)
{
	if (value.n > max)
		return TOMB_FAIL(err, TOMB_TOOBIG, "the bag's %s has %zu bytes; at most %zu", label, value.n, max);
	return TOMB_OK;
}

enum tomb_code ingest_label_read(
	const struct tomb_bag *bag, struct tomb_ingest_label *out, struct tomb_str *option, struct tomb_err *err)
{
	struct tomb_ingest_label l = {.bag_name = tomb_bag_info(bag)->name};
	const struct {
		struct tomb_str *to;
		const char *label;
		const char *or_else; /* another label for the same thing */
		size_t max;
	} values[] = {
		{&l.title, "Title", "Internal-Sender-Identifier", LINE_BYTES_MAX},
		{&l.description, "Description", "External-Description", DESCRIPTION_BYTES_MAX},
		{&l.alt_identifier, "External-Identifier", NULL, LINE_BYTES_MAX},
		{&l.bag_group_identifier, "Bag-Group-Identifier", NULL, LINE_BYTES_MAX},
		{&l.bagit_profile_identifier, "BagIt-Profile-Identifier", NULL, LINE_BYTES_MAX},
		{&l.source_organization, "Source-Organization", NULL, LINE_BYTES_MAX},
		{&l.internal_sender_identifier, "Internal-Sender-Identifier", NULL, LINE_BYTES_MAX},
		{&l.internal_sender_description, "Internal-Sender-Description", NULL, DESCRIPTION_BYTES_MAX},
	};

	for (size_t i = 0; i < TOMB_COUNTOF(values); i++) {
		*values[i].to = say(bag, tomb_str_from(values[i].label));
		if (values[i].to->n == 0 && values[i].or_else)
			*values[i].to = say(bag, tomb_str_from(values[i].or_else));
		TOMB_TRY(check_length(*values[i].to, values[i].max, values[i].label, err));
	}
	if (l.title.n == 0)
		l.title = l.bag_name;
	TOMB_TRY(read_access(say(bag, TOMB_STR("Access")), &l.access, err));
	*option = say(bag, TOMB_STR("Storage-Option"));
	*out = l;
	return TOMB_OK;
}

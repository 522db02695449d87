#include "arguments.h"

#define BIT(argument) (1U << (TOMB_OAI_##argument))

/* Which arguments a verb takes (section 4).  An exclusive one comes alone, and then nothing else is required. */
static const struct {
	const char *name;
	unsigned required, optional, exclusive;
} verbs[] = {
	[TOMB_OAI_IDENTIFY] = {"Identify", 0, 0, 0},
	[TOMB_OAI_LIST_METADATA_FORMATS] = {"ListMetadataFormats", 0, BIT(IDENTIFIER), 0},
	[TOMB_OAI_LIST_SETS] = {"ListSets", 0, 0, BIT(RESUMPTION_TOKEN)},
	[TOMB_OAI_GET_RECORD] = {"GetRecord", BIT(IDENTIFIER) | BIT(METADATA_PREFIX), 0, 0},
	[TOMB_OAI_LIST_IDENTIFIERS] = {"ListIdentifiers", BIT(METADATA_PREFIX), BIT(SET) | BIT(FROM) | BIT(UNTIL),
		BIT(RESUMPTION_TOKEN)},
	[TOMB_OAI_LIST_RECORDS] = {"ListRecords", BIT(METADATA_PREFIX), BIT(SET) | BIT(FROM) | BIT(UNTIL),
		BIT(RESUMPTION_TOKEN)},
};

_Static_assert(TOMB_COUNTOF(verbs) == TOMB_OAI_VERB_MAX, "arguments for each verb");

static const char *const arguments[] = {
	[TOMB_OAI_IDENTIFIER] = "identifier",
	[TOMB_OAI_METADATA_PREFIX] = "metadataPrefix",
	[TOMB_OAI_SET] = "set",
	[TOMB_OAI_FROM] = "from",
	[TOMB_OAI_UNTIL] = "until",
	[TOMB_OAI_RESUMPTION_TOKEN] = "resumptionToken",
};

_Static_assert(TOMB_COUNTOF(arguments) == TOMB_OAI_ARGUMENT_MAX, "a name for each argument");

const char *tomb_oai_verb_name(enum tomb_oai_verb verb)
{
	return verbs[verb].name;
}

const char *tomb_oai_argument_name(enum tomb_oai_argument argument)
{
	return arguments[argument];
}

static enum tomb_oai_verb verb_called(struct tomb_str name)
{
	int found = 0;

	while (found < TOMB_OAI_VERB_MAX && !tomb_str_eq(name, tomb_str_from(verbs[found].name)))
		found++;
	return (enum tomb_oai_verb)found;
}

static bool read_verb(struct tomb_fields fields, enum tomb_oai_verb *out, struct tomb_oai_faults *faults)
{
	const struct tomb_field *verb = tomb_fields_next(fields, TOMB_STR("verb"), NULL);

	if (!verb)
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_VERB, "The argument verb is missing.");
	else if (tomb_fields_next(fields, TOMB_STR("verb"), verb))
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_VERB, "The argument verb was sent more than once.");
	else if (verb_called(verb->value) == TOMB_OAI_VERB_MAX)
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_VERB, "There is no verb \"%.*s\".",
			(int)(verb->value.n > 40 ? 40 : verb->value.n), verb->value.p);
	else
		*out = verb_called(verb->value);
	return *out != TOMB_OAI_VERB_MAX;
}

static void read_argument(
	const struct tomb_field *field, struct tomb_oai_arguments *out, struct tomb_oai_faults *faults)
{
	unsigned allowed = verbs[out->verb].required | verbs[out->verb].optional | verbs[out->verb].exclusive;
	int a = 0;

	while (a < TOMB_OAI_ARGUMENT_MAX && !tomb_str_eq(field->name, tomb_str_from(arguments[a])))
		a++;
	if (a == TOMB_OAI_ARGUMENT_MAX || !(allowed & (1U << (unsigned)a)))
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_ARGUMENT, "%s takes no argument \"%.*s\".",
			verbs[out->verb].name, (int)(field->name.n > 40 ? 40 : field->name.n), field->name.p);
	else if (out->value[a].p)
		tomb_oai_fault_add(
			faults, TOMB_OAI_BAD_ARGUMENT, "The argument %s was sent more than once.", arguments[a]);
	else if (field->value.n == 0 || field->value.n > TOMB_OAI_VALUE_MAX)
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_ARGUMENT, "The argument %s has %zu bytes, not 1 to %d.",
			arguments[a], field->value.n, TOMB_OAI_VALUE_MAX);
	if (a < TOMB_OAI_ARGUMENT_MAX && !out->value[a].p)
		out->value[a] = field->value;
}

static unsigned bits_sent(const struct tomb_oai_arguments *args)
{
	unsigned bits = 0;

	for (unsigned a = 0; a < TOMB_OAI_ARGUMENT_MAX; a++)
		bits |= args->value[a].p ? 1U << a : 0;
	return bits;
}

/* Whether all are there that must be, and none that must not. */
static void check_company(const struct tomb_oai_arguments *args, struct tomb_oai_faults *faults)
{
	unsigned sent = bits_sent(args);
	unsigned exclusive = sent & verbs[args->verb].exclusive;
	unsigned missing = verbs[args->verb].required & ~sent;

	if (exclusive && (sent & ~exclusive))
		tomb_oai_fault_add(
			faults, TOMB_OAI_BAD_ARGUMENT, "resumptionToken is exclusive: nothing but verb goes with it.");
	for (unsigned a = 0; a < TOMB_OAI_ARGUMENT_MAX && !exclusive; a++)
		if (missing & (1U << a))
			tomb_oai_fault_add(faults, TOMB_OAI_BAD_ARGUMENT, "%s needs the argument %s.",
				verbs[args->verb].name, arguments[a]);
}

/* Of setSpec and metadataPrefix: unreserved characters of URIs (schema OAI-PMH.xsd). */
static bool is_word(struct tomb_str text, const char *also)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (c == '\0' || (!is_alnum && !strchr("-_.!~*'()", c) && !strchr(also, c)))
			return false;
	}
	return true;
}

static bool has_empty_part(struct tomb_str set)
{
	for (size_t i = 0; i < set.n; i++)
		if (set.p[i] == ':' && (i == 0 || i + 1 == set.n || set.p[i - 1] == ':'))
			return true;
	return set.n == 0;
}

bool tomb_oai_is_set_spec(struct tomb_str text)
{
	return is_word(text, ":") && !has_empty_part(text);
}

static void check_format(struct tomb_oai_arguments *args, struct tomb_oai_faults *faults)
{
	struct tomb_str prefix = args->value[TOMB_OAI_METADATA_PREFIX];

	if (prefix.n == 0)
		return;
	if (!is_word(prefix, "")) {
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_ARGUMENT, "metadataPrefix holds characters that none has.");
		return;
	}
	args->format = tomb_oai_format_find(prefix);
	if (args->format == TOMB_OAI_FORMAT_MAX)
		tomb_oai_fault_add(faults, TOMB_OAI_CANNOT_DISSEMINATE_FORMAT,
			"No record can be had as \"%.*s\": see ListMetadataFormats.",
			(int)(prefix.n > 40 ? 40 : prefix.n), prefix.p);
}

static bool read_date(const struct tomb_oai_arguments *args, enum tomb_oai_argument a, struct tomb_oai_date *out,
	struct tomb_oai_faults *faults)
{
	if (!args->value[a].p)
		return false;
	if (tomb_oai_date_parse(args->value[a], out))
		return true;
	tomb_oai_fault_add(faults, TOMB_OAI_BAD_ARGUMENT,
		"%s is no date of the form YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.", arguments[a]);
	return false;
}

static void check_dates(struct tomb_oai_arguments *args, struct tomb_oai_faults *faults)
{
	bool has_from = read_date(args, TOMB_OAI_FROM, &args->from, faults);
	bool has_until = read_date(args, TOMB_OAI_UNTIL, &args->until, faults);

	if (!has_from || !has_until)
		return;
	if (args->from.granularity != args->until.granularity)
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_ARGUMENT, "from and until have not the same granularity.");
	else if (args->from.first_us > args->until.last_us)
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_ARGUMENT, "from is later than until.");
}

void tomb_oai_arguments_read(struct tomb_fields fields, struct tomb_oai_arguments *out, struct tomb_oai_faults *faults)
{
	struct tomb_str set = {NULL, 0};

	*out = (struct tomb_oai_arguments){.verb = TOMB_OAI_VERB_MAX, .format = TOMB_OAI_FORMAT_MAX};
	if (!read_verb(fields, &out->verb, faults))
		return;
	for (size_t i = 0; i < fields.n; i++)
		if (!tomb_str_eq(fields.p[i].name, TOMB_STR("verb")))
			read_argument(&fields.p[i], out, faults);
	check_company(out, faults);
	check_format(out, faults);
	set = out->value[TOMB_OAI_SET];
	if (set.n > 0 && !tomb_oai_is_set_spec(set))
		tomb_oai_fault_add(faults, TOMB_OAI_BAD_ARGUMENT, "set is no setSpec: see ListSets.");
	check_dates(out, faults);
}

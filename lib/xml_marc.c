#include "xml_marc.h"

#include "xml_records.h"

#include <stdlib.h>

/* White space, prefixes and line ends make a record larger than it is here. */
static const struct xml_records_rule rule = {
	.format = "MARCXML",
	.space = TOMB_MARC_NAMESPACE,
	.record = "record",
	.collection = "collection",
	.bytes_max = (size_t)4 * TOMB_MARC_BYTES_MAX,
};

struct xml_marc {
	struct xml_records *records;
	struct tomb_buf text; /* of one element */
};

enum tomb_code xml_marc_open(tomb_read_fn *read, void *arg, struct xml_marc **out, struct tomb_err *err)
{
	struct xml_marc *x = calloc(1, sizeof *x);
	enum tomb_code code = TOMB_OK;

	if (!x)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading MARCXML");
	x->text = tomb_buf_init(rule.bytes_max);
	code = xml_records_open(&rule, read, arg, &x->records, err);
	if (code != TOMB_OK) {
		xml_marc_close(&x);
		return code;
	}
	*out = x;
	return TOMB_OK;
}

void xml_marc_close(struct xml_marc **x)
{
	if (!*x)
		return;
	xml_records_close(&(*x)->records);
	tomb_buf_fini(&(*x)->text);
	free(*x);
	*x = NULL;
}

static struct tomb_str text_of(struct xml_marc *x, const xmlNode *node)
{
	tomb_buf_reset(&x->text);
	xml_put_text(node, &x->text);
	return (struct tomb_str){x->text.p ? x->text.p : "", x->text.n};
}

static enum tomb_code refuse_element(const xmlNode *node, const char *in, const char *may, struct tomb_err *problem)
{
	return TOMB_FAIL(problem, TOMB_INVAL, "<%.64s> in a <%s> is not MARCXML: only %s may stand there",
		(const char *)node->name, in, may);
}

static enum tomb_code read_subfields(
	struct xml_marc *x, const xmlNode *field, struct tomb_marc_builder *b, struct tomb_err *problem)
{
	for (const xmlNode *node = field->children; node; node = node->next) {
		struct tomb_str code = {NULL, 0};

		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (!xml_is(node, rule.space, "subfield"))
			return refuse_element(node, "datafield", "<subfield>", problem);
		code = xml_attribute(node, "code");
		if (code.n != 1)
			return TOMB_FAIL(
				problem, TOMB_INVAL, "a subfield of field %.3s has no code of one character", b->tag);
		tomb_marc_builder_subfield(b, code.p[0], text_of(x, node));
	}
	return TOMB_OK;
}

static enum tomb_code read_field(
	struct xml_marc *x, const xmlNode *node, struct tomb_marc_builder *b, struct tomb_err *problem)
{
	struct tomb_str tag = xml_attribute(node, "tag");
	struct tomb_str ind1 = xml_attribute(node, "ind1");
	struct tomb_str ind2 = xml_attribute(node, "ind2");
	char indicators[2];

	if (xml_is(node, rule.space, "controlfield")) {
		tomb_marc_builder_control(b, tag, text_of(x, node));
		return TOMB_OK;
	}
	if (!xml_is(node, rule.space, "datafield"))
		return refuse_element(node, "record", "<leader>, <controlfield> and <datafield>", problem);
	if (tag.n != 3 || ind1.n != 1 || ind2.n != 1)
		return TOMB_FAIL(problem, TOMB_INVAL,
			"field %.8s: a data field has a tag of three characters, and ind1 and ind2 of one",
			tag.n ? tag.p : "");
	indicators[0] = ind1.p[0];
	indicators[1] = ind2.p[0];
	tomb_marc_builder_field(b, tag, (struct tomb_str){indicators, sizeof indicators});
	return read_subfields(x, node, b, problem);
}

static enum tomb_code read_record(
	struct xml_marc *x, const xmlNode *record, struct tomb_marc_builder *b, struct tomb_err *problem)
{
	const xmlNode *leader = record->children;

	while (leader && !xml_is(leader, rule.space, "leader"))
		leader = leader->next;
	if (!leader)
		return TOMB_FAIL(problem, TOMB_INVAL, "it has no <leader>");
	tomb_marc_builder_begin(b, text_of(x, leader));
	for (const xmlNode *node = record->children; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE && node != leader)
			TOMB_TRY(read_field(x, node, b, problem));
	return TOMB_OK;
}

enum tomb_code xml_marc_next(struct xml_marc *x, struct tomb_marc_builder *b, int64_t *line, bool *is_bad,
	struct tomb_err *problem, struct tomb_err *err)
{
	xmlNode *record = NULL;

	TOMB_TRY(xml_records_next(x->records, &record, err));
	*line = record ? xmlGetLineNo(record) : 0;
	*is_bad = record && read_record(x, record, b, problem) != TOMB_OK;
	if (x->text.broken == TOMB_NOMEM)
		return TOMB_FAIL(err, TOMB_NOMEM, "reading MARCXML");
	return TOMB_OK;
}

/* OAI-PMH arguments: any query is right, or has faults with texts; what is right keeps the rules. */
#include "../../registry/service/oai/arguments.h"
#include "tombstone/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_right(const struct tomb_oai_arguments *args)
{
	assert(args->verb < TOMB_OAI_VERB_MAX);
	for (int a = 0; a < TOMB_OAI_ARGUMENT_MAX; a++)
		assert(!args->value[a].p || (args->value[a].n > 0 && args->value[a].n <= TOMB_OAI_VALUE_MAX));
	if (args->value[TOMB_OAI_METADATA_PREFIX].p)
		assert(args->format < TOMB_OAI_FORMAT_MAX);
	if (args->value[TOMB_OAI_FROM].p && args->value[TOMB_OAI_UNTIL].p)
		assert(args->from.first_us <= args->until.last_us);
	if (args->value[TOMB_OAI_RESUMPTION_TOKEN].p)
		assert(!args->value[TOMB_OAI_METADATA_PREFIX].p && !args->value[TOMB_OAI_SET].p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init(8 << 20);
	struct tomb_oai_arguments args;
	struct tomb_oai_faults faults = {0};
	struct tomb_fields fields = {0};
	struct tomb_err err;

	if (tomb_fields_parse((struct tomb_str){size ? (const char *)data : "", size}, &arena, &fields, &err) !=
		TOMB_OK)
		return 0;
	tomb_oai_arguments_read(fields, &args, &faults);
	if (faults.n == 0)
		check_right(&args);
	for (size_t i = 0; i < faults.n; i++)
		assert(faults.p[i].text[0] && tomb_oai_fault_name(faults.p[i].code));
	return 0;
}

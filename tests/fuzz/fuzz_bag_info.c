/* bagit.txt and bag-info.txt: the same bytes as either. */
#include "../../registry/ingest/bag_text.h"
#include "tombstone/utf8.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void labels(struct tomb_str text, bool is_1_0)
{
	TOMB_ARENA_AUTO arena = tomb_arena_init((size_t)64 * 1024 * 1024);
	struct tomb_bag_label *label = NULL;
	struct tomb_err err;
	size_t n = 0;

	if (tomb_bag_text_labels(TOMB_STR("bag-info.txt"), text, is_1_0, &arena, &label, &n, &err) != TOMB_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		if (label[i].label.n == 0 || memchr(label[i].label.p, ':', label[i].label.n))
			abort();
		if (!label[i].value.p || !tomb_utf8_valid(label[i].value) ||
			strcspn(label[i].value.p, "\r\n") != label[i].value.n)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tomb_str text = {(const char *)data, size};
	struct tomb_err err;
	bool is_1_0 = false;

	if (size > TOMB_BAG_INFO_MAX)
		return 0;
	(void)tomb_bag_text_declaration(text, &is_1_0, &err);
	labels(text, true);
	labels(text, false);
	return 0;
}

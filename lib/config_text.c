#include "config_internal.h"

enum { WIDTH = 78, INDENT = 8 };

/* One paragraph, broken at spaces. */
static void put_wrapped(struct tomb_buf *out, struct tomb_str text)
{
	size_t column = 0;

	while (text.n > 0) {
		const char *space = memchr(text.p, ' ', text.n);
		size_t n = space ? (size_t)(space - text.p) : text.n;

		if (column == 0 || column + 1 + n > WIDTH) {
			tomb_buf_putf(out, "%s%*s", column == 0 ? "" : "\n", INDENT, "");
			column = INDENT;
		} else {
			tomb_buf_put(out, TOMB_STR(" "));
			column++;
		}
		tomb_buf_put(out, (struct tomb_str){text.p, n});
		column += n;
		n += space ? 1 : 0;
		text = (struct tomb_str){text.p + n, text.n - n};
	}
	tomb_buf_put(out, TOMB_STR("\n"));
}

static void put_key_help(const struct tomb_config_key *key, struct tomb_buf *out)
{
	TOMB_BUF_AUTO text = tomb_buf_init(4096);
	struct tomb_err unused;
	struct tomb_str paragraph = TOMB_STR("");

	tomb_buf_putf(out, "  --%s%s\n", key->name, key->kind == TOMB_CFG_BOOL ? "[=no]" : " VALUE");
	tomb_buf_putf(&text, "%s Value: ", key->help);
	tomb_config_value_rule(key, &text);
	if (key->preset[0])
		tomb_buf_putf(&text, "; default: %s.", key->preset);
	else
		tomb_buf_put(&text, key->min > 0 ? TOMB_STR("; must be set.") : TOMB_STR("; not set by default."));
	if (tomb_buf_done(&text, &paragraph, &unused) != TOMB_OK) {
		out->broken = text.broken; /* the caller asks out */
		return;
	}
	put_wrapped(out, paragraph);
}

void tomb_config_put_help(const struct tomb_config_table *table, struct tomb_buf *out)
{
	tomb_buf_putf(out, "Usage: %s [OPTION]...%s%s\n%s\n\n", table->program, table->operands ? " " : "",
		table->operands ? table->operands : "", table->summary);
	tomb_buf_put(out, TOMB_STR("Settings, in this order, later ones winning: the defaults below; the file"));
	tomb_buf_putf(out, " named by\n--config or TOMBSTONE_CONFIG%s%s%s, with lines \"key = value\";\n",
		table->file ? " (otherwise " : "", table->file ? table->file : "",
		table->file ? ", if it exists)" : "");
	tomb_buf_put(out, TOMB_STR("the environment, with names like TOMBSTONE_LOG_LEVEL; the command line.\n\n"
				   "  --config FILE\n        Read this file.\n"
				   "  --show-config\n        Print the settings and where each comes from, and end.\n"
				   "  --version\n        Print the version, and end.\n"
				   "  --help\n        Print this, and end.\n"));
	for (size_t i = 0; i < table->nkeys; i++)
		put_key_help(&table->keys[i], out);
}

void tomb_config_put_all(const struct tomb_config_table *table, const void *config,
	const struct tomb_config_found *found, struct tomb_buf *out)
{
	for (size_t i = 0; i < table->nkeys; i++) {
		tomb_buf_putf(out, "# %s\n%s = ", found->origins[i], table->keys[i].name);
		tomb_config_put_value(&table->keys[i], config, out);
		tomb_buf_put(out, TOMB_STR("\n"));
	}
}

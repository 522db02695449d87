/*
 * Configuration by table.
 *
 * A program describes its settings once, in a .def file of rows
 *
 *   TOMB_CFG(lanes, INT, "2", 1, 64, "lanes", "Batches that are worked on at the same time.")
 *   TOMB_CFG(name,  kind, default, min, max, unit, help)
 *
 * and the row makes the field of the program's struct, the parser, the rule in an error text, --help and --show-config.
 * Order, later ones winning: the default, the file ("key = value"), the environment (TOMBSTONE_KEY), the command line
 * (--key value or --key=value).  Everything is checked, wherever it comes from, before anything is opened.
 */
#ifndef TOMB_CONFIG_H
#define TOMB_CONFIG_H

#include "tombstone/address.h"
#include "tombstone/arena.h"

/*
 * kind       in C                  min and max                unit
 * INT        int64_t               the value's                what is counted
 * BOOL       bool                  -                          -
 * TEXT       struct tomb_str       1: must be set; bytes      -
 * PATH       struct tomb_str       1: must be set             -
 * CHOICE     int, the place of     -                          "first|second|..."
 *            the word in the list
 * ADDRESS    struct tomb_address   1: must be set             -
 * URL        struct tomb_str       1: must be set             allowed schemes: "smtp|smtps"
 * MAILBOX    struct tomb_str       1: must be set             -
 * CONNINFO   struct tomb_str       1: must be set             -
 *
 * A string ends in NUL, lives in the arena and is one line of UTF-8; "" is "not set".  A secret is never a setting: it
 * has a PATH called *_file, and URL and CONNINFO are refused with a password in them.
 */
enum tomb_config_kind {
	TOMB_CFG_INT,
	TOMB_CFG_BOOL,
	TOMB_CFG_TEXT,
	TOMB_CFG_PATH,
	TOMB_CFG_CHOICE,
	TOMB_CFG_ADDRESS,
	TOMB_CFG_URL,
	TOMB_CFG_MAILBOX,
	TOMB_CFG_CONNINFO,
	TOMB_CFG_KIND_MAX
};

/* NOLINTBEGIN(readability-identifier-naming): pasted together from the kind's name */
#define TOMB_CFG_TYPE_INT int64_t
#define TOMB_CFG_TYPE_BOOL bool
#define TOMB_CFG_TYPE_TEXT struct tomb_str
#define TOMB_CFG_TYPE_PATH struct tomb_str
#define TOMB_CFG_TYPE_CHOICE int
#define TOMB_CFG_TYPE_ADDRESS struct tomb_address
#define TOMB_CFG_TYPE_URL struct tomb_str
#define TOMB_CFG_TYPE_MAILBOX struct tomb_str
#define TOMB_CFG_TYPE_CONNINFO struct tomb_str
/* NOLINTEND(readability-identifier-naming) */

/* The two uses of a row.  With config.def beside the file that includes it:
 *
 *   struct tomb_worker_config {
 *   #define TOMB_CFG(...) TOMB_CFG_FIELD(__VA_ARGS__)
 *   #include "config.def"
 *   #undef TOMB_CFG
 *   };
 *   static const struct tomb_config_key keys[] = {
 *   #define TOMB_CFG(...) TOMB_CFG_KEY(struct tomb_worker_config, __VA_ARGS__)
 *   ...
 */
#define TOMB_CFG_FIELD(name, kind, preset, min, max, unit, help) TOMB_CFG_TYPE_##kind name;
#define TOMB_CFG_KEY(type, name, kind, preset, min, max, unit, help)                                                   \
	{#name, TOMB_CFG_##kind, preset, min, max, unit, help, offsetof(type, name)},

struct tomb_config_key {
	const char *name;
	enum tomb_config_kind kind;
	const char *preset; /* checked like any other value */
	int64_t min;
	int64_t max;
	const char *unit;
	const char *help; /* one sentence or more */
	size_t at;        /* of the field in the program's struct */
};

struct tomb_config_table {
	const char *program;
	const char *summary;  /* one line for --help */
	const char *operands; /* for --help, such as "COMMAND [ARGUMENT]..."; NULL if the program takes none */
	const char *file;     /* read if it exists and no other is named; NULL for none */
	const struct tomb_config_key *keys;
	size_t nkeys;
	size_t size; /* of the program's struct */
};

/* Where settings come from besides the table.  Borrowed. */
struct tomb_config_source {
	int argc; /* 0 for no command line */
	char *const *argv;
	char *const *env; /* NULL-terminated, as environ; NULL for none */
	/* If .p is not NULL: the content of the configuration file, and no file is opened. */
	struct tomb_str text;
	const char *text_name; /* for errors */
};

enum tomb_config_wish { TOMB_CONFIG_RUN, TOMB_CONFIG_HELP, TOMB_CONFIG_VERSION, TOMB_CONFIG_SHOW };

struct tomb_config_found {
	enum tomb_config_wish wish; /* from --help (-h), --version, --show-config */
	int rest;                   /* index in argv of the first operand; argc if there is none */
	const char **origins;       /* for each key: "default", "file:line", "TOMBSTONE_KEY" or "--key"; in the arena */
};

enum {
	TOMB_CONFIG_FILE_MAX = 64 * 1024, /* bytes: some hundred times what the tables can ask for */
	TOMB_CONFIG_VALUE_MAX = 4095,     /* bytes: PATH_MAX without its NUL */
};

/*
 * Fills out, which is a struct of table->size bytes, and *found.  INVAL, naming the source, the key and the rule, for a
 * value that its rule does not allow (even if a later source would have replaced it), an unknown key, a key twice in
 * one file, a key that must be set and is not; IO for a file that cannot be read.
 *
 * Options end at "--" or at the first argument that is none.  "-" in an option's name stands for "_"; a BOOL may stand
 * alone and then means "yes".  If the wish is --help or --version, nothing else is looked at and out is not written.
 */
enum tomb_code tomb_config_load(const struct tomb_config_table *table, const struct tomb_config_source *source,
	struct tomb_arena *arena, void *out, struct tomb_config_found *found, struct tomb_err *err) TOMB_MUST_USE;

/* The text for --help. */
void tomb_config_put_help(const struct tomb_config_table *table, struct tomb_buf *out);

/* The text for --show-config: a file that gives these settings, with the origin of each as a comment. */
void tomb_config_put_all(const struct tomb_config_table *table, const void *config,
	const struct tomb_config_found *found, struct tomb_buf *out);

/* One value of config as a file would have it. */
void tomb_config_put_value(const struct tomb_config_key *key, const void *config, struct tomb_buf *out);

#endif

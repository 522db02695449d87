/* The parts of htmlgen.  htmlgen.c describes the language. */
#ifndef HTMLGEN_H
#define HTMLGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Limits that only a mistake reaches; passing one is an error. */
enum {
	NAME_SIZE = 48,         /* a name in a template, with its NUL */
	PATH_SIZE = 1024,       /* a file name */
	CNAME_SIZE = 256,       /* a name or an expression in C */
	FIELDS_MAX = 64,        /* in one struct */
	RECORDS_MAX = 512,      /* structs in one run */
	DEPTH_MAX = 16,         /* blocks in blocks, files in files, lists in lists */
	PIECES_MAX = 4096,      /* of one page */
	SOURCE_MAX = 512 * 1024 /* bytes in one file */
};

/* --- htmlgen_source.c: files and places in them --- */

struct source {
	struct source *next;
	char path[PATH_SIZE];
	const char *text; /* NUL-terminated, without its last newline */
	size_t n;
};

struct where {
	const struct source *in;
	const char *at;
};

void die(struct where w, const char *fmt, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* Reads path once; later calls find it in *list. */
const struct source *source_open(struct source **list, const char *path);

bool is_blank(char c); /* of HTML; a source has no carriage returns */
bool is_one_of(const char *word, const char *const *list, size_t n);

#define IS_ONE_OF(word, list) is_one_of((word), (list), sizeof(list) / sizeof((list)[0]))

/* --- htmlgen_record.c: typed headers --- */

enum type { TYPE_STR, TYPE_INT, TYPE_BOOL, TYPE_SIZE, TYPE_TIME, TYPE_EACH, TYPE_EMBED };

struct field {
	enum type type;
	char name[NAME_SIZE];
	struct record *record; /* of EACH: a row; of EMBED: the member's struct */
};

/* One struct of the generated header: html_<cname>. */
struct record {
	char cname[CNAME_SIZE];
	const struct source *in; /* where it is declared */
	struct field fields[FIELDS_MAX];
	int n;
	bool written;
};

struct records {
	struct record all[RECORDS_MAX];
	int n;
};

/* Parses "NAME: TYPE FIELD, ..." between p and end. */
struct record *record_parse(struct records *records, struct where w, const char *p, const char *end);

void record_embed(struct record *root, struct where w, struct record *part);
const struct field *record_find(const struct record *record, const char *name);
void record_write(FILE *h, struct record *record); /* with the structs that it needs, each once */

/* --- htmlgen_place.c: where in HTML we are --- */

enum spot {
	SPOT_TEXT,
	SPOT_TAG_OPEN,     /* after < */
	SPOT_END_TAG_OPEN, /* after </ */
	SPOT_TAG_NAME,
	SPOT_BEFORE_ATTR,
	SPOT_ATTR_NAME,
	SPOT_AFTER_NAME,
	SPOT_BEFORE_VALUE, /* after = */
	SPOT_DOUBLE_QUOTED,
	SPOT_SINGLE_QUOTED,
	SPOT_UNQUOTED,
	SPOT_AFTER_VALUE,
	SPOT_DECLARATION, /* <!doctype */
	SPOT_COMMENT,
	SPOT_PLAIN, /* inside title and textarea: entities, but no tags */
	SPOT_SCRIPT,
	SPOT_MAX
};

enum { DASHES_AND_BANG = 3 };

enum url {
	URL_START,    /* nothing yet: a field must be the whole address */
	URL_WHOLE,    /* such a field was there: nothing may follow */
	URL_RELATIVE, /* a first segment that may still turn out to be a scheme */
	URL_SCHEME,   /* http: or https: */
	URL_SLASH,    /* "/", which a second one would turn into a host */
	URL_SLASHES,  /* "//" */
	URL_HOST,
	URL_PATH,
	URL_QUERY,    /* and fragment */
	URL_FIXED,    /* another scheme: no field may follow */
	URL_BRANCHED, /* the branches of an if ended in different parts: no field may follow */
	URL_MAX
};

struct url_place {
	enum url part;
	char last;      /* character of the literal; '\0' after a field */
	char scheme[8]; /* as far as it was seen */
};

struct place {
	enum spot spot;
	char tag[NAME_SIZE];
	char attr[NAME_SIZE];
	bool closing; /* in a tag: it is </tag> */
	bool is_url;  /* in a value: of an attribute that holds an address */
	int dashes;   /* in a comment: just seen */
	struct url_place url;
};

void place_step(struct place *place, struct where w); /* past the literal character at w */

/* A name is complete: is it one that templates may use? */
void place_check_tag(const struct place *p, struct where w);
void place_check_attr(const struct place *p, struct where w);

/* --- htmlgen_url.c: addresses --- */

void url_step(struct url_place *url, char c);

/* The writer for a field here, or NULL with *why set; moves the place past it. */
const char *url_writer(struct url_place *url, enum type type, const char **why);

/* --- htmlgen_field.c: fields and blocks in HTML --- */

/* The tomb_html_ function that writes a field of that type here; dies if there is none. */
const char *place_writer(struct place *place, struct where w, const struct field *field, enum type type);

/* A block begins, turns or ends here: settles what is open, so that no branch can lengthen a name. */
void place_settle(struct place *place, struct where w);

/* The place after a block of which one branch ends in a, the other in b. */
struct place place_join(struct where w, const struct place *a, const struct place *b);

/* The place after the body of a loop must be the one before it. */
void place_loop(struct where w, const struct place *before, const struct place *after);

/* --- htmlgen_page.c: a page as one list of pieces, all files put in --- */

enum kind {
	PIECE_LITERAL,
	PIECE_FIELD,
	PIECE_EXACT, /* {{int FIELD}} */
	PIECE_IF,
	PIECE_ELSE,
	PIECE_ELSE_IF,
	PIECE_EACH,
	PIECE_END
};

struct piece {
	enum kind kind;
	struct where w;
	size_t n;                /* bytes, if literal */
	char arg[2 * NAME_SIZE]; /* FIELD or EMBED.FIELD, if the kind has one */
};

struct page {
	struct record *root;
	struct piece pieces[PIECES_MAX];
	int n;
};

/* What {{...}} is; its arg is checked to be a name. */
struct tag_text {
	const char *p; /* inside, blanks stripped */
	const char *end;
	const char *after; /* behind the closing braces */
};

void page_read(struct page *page, struct records *records, struct source **sources, const char *path);

/* --- htmlgen_write.c: C --- */

void page_write(FILE *h, FILE *c, const struct page *page);

#endif

/* Typed headers: what a template is given. */
#include "htmlgen.h"

#include <ctype.h>
#include <string.h>

static const struct {
	const char *name;
	const char *c;
} types[] = {
	[TYPE_STR] = {"str", "struct tomb_str"},
	[TYPE_INT] = {"int", "int64_t"},
	[TYPE_BOOL] = {"bool", "bool"},
	[TYPE_SIZE] = {"size", "int64_t"},
	[TYPE_TIME] = {"time", "int64_t"},
	[TYPE_EACH] = {"each", NULL},
};

/* Words of the template language and of C that cannot name a member. */
static const char *const reserved[] = {"auto", "body", "bool", "break", "case", "char", "const", "continue", "default",
	"do", "double", "each", "else", "end", "enum", "extern", "false", "fields", "float", "for", "goto", "if",
	"inline", "int", "layout", "long", "register", "restrict", "return", "short", "signed", "sizeof", "static",
	"str", "struct", "switch", "true", "typedef", "union", "unsigned", "void", "volatile", "while"};

struct lexer {
	struct records *records;
	struct where w; /* w.at is the next character */
	const char *end;
	int depth;
};

/* The next word, or "" at the end. */
static void next_word(struct lexer *l, char word[NAME_SIZE])
{
	size_t n = 0;

	while (l->w.at < l->end && (is_blank(*l->w.at) || *l->w.at == ','))
		l->w.at++;
	while (l->w.at < l->end &&
		(islower((unsigned char)*l->w.at) || isdigit((unsigned char)*l->w.at) || *l->w.at == '_')) {
		if (n + 1 == NAME_SIZE)
			die(l->w, "a name of more than %d characters", NAME_SIZE - 1);
		word[n++] = *l->w.at++;
	}
	word[n] = '\0';
	if (n == 0 && l->w.at < l->end)
		die(l->w, "'%c' cannot stand in a header", *l->w.at);
}

static void expect_colon(struct lexer *l, const char *after)
{
	while (l->w.at < l->end && is_blank(*l->w.at))
		l->w.at++;
	if (l->w.at == l->end || *l->w.at != ':')
		die(l->w, "expected ':' after %s", after);
	l->w.at++;
}

const struct field *record_find(const struct record *record, const char *name)
{
	for (int i = 0; i < record->n; i++)
		if (strcmp(record->fields[i].name, name) == 0)
			return &record->fields[i];
	return NULL;
}

/* A list x is the two members x and nx. */
static bool is_count_of(const char *count, const struct field *list)
{
	return list->type == TYPE_EACH && count[0] == 'n' && strcmp(count + 1, list->name) == 0;
}

static void check_member(struct where w, const struct record *record, const struct field *field)
{
	if (!islower((unsigned char)field->name[0]))
		die(w, "expected the name of a field");
	for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
		if (strcmp(field->name, reserved[i]) == 0)
			die(w, "a field cannot be called %s", field->name);
	for (int i = 0; i < record->n; i++) {
		const struct field *other = &record->fields[i];

		if (strcmp(other->name, field->name) == 0)
			die(w, "there is a field %s already", field->name);
		if (is_count_of(field->name, other) || is_count_of(other->name, field))
			die(w, "%s and %s: one is a list, and the other the name of its length", other->name,
				field->name);
	}
}

static struct field *add_field(struct where w, struct record *record, const struct field *field)
{
	check_member(w, record, field);
	if (record->n == FIELDS_MAX)
		die(w, "more than %d fields", FIELDS_MAX);
	record->fields[record->n] = *field;
	return &record->fields[record->n++];
}

static struct record *new_record(struct records *records, struct where w, const char *outer, const char *name)
{
	struct record *r = NULL;
	char cname[CNAME_SIZE];
	int n = snprintf(cname, sizeof cname, "%s%s%s", outer, outer[0] ? "_" : "", name);

	if (records->n == RECORDS_MAX || n < 0 || (size_t)n >= sizeof cname)
		die(w, "too many structs, or too deep");
	for (int i = 0; i < records->n; i++)
		if (strcmp(records->all[i].cname, cname) == 0)
			die(w, "struct html_%s is declared in %s already", cname, records->all[i].in->path);
	r = &records->all[records->n++];
	memcpy(r->cname, cname, sizeof cname);
	r->in = w.in;
	return r;
}

static enum type type_of(struct where w, const char *word)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(types[i].name, word) == 0)
			return (enum type)i;
	die(w, "%s is not a type: str, int, bool, size, time or each", word);
}

static void parse_items(struct lexer *l, struct record *record, bool is_list)
{
	char word[NAME_SIZE];

	if (l->depth++ == DEPTH_MAX)
		die(l->w, "more than %d lists in lists", DEPTH_MAX);
	for (;;) {
		struct field field = {.record = NULL};
		struct field *added = NULL;

		next_word(l, word);
		if (word[0] == '\0' && is_list)
			die(l->w, "a list has no end");
		if (word[0] == '\0')
			break;
		if (strcmp(word, "end") == 0 && !is_list)
			die(l->w, "end without each");
		if (strcmp(word, "end") == 0)
			break;
		field.type = type_of(l->w, word);
		next_word(l, field.name);
		added = add_field(l->w, record, &field);
		if (field.type == TYPE_EACH) {
			expect_colon(l, field.name);
			added->record = new_record(l->records, l->w, record->cname, field.name);
			parse_items(l, added->record, true);
		}
	}
	if (is_list && record->n == 0)
		die(l->w, "a list needs a field");
	l->depth--;
}

struct record *record_parse(struct records *records, struct where w, const char *p, const char *end)
{
	struct lexer l = {.records = records, .w = {w.in, p}, .end = end};
	struct record *record = NULL;
	char name[NAME_SIZE];

	next_word(&l, name);
	if (!islower((unsigned char)name[0]))
		die(l.w, "expected the name of the struct");
	record = new_record(records, l.w, "", name);
	expect_colon(&l, name);
	parse_items(&l, record, false);
	return record;
}

void record_embed(struct record *root, struct where w, struct record *part)
{
	struct field field = {.type = TYPE_EMBED, .record = part};

	for (int i = 0; i < root->n; i++)
		if (root->fields[i].type == TYPE_EMBED && root->fields[i].record == part)
			return;
	if (strlen(part->cname) >= sizeof field.name)
		die(w, "the name %s is too long", part->cname);
	memcpy(field.name, part->cname, strlen(part->cname) + 1);
	(void)add_field(w, root, &field);
}

static bool is_embed(const struct field *f)
{
	return f->type == TYPE_EMBED;
}

static void write_member(FILE *h, const struct field *f)
{
	if (f->type == TYPE_EMBED)
		(void)fprintf(h, "\tstruct html_%s %s;\n", f->record->cname, f->name);
	else if (f->type == TYPE_EACH)
		(void)fprintf(h, "\tconst struct html_%s *%s;\n\tsize_t n%s;\n", f->record->cname, f->name, f->name);
	else if (f->type == TYPE_SIZE)
		(void)fprintf(h, "\tint64_t %s; /* bytes */\n", f->name);
	else if (f->type == TYPE_TIME)
		(void)fprintf(h, "\tint64_t %s; /* us since 1970 */\n", f->name);
	else
		(void)fprintf(h, "\t%s %s;\n", types[f->type].c, f->name);
}

void record_write(FILE *h, struct record *record)
{
	if (record->written)
		return;
	record->written = true;
	for (int i = 0; i < record->n; i++)
		if (record->fields[i].record)
			record_write(h, record->fields[i].record);
	(void)fprintf(h, "struct html_%s {\n", record->cname);
	for (int pass = 0; pass < 2; pass++) /* what pages share comes first */
		for (int i = 0; i < record->n; i++)
			if (is_embed(&record->fields[i]) == (pass == 0))
				write_member(h, &record->fields[i]);
	(void)fprintf(h, "};\n\n");
}

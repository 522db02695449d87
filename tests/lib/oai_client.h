/* A harvester of our own: asks a site (site.h), follows tokens, keeps what it heard.  A failure fails the test. */
#ifndef TOMB_TEST_OAI_CLIENT_H
#define TOMB_TEST_OAI_CLIENT_H

#include "site.h"

enum { OAI_ID = 128, OAI_TOKEN = 1024, OAI_STAMP = 24 };

struct oai_heard {
	char id[OAI_ID]; /* identifier */
	bool is_deleted;
	char datestamp[OAI_STAMP];
};

/* What is known after some harvests: the last that was heard of each item. */
struct oai_copy {
	struct oai_heard *p;
	size_t n, room;
	size_t told;           /* headers of the last list, repeated ones too */
	char since[OAI_STAMP]; /* where the next harvest starts; "" at first */
	char token[OAI_TOKEN]; /* where the list goes on; "" if it is complete */
	char begun[OAI_STAMP]; /* of the list under way */
};

void oai_copy_fini(struct oai_copy *copy);

/* GET /oai?QUERY, as printf() makes it; 200 and text/xml. */
void oai_get(struct site *s, struct raw_answer *out, const char *fmt, ...) TOMB_PRINTF(3, 4);

/* The text of the first such element ("" if there is none), at most size - 1 bytes. */
void oai_text(const struct raw_answer *a, const char *element, char *out, size_t size);

/* Asserts that the only errors are these codes, with spaces between, in their order; "" for none. */
void oai_errors(const struct raw_answer *a, const char *codes);

/* One page of an incremental harvest, by verb and further arguments ("metadataPrefix=oai_dc"); false after the last. */
bool oai_step(struct site *s, struct oai_copy *copy, const char *verb, const char *arguments);

/* All of it. */
void oai_harvest(struct site *s, struct oai_copy *copy, const char *verb, const char *arguments);

const struct oai_heard *oai_find(const struct oai_copy *copy, const char *id);
size_t oai_live(const struct oai_copy *copy);

/* The items of a page into copy. */
void oai_hear(struct oai_copy *copy, const struct raw_answer *a);

#endif

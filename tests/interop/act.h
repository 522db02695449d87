/* The verbs of the store, as rows use them: each says what it found out, and proofs of absence are checked. */
#ifndef ACT_H
#define ACT_H

#include "bench.h"
#include "tombstone/store_look.h"

enum tomb_code act_put(
	struct bench *b, const char *name, struct tomb_str key, const char *bytes, struct tomb_placed *out);
/* Puts and is sure of it; the row ends with "put: ..." if not. */
struct tomb_placed act_have(struct bench *b, const char *name, struct tomb_str key);

enum tomb_code act_stat(struct bench *b, const char *name, struct tomb_str key, struct tomb_stat *out);
struct tomb_stat act_seen(struct bench *b, const char *name, struct tomb_str key); /* the row ends unless OK */

struct tomb_result act_delete(struct bench *b, const char *name, struct tomb_target target);
void act_delete_many(
	struct bench *b, const char *name, const struct tomb_target *targets, size_t n, struct tomb_result *results);

/* A verdict that says "verified" while the raw listing shows a data version of the key is untrue. */
enum tomb_absence act_verify(struct bench *b, const char *name, struct tomb_str key);

/* tomb_store_versions(); the row ends unless OK. */
struct act_list {
	struct tomb_version *versions;
	size_t n;
	size_t markers;
};
struct act_list act_list(struct bench *b, const char *name, struct tomb_str key);

/* The row ends with "what: ..., not ..." unless equal. */
void act_want_code(struct bench *b, const char *what, enum tomb_code got, enum tomb_code want);
void act_want_outcome(struct bench *b, const char *what, enum tomb_outcome got, enum tomb_outcome want);
void act_want_absence(struct bench *b, enum tomb_absence got, enum tomb_absence want);

/* What the owner sees without our library: data versions of exactly this key, and markers. */
struct act_look {
	size_t versions;
	size_t markers;
};
struct act_look act_look(struct bench *b, const char *name, struct tomb_str key);
void act_want_there(struct bench *b, const char *name, struct tomb_str key); /* must: else untrue */
void act_want_gone(struct bench *b, const char *name, struct tomb_str key);

/* The owner writes over it, which our put never does; or hides it under a marker. */
void act_write_over(struct bench *b, const char *name, struct tomb_str key);
void act_hide(struct bench *b, const char *name, struct tomb_str key);
void act_need_versions(struct bench *b); /* the row ends if the server has none */

#endif

/* Filling in what became of a key. */
#ifndef STORAGE_RESULT_H
#define STORAGE_RESULT_H

#include "tombstone/store_look.h"

/* Sets outcome and text; code and request id become "".  If the arena is full the text is lost, never the outcome. */
void result_set(struct tomb_result *result, struct tomb_arena *arena, enum tomb_outcome outcome, const char *fmt, ...)
	TOMB_PRINTF(4, 5);

/* Another outcome and text; code and request id stay. */
void result_relabel(struct tomb_result *result, struct tomb_arena *arena, enum tomb_outcome outcome, const char *fmt,
	...) TOMB_PRINTF(4, 5);

void verdict_set(struct tomb_verdict *verdict, struct tomb_arena *arena, enum tomb_absence absence, const char *fmt,
	...) TOMB_PRINTF(4, 5);

/* UNKNOWN, for this reason. */
void verdict_unknown(struct tomb_verdict *verdict, struct tomb_arena *arena, const struct tomb_err *why);

/* A service's own word for a failure, for people: an answer to HEAD has no body that could say one. */
static inline struct tomb_str result_word(struct tomb_str code)
{
	return code.n ? code : TOMB_STR("(no reason given)");
}

/* A copy of s in the arena; "" when the arena is full. */
struct tomb_str result_keep(struct tomb_arena *arena, struct tomb_str s);

#endif

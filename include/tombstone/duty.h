/*
 * Duties: what a person may be besides the role, any number of them.  They count in the person's own institution, from
 * the next request on, and stay with the account through another role and through a deactivation.
 *
 * Spec: records.md 2.9, A-01.
 */
#ifndef TOMB_DUTY_H
#define TOMB_DUTY_H

#include "tombstone/array.h"

enum tomb_duty {
#define TOMB_DUTY(id, name, one, label, words, giver) TOMB_DUTY_##id,
#include "tombstone/duty.def"
#undef TOMB_DUTY
	TOMB_DUTY_MAX
};

/* A set of them is an unsigned of these bits. */
#define TOMB_DUTY_BIT(duty) (1U << (duty))
#define TOMB_DUTY_ALL (TOMB_DUTY_BIT(TOMB_DUTY_MAX) - 1U)

struct tomb_str tomb_duty_name(enum tomb_duty duty);  /* "repository_manager" */
struct tomb_str tomb_duty_one(enum tomb_duty duty);   /* "a repository manager" */
struct tomb_str tomb_duty_label(enum tomb_duty duty); /* "Repository manager" */
struct tomb_str tomb_duty_words(enum tomb_duty duty); /* "Restores deleted records." */

/* INVAL for a name that is no duty. */
enum tomb_code tomb_duty_parse(struct tomb_str name, enum tomb_duty *out, struct tomb_err *err) TOMB_MUST_USE;

/* The set of these; the same for a name that comes twice. */
enum tomb_code tomb_duty_parse_all(struct tomb_strs names, unsigned *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

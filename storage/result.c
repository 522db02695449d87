#include "result.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const outcome_slugs[] = {
	[TOMB_OUTCOME_GONE] = "gone",
	[TOMB_OUTCOME_ALREADY_ABSENT] = "already-absent",
	[TOMB_OUTCOME_LOCKED] = "locked",
	[TOMB_OUTCOME_DENIED] = "denied",
	[TOMB_OUTCOME_THROTTLED] = "throttled",
	[TOMB_OUTCOME_TRANSIENT] = "transient",
	[TOMB_OUTCOME_UNCERTAIN] = "uncertain",
	[TOMB_OUTCOME_CHANGED] = "changed",
	[TOMB_OUTCOME_FAILED] = "failed",
};
_Static_assert(TOMB_COUNTOF(outcome_slugs) == TOMB_OUTCOME_MAX, "every outcome has a slug");

static const char *const absence_slugs[] = {
	[TOMB_ABSENT_VERIFIED] = "verified-absent",
	[TOMB_STILL_THERE] = "still-there",
	[TOMB_ABSENCE_PENDING] = "pending",
	[TOMB_ABSENCE_UNKNOWN] = "unknown",
};
_Static_assert(TOMB_COUNTOF(absence_slugs) == TOMB_ABSENCE_MAX, "every absence has a slug");

static const char *const ability_slugs[] = {
	[TOMB_ABILITY_UNKNOWN] = "unknown",
	[TOMB_ABILITY_PROVEN] = "proven",
	[TOMB_ABILITY_MISSING] = "missing",
};
_Static_assert(TOMB_COUNTOF(ability_slugs) == TOMB_ABILITY_MAX, "every ability has a slug");

const char *tomb_ability_slug(enum tomb_ability ability)
{
	return (size_t)ability < TOMB_COUNTOF(ability_slugs) ? ability_slugs[ability] : "?";
}

const char *tomb_outcome_slug(enum tomb_outcome outcome)
{
	return (size_t)outcome < TOMB_COUNTOF(outcome_slugs) ? outcome_slugs[outcome] : "?";
}

const char *tomb_absence_slug(enum tomb_absence absence)
{
	return (size_t)absence < TOMB_COUNTOF(absence_slugs) ? absence_slugs[absence] : "?";
}

struct tomb_str result_keep(struct tomb_arena *arena, struct tomb_str s)
{
	struct tomb_str copy = tomb_arena_str(arena, s);

	return copy.p ? copy : TOMB_STR("");
}

static struct tomb_str format(struct tomb_arena *arena, const char *fmt, va_list ap) TOMB_PRINTF(2, 0);

static struct tomb_str format(struct tomb_arena *arena, const char *fmt, va_list ap)
{
	char text[512];

	(void)vsnprintf(text, sizeof text, fmt, ap);
	return result_keep(arena, tomb_str_from(text));
}

void result_set(struct tomb_result *result, struct tomb_arena *arena, enum tomb_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*result = (struct tomb_result){
		.outcome = outcome,
		.code = TOMB_STR(""),
		.request_id = TOMB_STR(""),
		.text = format(arena, fmt, ap),
	};
	va_end(ap);
}

void result_relabel(
	struct tomb_result *result, struct tomb_arena *arena, enum tomb_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	result->outcome = outcome;
	result->text = format(arena, fmt, ap);
	va_end(ap);
}

void verdict_set(
	struct tomb_verdict *verdict, struct tomb_arena *arena, enum tomb_absence absence, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	*verdict = (struct tomb_verdict){
		.absence = absence,
		.request_id = TOMB_STR(""),
		.text = format(arena, fmt, ap),
	};
	va_end(ap);
}

void verdict_unknown(struct tomb_verdict *verdict, struct tomb_arena *arena, const struct tomb_err *why)
{
	verdict_set(verdict, arena, TOMB_ABSENCE_UNKNOWN, "%s", why->text);
	verdict->code = why->code;
}

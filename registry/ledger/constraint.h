/* What a violated constraint means to the person who gave the value. */
#ifndef TOMB_CONSTRAINT_H
#define TOMB_CONSTRAINT_H

#include "tombstone/pg.h"

/*
 * To be called with the result of a statement, before any other call on pg: if it violated a constraint that people can
 * violate, says which rule value breaks, with a code that fits; else returns code as it is.
 */
enum tomb_code tomb_constraint_explain(
	struct tomb_pg *pg, enum tomb_code code, struct tomb_str value, struct tomb_err *err) TOMB_MUST_USE;

/* INVAL unless value is one line of UTF-8 text without control characters: PostgreSQL would take nearly anything. */
enum tomb_code tomb_constraint_line(struct tomb_str value, const char *what, struct tomb_err *err) TOMB_MUST_USE;

#endif

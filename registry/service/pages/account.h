/* What the pages of one's own account share. */
#ifndef TOMB_ACCOUNT_H
#define TOMB_ACCOUNT_H

#include "view.h"

/* FORBIDDEN for programs with an API key: an account is its owner's, who signs in. */
enum tomb_code tomb_account_person(const struct tomb_ctx *ctx, struct tomb_err *err) TOMB_MUST_USE;

/* True for errors that a form says above itself; false for those that have a page of their own. */
bool tomb_account_is_problem(enum tomb_code code) TOMB_MUST_USE;

/* One problem, about the field with this id.  item outlives the result. */
struct html_problems tomb_account_problem(
	struct tomb_view *v, struct html_problems_items *item, const char *id, const struct tomb_err *why);

/* The status of a page that says why; a wrong password of somebody who is signed in is a bad form. */
unsigned tomb_account_status(const struct tomb_err *problem);

/* "Firefox on Linux", as far as a User-Agent tells. */
struct tomb_str tomb_account_browser(struct tomb_view *v, struct tomb_str agent);

/* "Admin", for people. */
struct tomb_str tomb_account_role(enum tomb_role role);

/* "Editor, Repository manager"; "None". */
struct tomb_str tomb_account_duties(struct tomb_view *v, unsigned duties);

#endif

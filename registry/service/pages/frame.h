/* What all pages share: the frame around them, and how one is sent. */
#ifndef TOMB_FRAME_H
#define TOMB_FRAME_H

#include "ctx.h"
#include "html.gen.h"

/* Where in the navigation a page belongs; from FILES on, below "More Options". */
enum tomb_section {
	TOMB_SECTION_NONE,
	TOMB_SECTION_ACCOUNT, /* the name in the header */
	TOMB_SECTION_DASHBOARD,
	TOMB_SECTION_OBJECTS,
	TOMB_SECTION_RECORDS,
	TOMB_SECTION_WORK_ITEMS,
	TOMB_SECTION_FILES,
	TOMB_SECTION_DELETIONS,
	TOMB_SECTION_EVENTS,
	TOMB_SECTION_ALERTS,
	TOMB_SECTION_STORAGE_OPTIONS,
	TOMB_SECTION_USERS,
	TOMB_SECTION_AUDIT,
	TOMB_SECTION_HARVESTS
};

/* The frame of a page with this title, for whoever is signed in; ?notice= of a redirect names what it says. */
struct html_page tomb_frame(
	const struct tomb_ctx *ctx, const struct tomb_request *req, const char *title, enum tomb_section section);

/* text, which is an error's, as a sentence: with a capital, unless it begins with a name, and a full stop. */
struct tomb_str tomb_frame_sentence(struct tomb_arena *arena, const char *text);

/* Marks res as a page; its body was rendered by a template. */
void tomb_frame_sent(struct tomb_response *res, unsigned status);

/* The service's on_error hook: a page for people, problem+json or the member API's form for programs. */
tomb_on_error_fn tomb_frame_error;

/* Its on_refusal hook: the same, but the plainest page there is. */
tomb_on_refusal_fn tomb_frame_refusal;

#endif

#include "deletion_mail.h"

#include "tombstone/html.h"
#include "tombstone/time.h"

#include <inttypes.h>

static void put_time(struct tomb_buf *b, int64_t us)
{
	char text[TOMB_TIME_TEXT];

	tomb_time_format(us, TOMB_TIME_S, text);
	/* 2026-11-21T10:11:12Z, for people. */
	tomb_buf_putf(b, "%.10s %.5s UTC", text, text + 11);
}

static void put_what(struct tomb_buf *b, const struct tomb_outbox_request *r)
{
	tomb_buf_put(b, TOMB_STR("  "));
	tomb_buf_put(b, r->first_identifier);
	if (r->items > 1)
		tomb_buf_putf(b, "\n  and %" PRId64 " more", r->items - 1);
	tomb_buf_putf(b, "\n  (%" PRId64 " file%s, ", r->file_count, r->file_count == 1 ? "" : "s");
	tomb_html_size(b, r->byte_count);
	tomb_buf_put(b, TOMB_STR(")\n\n"));
}

static void put_request(struct tomb_buf *b, const struct tomb_outbox_request *r)
{
	tomb_buf_put(b, TOMB_STR("Requested by: "));
	tomb_buf_put(b, r->requested_by_name);
	tomb_buf_put(b, TOMB_STR(" <"));
	tomb_buf_put(b, r->requested_by_email);
	tomb_buf_put(b, TOMB_STR(">\nRequested on: "));
	put_time(b, r->requested_at_us);
	tomb_buf_put(b, TOMB_STR("\nReason:       "));
	tomb_buf_put(b, r->reason_text);
	if (r->reason_text.n > 0 && r->reason.n > 0)
		tomb_buf_put(b, TOMB_STR(": "));
	tomb_buf_put(b, r->reason.n + r->reason_text.n > 0 ? r->reason : TOMB_STR("none given"));
	tomb_buf_put(b, TOMB_STR("\n"));
}

static void put_link(struct tomb_buf *b, const struct tomb_deletion_mail *f, const char *page)
{
	tomb_buf_put(b, TOMB_STR("  "));
	tomb_buf_put(b, f->public_url);
	tomb_buf_putf(b, "/deletions/%s/%" PRId64, page, f->request->id);
}

static void write_requested(const struct tomb_deletion_mail *f, struct tomb_buf *b)
{
	tomb_buf_put(b, TOMB_STR("your decision is needed: somebody has asked for these holdings of\n"));
	tomb_buf_put(b, f->request->institution);
	tomb_buf_put(b, TOMB_STR(" to be deleted for ever.\n\n"));
	put_what(b, f->request);
	put_request(b, f->request);
	tomb_buf_put(b, TOMB_STR("Decide until: "));
	put_time(b, f->request->expires_at_us);
	tomb_buf_put(b, TOMB_STR("\n\nNothing is deleted unless you or another admin approves. To see what would be\n"
				 "deleted, and to approve or reject it, sign in and follow this link:\n\n"));
	put_link(b, f, "review");
	tomb_buf_put(b, TOMB_STR("?token="));
	tomb_buf_put(b, f->token);
	tomb_buf_put(b, TOMB_STR("\n\nIf you open the request in another way, you are asked for this token:\n\n  "));
	tomb_buf_put(b, f->token);
	tomb_buf_put(b, TOMB_STR("\n\nThe token works only for admins of the institution. If nobody decides in time,\n"
				 "the request ends and nothing is deleted.\n"));
}

static void write_decided(const struct tomb_deletion_mail *f, struct tomb_buf *b, const char *what, const char *then)
{
	tomb_buf_putf(b, "this deletion request was %s", what);
	if (f->request->decided_by_name.n > 0) {
		tomb_buf_put(b, TOMB_STR(" by "));
		tomb_buf_put(b, f->request->decided_by_name);
		tomb_buf_put(b, TOMB_STR(" <"));
		tomb_buf_put(b, f->request->decided_by_email);
		tomb_buf_put(b, TOMB_STR(">"));
	}
	tomb_buf_put(b, TOMB_STR(".\n"));
	if (f->mail->content.n > 0) {
		tomb_buf_put(b, TOMB_STR("Why: "));
		tomb_buf_put(b, f->mail->content);
		tomb_buf_put(b, TOMB_STR(".\n"));
	}
	tomb_buf_put(b, TOMB_STR("\n"));
	put_what(b, f->request);
	put_request(b, f->request);
	tomb_buf_putf(b, "\n%s\n\n", then);
	put_link(b, f, "show");
	tomb_buf_put(b, TOMB_STR("\n"));
}

static void write_confirmed(const struct tomb_deletion_mail *f, struct tomb_buf *b)
{
	write_decided(f, b, "approved",
		"The files are deleted from every store now, and each deletion is verified. You get\n"
		"another mail when it is done. Its progress:");
}

static void write_cancelled(const struct tomb_deletion_mail *f, struct tomb_buf *b)
{
	write_decided(f, b, f->request->decided_by_name.n > 0 ? "rejected" : "closed",
		"Nothing was deleted, and nothing will be. It may be asked for again. The record:");
}

static void write_ended(const struct tomb_deletion_mail *f, struct tomb_buf *b, const char *how)
{
	tomb_buf_putf(b, "the deletion that was asked for by request %" PRId64 " %s.\n\n  ", f->request->id, how);
	tomb_buf_put(b, f->mail->content);
	tomb_buf_put(b, TOMB_STR("\n\n"));
	put_what(b, f->request);
	put_request(b, f->request);
	tomb_buf_put(b, TOMB_STR("Approved by:  "));
	tomb_buf_put(b, f->request->decided_by_name);
	tomb_buf_put(b, TOMB_STR(" <"));
	tomb_buf_put(b, f->request->decided_by_email);
	tomb_buf_put(b, TOMB_STR(">\n\nWhat became of each file:\n\n"));
	put_link(b, f, "show");
	tomb_buf_put(b, TOMB_STR("\n"));
}

static void write_completed(const struct tomb_deletion_mail *f, struct tomb_buf *b)
{
	write_ended(f, b, "is complete");
}

static void write_failed(const struct tomb_deletion_mail *f, struct tomb_buf *b)
{
	write_ended(f, b, "has ended, but not everything could be deleted");
}

typedef void write_fn(const struct tomb_deletion_mail *facts, struct tomb_buf *text);

static const struct {
	struct tomb_str type;
	const char *subject; /* "... request 12" */
	write_fn *write;
} mails[] = {
	{{"Deletion Requested", 18}, "Please decide: deletion request", write_requested},
	{{"Deletion Confirmed", 18}, "Approved: deletion request", write_confirmed},
	{{"Deletion Cancelled", 18}, "Closed, nothing deleted: deletion request", write_cancelled},
	{{"Deletion Completed", 18}, "Done: deletion request", write_completed},
	{{"Deletion Failed", 15}, "Incomplete: deletion request", write_failed},
};

enum tomb_code tomb_deletion_mail_write(
	const struct tomb_deletion_mail *f, struct tomb_buf *subject, struct tomb_buf *text, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_COUNTOF(mails); i++) {
		if (!tomb_str_eq(mails[i].type, f->mail->type))
			continue;
		tomb_buf_putf(subject, "%s %" PRId64 " (", mails[i].subject, f->request->id);
		tomb_buf_put(subject, f->request->institution);
		tomb_buf_put(subject, TOMB_STR(")"));
		tomb_buf_put(text, TOMB_STR("Dear "));
		tomb_buf_put(text, f->mail->to_name);
		tomb_buf_put(text, TOMB_STR(",\n\n"));
		mails[i].write(f, text);
		tomb_buf_put(text, TOMB_STR("\n-- \nTombstone, for "));
		tomb_buf_put(text, f->request->institution);
		tomb_buf_put(text, TOMB_STR("\n"));
		return TOMB_OK;
	}
	return TOMB_FAIL(err, TOMB_UNSUPPORTED, "there is no mail of type \"%.*s\"", TOMB_STR_ARG(f->mail->type));
}

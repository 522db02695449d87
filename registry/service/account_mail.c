#include "account_mail.h"

#include "tombstone/user_password.h"

static void put_link(struct tomb_buf *b, const struct tomb_account_mail *f)
{
	tomb_buf_put(b, TOMB_STR("  "));
	tomb_buf_put(b, f->public_url);
	tomb_buf_put(b, TOMB_STR("/password/set?token="));
	tomb_buf_put(b, f->token);
	tomb_buf_put(b, TOMB_STR("\n\n"));
}

static void write_reset(const struct tomb_account_mail *f, struct tomb_buf *b)
{
	tomb_buf_put(b, TOMB_STR("somebody has asked for a new password for your account. If it was you, follow\n"
				 "this link within one hour; it works once:\n\n"));
	put_link(b, f);
	tomb_buf_put(b, TOMB_STR("If it was not you, do nothing: your password stays as it is.\n"));
}

static void write_welcome(const struct tomb_account_mail *f, struct tomb_buf *b)
{
	tomb_buf_put(
		b, TOMB_STR("an account was made for you in the registry of what is kept, and what is deleted,\nfor "));
	tomb_buf_put(b, f->mail->institution);
	tomb_buf_put(b, TOMB_STR(".\n\nTo begin, choose a password; the link works once, for seven days:\n\n"));
	put_link(b, f);
	tomb_buf_put(b, TOMB_STR("You sign in with this e-mail address: "));
	tomb_buf_put(b, f->mail->to);
	tomb_buf_put(b, TOMB_STR("\n"));
}

/* What was done, and what to do if it was somebody else. */
static void write_change(const struct tomb_account_mail *f, struct tomb_buf *b, const char *what)
{
	tomb_buf_putf(b, "%s of your account was changed. ", what);
	tomb_buf_put(b, f->mail->content);
	tomb_buf_put(b, TOMB_STR("\nAll other sign-ins of yours have ended.\n\n"
				 "If this was not you, set a new password at once, and tell your operator:\n\n  "));
	tomb_buf_put(b, f->public_url);
	tomb_buf_put(b, TOMB_STR("/password/forgotten\n"));
}

static void write_changed(const struct tomb_account_mail *f, struct tomb_buf *b)
{
	write_change(f, b, "the password");
}

static void write_factor(const struct tomb_account_mail *f, struct tomb_buf *b)
{
	write_change(f, b, "the second factor");
}

typedef void write_fn(const struct tomb_account_mail *facts, struct tomb_buf *text);

static const struct {
	struct tomb_str type;
	const char *subject;
	write_fn *write;
	int minutes;
} mails[] = {
	{{"Password Reset", 14}, "Set a new password", write_reset, TOMB_PASSWORD_RESET_MINUTES},
	{{"Password Changed", 16}, "Your password was changed", write_changed, 0},
	{{"Welcome New User", 16}, "Your account: choose a password", write_welcome, TOMB_PASSWORD_WELCOME_MINUTES},
	{{"Second Factor Changed", 21}, "Your second factor was changed", write_factor, 0},
};

bool tomb_account_mail_is(struct tomb_str type, int *minutes)
{
	for (size_t i = 0; i < TOMB_COUNTOF(mails); i++)
		if (tomb_str_eq(mails[i].type, type)) {
			*minutes = mails[i].minutes;
			return true;
		}
	return false;
}

enum tomb_code tomb_account_mail_write(
	const struct tomb_account_mail *f, struct tomb_buf *subject, struct tomb_buf *text, struct tomb_err *err)
{
	for (size_t i = 0; i < TOMB_COUNTOF(mails); i++) {
		if (!tomb_str_eq(mails[i].type, f->mail->type))
			continue;
		tomb_buf_put(subject, tomb_str_from(mails[i].subject));
		tomb_buf_put(text, TOMB_STR("Dear "));
		tomb_buf_put(text, f->mail->to_name);
		tomb_buf_put(text, TOMB_STR(",\n\n"));
		mails[i].write(f, text);
		tomb_buf_put(text, TOMB_STR("\n-- \nTombstone, for "));
		tomb_buf_put(text, f->mail->institution);
		tomb_buf_put(text, TOMB_STR("\n"));
		return TOMB_OK;
	}
	return TOMB_FAIL(err, TOMB_UNSUPPORTED, "there is no mail of type \"%.*s\"", TOMB_STR_ARG(f->mail->type));
}

/* The mails that the SMTP server of a test has taken: a Maildir, read as it is on disk. */
#ifndef MAIL_FOLDER_H
#define MAIL_FOLDER_H

#include "servers.h"
#include "tombstone/token.h"

/* How many mails to address have a subject that begins so. */
int mail_folder_count(const struct server *smtp, const char *address, const char *subject);

/* The token in the newest mail to address that asks for a decision on the request; false if there is no such mail. */
bool mail_folder_token(
	const struct server *smtp, const char *address, int64_t request_id, char token[static TOMB_TOKEN_TEXT]);

#endif

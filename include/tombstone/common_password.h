/*
 * Passwords that everybody tries first.
 *
 * The list, registry/ledger/common_passwords.txt, holds those of eight characters or more among the 30,000 most common
 * ones that zxcvbn counts (Dropbox, MIT licence; Debian's python3-zxcvbn 4.4.28), in small letters.  NIST SP 800-63B,
 * 5.1.1.2; ASVS 5.0, 6.2.4.
 */
#ifndef TOMB_COMMON_PASSWORD_H
#define TOMB_COMMON_PASSWORD_H

#include "tombstone/str.h"

/* INVAL if a person with this e-mail address and name should not choose this password: it is on the list, in whatever
 * case of letters, one character over and over, or their own name or address. */
enum tomb_code tomb_common_password_refuse(
	struct tomb_str password, struct tomb_str email, struct tomb_str name, struct tomb_err *err) TOMB_MUST_USE;

#endif

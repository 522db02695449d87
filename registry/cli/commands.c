#include "commands.h"

/* Options of all commands that act in the name of a person. */
#define PERSON                                                                                                         \
	{"user", "E-MAIL", "Whose API key it is.", false},                                                             \
	{                                                                                                              \
		"api-key-file", "FILE", "A file that holds the API key; else it is in TOMBSTONE_API_KEY.", false       \
	}
#define PASSWORD                                                                                                       \
	{                                                                                                              \
		"password-file", "FILE", "A file that holds the password; \"-\" or nothing: standard input.", false    \
	}

static const struct cli_command commands[] = {
	{"help", "", 0, 0, "Lists the commands.", {{0}}, CLI_NEEDS_NOTHING, cli_help},
	{"migrate", "", 0, 0, "Brings the ledger's schema forward; needs the setting database_owner.", {{0}},
		CLI_NEEDS_NOTHING, cli_migrate},
	{"institution create", "IDENTIFIER NAME", 2, 2, "Makes an institution: a domain name and a name for people.",
		{{0}}, CLI_NEEDS_LEDGER, cli_institution_create},
	{"institution list", "", 0, 0, "Lists the institutions.", {{0}}, CLI_NEEDS_LEDGER, cli_institution_list},
	{"institution set", "IDENTIFIER", 1, 1, "Sets an institution's rules about admins.",
		{{"admin-days", "DAYS",
			 "How long somebody must be an admin to approve, and counts after having been one.", false},
			{"sole-admin", "self|operator",
				"What a sole admin's own request needs: that admin's consent, or an operator's.",
				false},
			{"require-totp", "yes|no", "Whether those who approve its deletions must have a second factor.",
				false}},
		CLI_NEEDS_LEDGER, cli_institution_set},
	{"institution deactivate", "IDENTIFIER", 1, 1, "Shuts an institution's people out at once; its holdings stay.",
		{{0}}, CLI_NEEDS_LEDGER, cli_institution_deactivate},
	{"user create", "E-MAIL", 1, 1, "Makes an account.",
		{{"institution", "IDENTIFIER", "Whose person it is.", false},
			{"name", "NAME", "The person's name.", false},
			{"role", "ROLE", "sysadmin, inst_admin or inst_user.", false},
			{"password-file", "FILE",
				"A file that holds the password, \"-\" for standard input; without it, none yet.",
				false}},
		CLI_NEEDS_LEDGER, cli_user_create},
	{"user list", "", 0, 0, "Lists accounts.", {{"institution", "IDENTIFIER", "Only of this institution.", false}},
		CLI_NEEDS_LEDGER, cli_user_list},
	{"user set-role", "E-MAIL ROLE", 2, 2, "Gives an account another role: sysadmin, inst_admin, inst_user.", {{0}},
		CLI_NEEDS_LEDGER, cli_user_set_role},
	{"user duty", "E-MAIL", 1, 1,
		"Gives and takes duties: editor, digitization_coordinator, repository_manager, harvest_admin.",
		{{"give", "NAME", "A duty that the person has from now on.", true},
			{"take", "NAME", "A duty that the person no longer has.", true}},
		CLI_NEEDS_LEDGER, cli_user_duty},
	{"user set-password", "E-MAIL", 1, 1, "Sets an account's password, and ends its sessions.", {PASSWORD},
		CLI_NEEDS_LEDGER, cli_user_set_password},
	{"user totp-reset", "E-MAIL", 1, 1,
		"Takes the second factor of somebody who has lost it, and tells them by mail.", {{0}}, CLI_NEEDS_LEDGER,
		cli_user_totp_reset},
	{"user invite", "E-MAIL", 1, 1, "Mails somebody a link to set a password with.", {{0}}, CLI_NEEDS_LEDGER,
		cli_user_invite},
	{"user activate", "E-MAIL", 1, 1, "Lets the owner of a deactivated account in again.", {{0}}, CLI_NEEDS_LEDGER,
		cli_user_activate},
	{"user deactivate", "E-MAIL", 1, 1, "Ends an account with its sessions, keys and tokens, at once.", {{0}},
		CLI_NEEDS_LEDGER, cli_user_deactivate},
	{"api-key create", "E-MAIL", 1, 1, "Makes an API key for an account, and prints it this once.",
		{{"name", "NAME", "What it is for; default: cli.", false}}, CLI_NEEDS_LEDGER, cli_api_key_create},
	{"api-key list", "", 0, 0, "Lists API keys.", {{"email", "E-MAIL", "Only this account's.", false}},
		CLI_NEEDS_LEDGER, cli_api_key_list},
	{"api-key revoke", "ID", 1, 1, "Makes an API key useless.", {{0}}, CLI_NEEDS_LEDGER, cli_api_key_revoke},
	{"storage setup", "", 0, 0, "Tells the ledger of the backends in the backends file, and makes storage options.",
		{{"option", "NAME[:DAYS]=BACKEND[,BACKEND]...",
			 "A storage option with a copy in each of these backends, kept DAYS days at least; the days of "
			 "the usual "
			 "options (Standard, Glacier-OH, Wasabi-VA, ...) are known.",
			 true},
			{"defaults", NULL, "All usual options, each on the backends that --backend names.", false},
			{"backend", "NAME", "For --defaults; without it, all backends of the file.", true}},
		CLI_NEEDS_LEDGER, cli_storage_setup},
	{"storage options", "", 0, 0, "Lists the storage options with their backends.", {{0}}, CLI_NEEDS_LEDGER,
		cli_storage_options},
	{"storage list", "", 0, 0, "Lists the backends: what and where they are, and which options use them.", {{0}},
		CLI_NEEDS_LEDGER, cli_storage_list},
	{"storage status", "", 0, 0,
		"Shows which backends the workers leave alone, and what the last probes found; exit code 3 if there is "
		"one.",
		{{0}}, CLI_NEEDS_LEDGER, cli_storage_status},
	{"storage probe", "BACKEND", 1, 1,
		"Looks at a backend as a whole and keeps what it finds; exit code 1 if it cannot be used.",
		{{"examine", NULL,
			"Also try what the store really does, with objects of its own under tombstone-probe/, which "
			"are "
			"removed again.",
			false}},
		CLI_NEEDS_LEDGER, cli_storage_probe},
	{"storage inventory", "BACKEND", 1, 1,
		"Asks a vault for its inventory or, once it is ready, reads it: which copies that were accepted as "
		"deleted are gone, and which are not (exit code 3).",
		{{0}}, CLI_NEEDS_LEDGER, cli_storage_inventory},
	{"storage register", "BACKEND ARCHIVE FILE", 3, 3,
		"Makes an archive of a vault known as a copy of a file, so that it is deleted with it. Nobody can look "
		"at "
		"an archive: that it holds the file's content is your word.",
		{{"stored", "TIME",
			"Since when it lies there (RFC 3339, as in the vault's inventory); default: now, which begins "
			"its "
			"minimum retention.",
			false}},
		CLI_NEEDS_LEDGER, cli_storage_register},
	{"storage reset", "BACKEND", 1, 1, "Lets the workers use a backend again that they leave alone.",
		{{"reason", "TEXT", "Why; for the audit log.", false}}, CLI_NEEDS_LEDGER, cli_storage_reset},
	{"storage set", "BACKEND", 1, 1, "Sets how a backend is treated.",
		{{"retention", "registry|store|strictest",
			"Whose minimum retention counts: the storage option's, the one that the store bills for its "
			"class, or both (the default). A store's is a price, not a lock.",
			false}},
		CLI_NEEDS_LEDGER, cli_storage_set},
	{"storage price", "OPTION PRICE [CURRENCY]", 2, 3,
		"Sets what a copy of a storage option costs for a GB (2^30 bytes) and 30 days, such as 0.0036 USD, "
		"for estimates of what its early deletion costs; PRICE \"none\" takes it away.",
		{{"backend", "NAME", "The copies there; without it, those on all backends of the option.", true},
			{"days", "DAYS", "How long it is billed at least; default: the option's minimum.", false},
			{"bytes", "N", "A smaller file is billed as if it had so many bytes; default: 0.", false}},
		CLI_NEEDS_LEDGER, cli_storage_price},
	{"storage prices", "", 0, 0, "Lists what copies cost, as far as it is set.", {{0}}, CLI_NEEDS_LEDGER,
		cli_storage_prices},
	{"bag", "FOLDER OUT", 2, 2, "Makes a bag (BagIt 1.0) of a folder: the folder OUT, which must not exist.",
		{{"title", "TEXT", "The object's title.", false}, {"description", "TEXT", "What it is.", false},
			{"access", "RIGHT", "Consortia, Institution or Restricted.", false},
			{"storage-option", "NAME", "How it shall be stored.", false},
			{"info", "LABEL:VALUE", "A line of bag-info.txt.", true}},
		CLI_NEEDS_NOTHING, cli_bag},
	{"ingest", "BAG", 1, 1, "Stores a bag (a folder or a tar file) and records it: all of it, or nothing.",
		{{"institution", "IDENTIFIER", "Whose bag it is.", false},
			{"storage-option", "NAME", "Where the bag does not say it.", false},
			{"threads", "N", "Files that are stored at the same time; default: 8.", false}},
		CLI_NEEDS_LEDGER, cli_ingest},
	{"request", "", 0, 0, "Asks for the deletion of objects and files; another admin must approve it.",
		{{"object", "ID", "An object, by number or identifier.", true},
			{"file", "ID", "A file, by number or identifier.", true},
			{"reason", "TEXT", "Why: for those who decide, and for the record.", false},
			{"reason-code", "CODE", "The kind of reason; \"other\" needs --reason. One of:"
#define TOMB_DELETION_REASON(code, text) " " code
#include "tombstone/deletion_reason.def"
#undef TOMB_DELETION_REASON
				,
				false},
			PERSON},
		CLI_NEEDS_PERSON, cli_request},
	{"approve", "REQUEST", 1, 1,
		"Approves a deletion request. Whoever has a second factor is asked for a code on the terminal.",
		{{"token", "TOKEN", "From the mail about the request.", false},
			{"token-file", "FILE", "A file that holds it.", false},
			{"totp-file", "FILE", "A file, such as /dev/stdin, that holds the code.", false}, PERSON},
		CLI_NEEDS_PERSON, cli_approve},
	{"reject", "REQUEST", 1, 1, "Rejects a deletion request.",
		{{"token", "TOKEN", "From the mail about the request.", false},
			{"token-file", "FILE", "A file that holds it.", false}, PERSON},
		CLI_NEEDS_PERSON, cli_reject},
	{"status", "[REQUEST]", 0, 1, "Shows how far a deletion is; without a number, what is going on.",
		{{"follow", NULL, "Watch until the work ends.", false},
			{"work-item", "ID", "This work item instead of a request.", false}},
		CLI_NEEDS_LEDGER, cli_status},
	{"work-item cancel", "WORK-ITEM", 1, 1,
		"Ends the work item of a deletion: files that have not begun are refused, and stay.",
		{{"reason", "TEXT", "Why; required: the admins read it beside each file.", false}}, CLI_NEEDS_LEDGER,
		cli_work_item_cancel},
	{"requeue", "WORK-ITEM", 1, 1, "Puts the failed files of a work item to work again.", {{0}}, CLI_NEEDS_LEDGER,
		cli_requeue},
	{"stop", "", 0, 0, "Halts all workers within one batch.", {{"reason", "TEXT", "Why; required.", false}},
		CLI_NEEDS_LEDGER, cli_stop},
	{"start", "", 0, 0, "Lets the workers work again.", {{"reason", "TEXT", "Why.", false}}, CLI_NEEDS_LEDGER,
		cli_start},
	{"audit verify", "", 0, 0, "Checks that the audit log is whole; exit code 1 and the place if it is not.", {{0}},
		CLI_NEEDS_LEDGER, cli_audit_verify},
	{"record import", "FILE...", 1, CLI_VALUES_MAX,
		"Creates and changes records; one that says that it is deleted deletes the one that is there. Exit "
		"code 3 "
		"if some were refused.",
		{{"institution", "IDENTIFIER", "Whose records they are; required.", false},
			{"kind", "KIND", "instance, holdings, authority, mms_item, ...; required.", false},
			{"in", "ID", "The record that they are in.", false},
			{"format", "FORMAT",
				"marc or marcxml (whichever: what it is shows), or mods with one record a file; "
				"default: marc.",
				false}},
		CLI_NEEDS_LEDGER, cli_record_import},
	{"record show", "ID", 1, 1, "Shows a record, deleted or not.", {{0}}, CLI_NEEDS_LEDGER, cli_record_show},
	{"record list", "", 0, 0, "Lists records, in order of their numbers.",
		{{"institution", "IDENTIFIER", "Only of this institution.", false},
			{"kind", "KIND", "Only of this kind.", false},
			{"state", "active|deleted", "Only in this state.", false},
			{"in", "ID", "Only what is directly in this record.", false},
			{"title", "TEXT", "Only titles that begin so.", false}},
		CLI_NEEDS_LEDGER, cli_record_list},
	{"record delete", "ID", 1, 1,
		"Deletes a record, with what its mode takes along; exit code 4 and the first obstacle if something "
		"stands "
		"in the way.",
		{{"mode", "MODE",
			 "self, with_contents, with_children, reassign_children, with_empty_ancestors; default: as the "
			 "kind "
			 "has it.",
			 false},
			{"dry-run", NULL, "Only show what would be deleted, and what stands in the way.", false},
			{"expect", "N", "How many records it must be: another number refuses it.", false},
			{"reason", "TEXT", "Why.", false},
			{"reason-code", "CODE", "For MMS: remediation or accidental; free for others.", false},
			{"override", NULL, "For MMS: for another reason than these two.", false},
			{"confirm", "WHAT",
				"For MMS: reference, metadata, rights-not-needed, contents: what you have made sure "
				"of.",
				true}},
		CLI_NEEDS_LEDGER, cli_record_delete},
	{"record restore", "ID...", 1, CLI_VALUES_MAX, "Brings deleted records back, with what was deleted with them.",
		{{"keep-suppressed", NULL, "They stay suppressed, as in FOLIO.", false},
			{"alone", NULL, "Without what was deleted together with them.", false}},
		CLI_NEEDS_LEDGER, cli_record_restore},
	{"record export", "all|deleted|authority-deleted", 1, 1,
		"Prints records as others take them: live ones first, deleted ones last, as the ledger was when it "
		"began; "
		"exit code 3 if some could not be written.",
		{{"format", "FORMAT", "marc (the default), marcxml, mods, ids, csv, tombstones or premis.", false},
			{"kind", "KIND",
				"instance (the default), holdings, authority, mms_item, alma_title, ...: a kind of "
				"record.",
				true},
			{"institution", "IDENTIFIER", "Whose records; without it, everybody's.", false},
			{"from", "DAY", "For deleted ones: deleted on this day (UTC) or later.", false},
			{"to", "DAY", "The same: on this day or before. Without both, \"deleted\" is of yesterday.",
				false},
			{"suppressed", NULL, "For \"all\": also live ones that are suppressed from discovery.", false},
			{"only-live", NULL, "For \"all\": without deleted ones.", false},
			{"ids-file", "FILE", "Only those that the file names: UUIDs, one a line.", false}},
		CLI_NEEDS_LEDGER, cli_record_export},
	{"record policy", "", 0, 0, "Shows, or sets, what others see of deleted records.",
		{{"compat", "consistent|seed",
			 "Whether every deletion of a FOLIO record is exported and harvested as one, or only those "
			 "that FOLIO "
			 "shows.",
			 false},
			{"deleted-record", "persistent|transient|no",
				"How long harvesters are told of deleted records: for ever, until a purge, never.",
				false},
			{"suppressed", "flag|skip",
				"Whether harvesters see what is suppressed from discovery, with a flag, or not at all.",
				false},
			{"holdings", "yes|no", "Whether holdings are harvested by themselves.", false},
			{"objects", "yes|no", "Whether intellectual objects are.", false}},
		CLI_NEEDS_LEDGER, cli_record_policy},
	{"premis", "IDENTIFIER", 1, 1, "Prints an object or a file with its history as PREMIS 3 (XML).", {{0}},
		CLI_NEEDS_LEDGER, cli_premis},
};

const struct cli_command *cli_commands(size_t *n)
{
	*n = TOMB_COUNTOF(commands);
	return commands;
}

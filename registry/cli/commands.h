/* Every command's function; the table of them is in commands.c. */
#ifndef TOMB_CLI_COMMANDS_H
#define TOMB_CLI_COMMANDS_H

#include "cli.h"

cli_fn cli_migrate, cli_help;
cli_fn cli_institution_create, cli_institution_list, cli_institution_set, cli_institution_deactivate;
cli_fn cli_user_create, cli_user_list, cli_user_set_role, cli_user_duty, cli_user_set_password, cli_user_deactivate,
	cli_user_activate, cli_user_invite, cli_user_totp_reset;
cli_fn cli_api_key_create, cli_api_key_list, cli_api_key_revoke;
cli_fn cli_storage_setup, cli_storage_options, cli_storage_list, cli_storage_status, cli_storage_probe;
cli_fn cli_storage_inventory, cli_storage_register;
cli_fn cli_storage_reset, cli_storage_set, cli_storage_price, cli_storage_prices;
cli_fn cli_bag, cli_ingest;
cli_fn cli_request, cli_approve, cli_reject;
cli_fn cli_status, cli_work_item_cancel, cli_requeue, cli_stop, cli_start;
cli_fn cli_audit_verify, cli_premis;
cli_fn cli_record_import, cli_record_show, cli_record_list, cli_record_delete, cli_record_restore, cli_record_export,
	cli_record_policy;

#endif

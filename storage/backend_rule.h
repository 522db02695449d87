/* What the values of a backends file must look like. */
#ifndef STORAGE_BACKEND_RULE_H
#define STORAGE_BACKEND_RULE_H

#include "tombstone/str.h"

/* NULL if value keeps the rule, else the rule in words. */
typedef const char *backend_rule(struct tomb_str value);

backend_rule backend_rule_folder;   /* absolute, no empty or dot segment, no trailing slash */
backend_rule backend_rule_file;     /* absolute */
backend_rule backend_rule_endpoint; /* http(s)://host[:port] and nothing more, in the one way to write it */
backend_rule backend_rule_region;
backend_rule backend_rule_bucket;
backend_rule backend_rule_storage_class;
backend_rule backend_rule_style;
backend_rule backend_rule_account;    /* of AWS */
backend_rule backend_rule_account_id; /* that, or "-" */
backend_rule backend_rule_vault;
backend_rule backend_rule_provider;
backend_rule backend_rule_credentials;
backend_rule backend_rule_profile; /* as in the AWS files */

struct backend;

/* The keys of an AWS-like backend: from files, all of them, or from the chain, and no half of one beside the other. */
const char *backend_rule_keys(const struct backend *b);

bool backend_rule_is_name(struct tomb_str name);

/* Is an endpoint https, or http to an address of this machine? */
bool backend_rule_is_private(struct tomb_str endpoint);

/* NULL, or why the name of the bucket cannot stand before the endpoint's host. */
const char *backend_rule_virtual(struct tomb_str endpoint, struct tomb_str bucket);

#endif

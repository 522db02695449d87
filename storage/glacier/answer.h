/* The JSON that a Glacier vault answers with.  Members that we do not know are passed over. */
#ifndef STORAGE_GLACIER_ANSWER_H
#define STORAGE_GLACIER_ANSWER_H

#include "tombstone/arena.h"

/* Strings are in the arena; "" where the answer has none. */
struct glacier_error {
	struct tomb_str code;
	struct tomb_str message;
};

/* Any other body gives an error without code and message. */
void glacier_answer_error(struct tomb_str body, struct tomb_arena *arena, struct glacier_error *out);

struct glacier_vault {
	struct tomb_str arn;
	int64_t inventory_us; /* when the last inventory was completed; 0: there is none yet */
};

/* CORRUPT when it is not what DescribeVault answers. */
enum tomb_code glacier_answer_vault(
	struct tomb_str body, struct tomb_arena *arena, struct glacier_vault *out, struct tomb_err *err) TOMB_MUST_USE;

struct glacier_job {
	struct tomb_str arn; /* of its vault */
	struct tomb_str status;
	struct tomb_str message;
	bool is_whole_inventory; /* and not an archive, or a part of an inventory */
};

/* CORRUPT when it is not what DescribeJob answers. */
enum tomb_code glacier_answer_job(
	struct tomb_str body, struct tomb_arena *arena, struct glacier_job *out, struct tomb_err *err) TOMB_MUST_USE;

#endif

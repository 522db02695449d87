/* A catalogue of records made by SQL, and what an export of it gives. */
#ifndef EXPORT_BOX_H
#define EXPORT_BOX_H

#include "ledger_fixture.h"
#include "temp_folder.h"
#include "tombstone/record_export.h"

struct export_box {
	struct ledger_fixture *f;
	int64_t institution;
	struct tomb_actor editor; /* an admin of the institution */
	struct temp_folder temp;
	struct tomb_buf file;     /* of the last export */
	struct tomb_buf problems; /* of it: a line each */
	struct tomb_record_exported done;
	char data[512]; /* schemas; "" if they are not on this machine */
};

int export_box_set_up(void **state);
int export_box_tear_down(void **state);

/* A live record.  source "MARC": with a MARC record whose 001 is hrid, and title in 245. */
void export_box_add(struct export_box *box, const char *kind, const char *source, const char *hrid, const char *title);

/* In that record instead of in nothing; to be called for holdings and items. */
void export_box_add_in(struct export_box *box, const char *parent_hrid, const char *kind, const char *source,
	const char *hrid, const char *title);

/* As the ledger's one door does it, by way of origin ("ui", "sql", ...). */
void export_box_delete(const char *hrid, const char *origin);
void export_box_restore(const char *hrid);

/* Exports into box->file.  Fails the test unless it succeeds. */
void export_box_run(struct export_box *box, const struct tomb_record_export_ask *ask);

/* Live and deleted ones of one kind. */
struct tomb_record_export_ask export_box_all(enum tomb_record_kind *kind, enum tomb_record_export_format format);

/* What perl's MARC::Record reads of the last file: "05 001 245$a" a line, for each record.  Valid until the next call.
 */
const char *export_box_perl(struct export_box *box);

/* The last file, written to a file of this name, is what a command says it is: %s in it becomes the path. */
void export_box_judge(struct export_box *box, const char *name, const char *command);

#endif

/* What is to be judged beside the ledger, put into tables of the schema judge: what lies in the stores, what the S3
 * server did, which mails have come. */
#ifndef KILL_EVIDENCE_H
#define KILL_EVIDENCE_H

#include "scene.h"

void evidence_collect(struct scene *s);

#endif

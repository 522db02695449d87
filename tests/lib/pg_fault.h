/*
 * Makes the n-th call to libpq fail.  A program that uses it says in its head comment:
 *	wrap: PQconninfoParse PQconnectdbParams PQexec PQexecPrepared PQsendPrepare PQsendDescribePrepared
 *	wrap: PQpipelineSync PQenterPipelineMode PQexitPipelineMode PQsendQueryPrepared PQsetSingleRowMode
 *	wrap: PQgetResult PQgetCancel
 */
#ifndef TESTS_PG_FAULT_H
#define TESTS_PG_FAULT_H

#include <stdbool.h>

enum pg_fault {
	PG_FAULT_NO_ANSWER, /* the call is made, where it can be, and its answer is lost: NULL or 0 */
	PG_FAULT_NO_SERVER, /* the server process of every connection named "fault" ends before the call */
};

/* The n-th call from now on (from 0) fails, and only it. */
void pg_fault_arm(enum pg_fault fault, long n);

/* No more faults; true if one happened since it was armed. */
bool pg_fault_disarm(void);

#endif

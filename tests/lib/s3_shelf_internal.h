#ifndef S3_SHELF_INTERNAL_H
#define S3_SHELF_INTERNAL_H

#include "s3_shelf.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/types.h>

struct shelf_thing {
	char *path; /* NULL: the slot is free */
	char etag[S3_SHELF_ETAG];
	size_t size;
	time_t since;
	bool is_there;
};

/* Of the server and of the one who started it. */
struct shelf_trap {
	atomic_int place; /* enum s3_shelf_place; -1: none */
	atomic_int left;
	sem_t sprung;
	sem_t go_on;
	atomic_int percent[S3_SHELF_FAULTS];
	atomic_int suffered[S3_SHELF_FAULTS];
};

struct s3_shelf {
	int listener;
	char endpoint[40];
	FILE *journal;
	struct shelf_thing *things; /* a hash table, open addressing */
	size_t room;                /* a power of two */
	size_t n;
	struct shelf_trap *trap;
	pid_t pid;
};

/* One request, whole, and its answer: both are texts of the caller. */
struct shelf_request {
	struct tomb_str head;
	struct tomb_str body;
};

/* Does what the request asks for and writes the answer. */
void s3_shelf_answer(struct s3_shelf *shelf, const struct shelf_request *request, struct tomb_buf *out);

/* Whether this request is one of those to which it happens. */
bool s3_shelf_strikes(struct s3_shelf *shelf, enum s3_shelf_fault fault);

/* The answer to a request that was not done; that to HEAD has no body. */
void s3_shelf_refuse(struct tomb_buf *out, bool is_head, const char *status, const char *code);

/* Halts if it is the time and the place. */
void s3_shelf_at(struct s3_shelf *shelf, enum s3_shelf_place place);

#endif

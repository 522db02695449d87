/*
 * What the killings happen to: three institutions with two people each, objects and files in directories and on an S3
 * server, what shall be deleted when, which bags come again, and what must not be touched.
 */
#ifndef KILL_SCENE_H
#define KILL_SCENE_H

#include "s3_shelf.h"
#include "stage.h"
#include "temp_folder.h"

#include <stdatomic.h>

enum { PARTIES = 3, WISH_MAX = 20, BAGS_MAX = 64, ALL = 1000 /* progress is counted in thousandths of the kills */ };

struct kill_options {
	int kills;
	int files; /* to be deleted; half as many thousandths again are there besides */
	unsigned seed;
};

struct party {
	int64_t institution;
	char domain[24];
	char mails[2][32];
	struct tomb_actor asks, agrees;
	struct visitor asker, agreer; /* with API keys */
};

/* A deletion that somebody asks for. */
struct wish {
	int party;
	int64_t ids[WISH_MAX];
	int n;
	bool are_files;  /* or objects */
	bool is_refused; /* the second person says no */
	int after;       /* progress */
	int bag;         /* -1, or the bag that must have come again before */
};

/* A bag that is there from the beginning and comes again, with other bytes in every second file. */
enum bag_when {
	BAG_ANY_TIME, /* nobody deletes it */
	BAG_WHEN_DELETED,
	BAG_WHEN_APPROVED /* while it is deleted */
};

struct bag {
	int party;
	char name[32];
	int64_t object;
	enum bag_when when;
	int after;
};

/* Between our processes. */
struct shared {
	atomic_int progress;
	atomic_int ingest_pid; /* 0: none */
	atomic_int ingests;    /* begun */
	atomic_int ingests_done;
	atomic_int bag_came[BAGS_MAX];
	atomic_int asked, decided, repeated; /* wishes; requests that had no good answer */
	atomic_int wrong_answers;
};

struct scene {
	struct kill_options options;
	struct stage *stage;
	struct s3_shelf *shelf;
	char journal[96];
	struct temp_folder temp; /* bags, keys */
	struct party parties[PARTIES];
	struct wish *wishes;
	int nwishes;
	struct bag bags[BAGS_MAX];
	int nbags;
	int64_t files_wished;
	struct shared *shared;
	pid_t crowd, depositor;
	unsigned seed; /* as it goes on */
};

void scene_open(struct scene *s, const struct kill_options *options);
void scene_close(struct scene *s);

int scene_random(struct scene *s, int n); /* 0 to n - 1 */

/* The operator's command with its settings; ends in NULL.  Room for 12 words behind them. */
struct scene_words {
	const char *argv[20];
};
struct scene_words scene_command(const struct scene *s, const char *const *words);

#endif

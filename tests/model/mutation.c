#include "mutation.h"

#include <stddef.h>
#include <string.h>

struct mutation {
	const char *name;
	const char *find, *put; /* in the text of statements */
	enum mistake mistake;
};

static const struct mutation mutations[] = {
	{"claims do not ask for the generation", "when f.generation <> l.generation then", "when false then", 0},
	{"claims do not ask for holds on files", "when hf.reason is not null then", "when false then", 0},
	{"claims do not ask for holds on objects", "when ho.reason is not null then", "when false then", 0},
	{"claims do not ask for holds on institutions", "when hi.reason is not null then", "when false then", 0},
	{"claims see lifted holds as well", "h.file_id = f.id and h.lifted_at is null", "h.file_id = f.id", 0},
	{"claims do not ask for the minimum retention", "when young.until is not null then", "when false then", 0},
	{"claims do not ask who asked", "when asked.id is null then", "when false then", 0},
	{"claims do not ask who approved", "when agreed.id is null then", "when false then", 0},
	{"claims do not ask what was cancelled", "when x.reason is not null then", "when false then", 0},
	{"a cancelled work item ends as a failed one", "w.files_done + s.done < w.files_total) then 'Cancelled'",
		"w.files_done + s.done < w.files_total) then 'Failed'", 0},
	{"claims do not look at the stop switch", "\n\t\tand not (select is_on from stop_switch)\n\treturning b.id",
		"\n\treturning b.id", 0},
	{"claims take what another lane has", "b.state = 'leased' and b.lease_until < now()", "b.state = 'leased'", 0},
	{"claims never take over a lease that is over", "or b.state = 'leased' and b.lease_until < now())", "or false)",
		0},
	{"claims do not count up the fence", "fence = b.fence + 1", "fence = greatest(b.fence, 1)", 0},
	{"renewals do not ask whose the batch is",
		"where id = $1::bigint and fence = $2::bigint and state = 'leased' and not",
		"where id = $1::bigint and $2::bigint > 0 and state = 'leased' and not", 0},
	{"renewals do not look at the stop switch", "state = 'leased' and not (select is_on from stop_switch)",
		"state = 'leased'", 0},
	{"settling does not ask for the fence",
		"b.id = $1::bigint and b.fence = $2::bigint and b.state = 'leased'\n\treturning",
		"b.id = $1::bigint and $2::bigint > 0 and b.state = 'leased'\n\treturning", 0},
	{"settling makes nothing Deleted", "and f.state = 'A' and f.generation = t.generation\n", "and false\n", 0},
	{"settling believes what the lane says of files", "outcome = case when t.is_true then",
		"outcome = case when true then", 0},
	{"settling forgets what is for later", "when cardinality($3::bigint[]) > 0 then 'ready'",
		"when false then 'ready'", 0},
	{"settling takes unknown for gone", "status = case when a.gone then 'gone' when not a.there then 'removing'",
		"status = case when a.gone then 'gone'", 0},
	{"claims forget which copies were tried", "k.was = 'removing', now()", "k.was = '', now()", 0},
	{"a refusal forgets what a dead lane left", "k.status = 'removing' and k.deletion_id = b.deletion_id", "false",
		0},
	{"a refusal keeps a file Active that has nothing left", "(t.outcome = 'deleted' or t.lost > 0) and",
		"t.outcome = 'deleted' and", 0},
	{"claims do not count who died", "(b.state = 'leased')::int", "0", 0},
	{"claims count who died as an attempt", "(b.state = 'ready')::int", "1", 0},
	{"settling does not forget who died", "::int, 0), deaths = 0,", "::int, 0), deaths = b.deaths,", 0},
	{"cuts lose a file", "b.file_ids[b.half + 1:]", "b.file_ids[b.half + 2:]", 0},
	{"cuts keep the old list", "file_ids = b.file_ids[:b.half]", "file_ids = b.file_ids", 0},
	{"cuts do not ask for the fence",
		"from batch where id = $1::bigint and fence = $2::bigint and state = 'leased' for no key update\n), "
		"kept",
		"from batch where id = $1::bigint and $2::bigint > 0 for no key update\n), kept", 0},
	{"announcements forget leases that are over", "(b.state = 'ready' or b.lease_until < now())",
		"b.state = 'ready'", 0},
	{"plans leave out what stands alone", "where d.id = $1::bigint group by d.id, n.part",
		"where d.id = $1::bigint group by d.id, n.part having count(*) > 1", 0},
	{"requeued files stay failed",
		"set outcome = 'pending', reason = '', settled_at = null where item_id = $1::bigint and outcome = "
		"'failed'",
		"set reason = '' where item_id = $1::bigint and outcome = 'failed'", 0},
	{"lanes do not ask again before they delete", NULL, NULL, MISTAKE_NO_CONFIRM},
	{"lanes go on after a look without an answer", NULL, NULL, MISTAKE_BLIND_PREFLIGHT},
	{"lanes take an unknown commit for one that happened", NULL, NULL, MISTAKE_BELIEVE_COMMIT},
	{"lanes do not verify", NULL, NULL, MISTAKE_NO_VERIFY},
};

/* Not a mistake, but the test's own: with batches of two files, four files are enough for deletions of several batches.
 */
static const struct mutation always[] = {
	{"", "/ $2::int as part", "/ least($2::int, 2) as part", 0},
};

static int chosen = -1;
static bool is_in;

const char *mutation_name(int i)
{
	return (size_t)i < TOMB_COUNTOF(mutations) ? mutations[i].name : NULL;
}

void mutation_choose(int i)
{
	chosen = i;
	is_in = i >= 0 && mutations[i].find == NULL;
}

bool mutation_is_in(void)
{
	return is_in;
}

bool mutation_is(enum mistake mistake)
{
	return chosen >= 0 && mutations[chosen].mistake == mistake;
}

/* True if it was there. */
static bool replace(const struct mutation *m, const char *sql, struct tomb_buf *buf)
{
	const char *at = m->find ? strstr(sql, m->find) : NULL;

	if (!at)
		return false;
	tomb_buf_reset(buf);
	tomb_buf_put(buf, (struct tomb_str){sql, (size_t)(at - sql)});
	tomb_buf_put(buf, tomb_str_from(m->put));
	tomb_buf_put(buf, tomb_str_from(at + strlen(m->find)));
	tomb_buf_put(buf, (struct tomb_str){"", 1});
	return true;
}

const char *mutation_of_sql(const char *sql, struct tomb_buf *buf)
{
	if (chosen >= 0 && replace(&mutations[chosen], sql, buf)) {
		is_in = true;
		return buf->p;
	}
	for (size_t i = 0; i < TOMB_COUNTOF(always); i++)
		if (replace(&always[i], sql, buf))
			return buf->p;
	return sql;
}

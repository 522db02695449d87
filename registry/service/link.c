#include "link.h"

static enum tomb_code open_with(struct tomb_link *link, const char *conninfo, const struct tomb_pg_options *options,
	const struct tomb_pg_set *const *sets, size_t nsets, const struct tomb_log *log, struct tomb_err *err)
{
	struct tomb_pg *pg = NULL;

	TOMB_TRY(tomb_pg_open_with(&pg, conninfo, options, sets, nsets, err));
	*link = (struct tomb_link){.pg = pg, .log = log};
	return TOMB_OK;
}

enum tomb_code tomb_link_open(struct tomb_link *link, const char *conninfo, const struct tomb_pg_set *const *sets,
	size_t nsets, const struct tomb_log *log, struct tomb_err *err)
{
	return open_with(link, conninfo, &(struct tomb_pg_options){0}, sets, nsets, log, err);
}

enum tomb_code tomb_link_open_reader(struct tomb_link *link, const char *conninfo,
	const struct tomb_pg_set *const *sets, size_t nsets, const struct tomb_log *log, struct tomb_err *err)
{
	return open_with(link, conninfo, &(struct tomb_pg_options){.plans_reads_once = true}, sets, nsets, log, err);
}

bool tomb_link_is_up(struct tomb_link *link)
{
	struct tomb_err err;

	if (tomb_pg_is_alive(link->pg))
		return true;
	if (tomb_pg_reset(link->pg, &err) != TOMB_OK) {
		if (!link->was_down)
			tomb_log(link->log, TOMB_EV_DB_DOWN, TOMB_KV_ERR(&err));
		link->was_down = true;
		return false;
	}
	tomb_log(link->log, TOMB_EV_DB_UP);
	link->was_down = false;
	return true;
}

void tomb_link_close(struct tomb_link *link)
{
	tomb_pg_close(link->pg);
	link->pg = NULL;
}

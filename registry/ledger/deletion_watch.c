#include "tombstone/deletion_watch.h"

#include "sql.gen.h"

enum tomb_code tomb_deletion_watch_read(struct tomb_pg *pg, const struct tomb_deletion_watch *watches, size_t n,
	struct tomb_arena *arena, struct tomb_deletion_watched **out, struct tomb_err *err)
{
	int64_t *requests = TOMB_NEW(arena, int64_t, n);
	struct tomb_str *sessions = TOMB_NEW(arena, struct tomb_str, n);
	struct tomb_deletion_watched *found = TOMB_NEW(arena, struct tomb_deletion_watched, n);
	struct sql_deletion_watch_read_args args = {{requests, n}, {sessions, n}};
	struct sql_deletion_watch_read_row *rows = NULL;
	size_t nrows = 0;

	if (!requests || !sessions || !found)
		return TOMB_FAIL(err, TOMB_NOMEM, "%zu watches", n);
	for (size_t i = 0; i < n; i++) {
		requests[i] = watches[i].request_id;
		sessions[i] = watches[i].session_sha256;
	}
	TOMB_TRY(sql_deletion_watch_read(pg, &args, arena, &rows, &nrows, err));
	if (nrows != n)
		return TOMB_FAIL(err, TOMB_BUG, "%zu answers for %zu watches", nrows, n);
	for (size_t i = 0; i < n; i++)
		found[i] = (struct tomb_deletion_watched){
			.may_see = rows[i].may_see,
			.is_finished = rows[i].is_finished,
			.files_total = rows[i].files_total,
			.files_done = rows[i].files_done,
			.files_refused = rows[i].files_refused,
			.files_failed = rows[i].files_failed,
			.bytes_total = rows[i].bytes_total,
			.bytes_done = rows[i].bytes_done,
		};
	*out = found;
	return TOMB_OK;
}

#include "s3/s3.h"

#include "result.h"

void s3_verdict_of_stat(const struct tomb_stat *st, struct tomb_arena *arena, struct tomb_verdict *out)
{
	if (st->present)
		verdict_set(out, arena, TOMB_STILL_THERE, "HEAD finds it");
	else
		verdict_set(out, arena, TOMB_ABSENT_VERIFIED, "%s", "");
	out->request_id = result_keep(arena, st->request_id);
}

void s3_verdict_of_list(const struct s3_versions *found, struct tomb_arena *arena, struct tomb_verdict *out)
{
	if (found->n > found->markers)
		verdict_set(out, arena, TOMB_STILL_THERE, "its list holds %zu versions with bytes",
			found->n - found->markers);
	else if (found->markers)
		verdict_set(
			out, arena, TOMB_ABSENT_VERIFIED, "%zu delete markers are left, without bytes", found->markers);
	else
		verdict_set(out, arena, TOMB_ABSENT_VERIFIED, "%s", "");
	out->request_id = result_keep(arena, found->request_id);
}

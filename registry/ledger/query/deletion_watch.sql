-- What everybody who watches a deletion has to be told now.

-- Who signed out, was deactivated or is of another institution sees nothing (as people_session_find).
-- :name deletion_watch_read :many
-- :arg request_ids int8[]
-- :arg sessions bytea[]
-- :col may_see bool
-- :col is_finished bool
-- :col files_total int8
-- :col files_done int8
-- :col files_refused int8
-- :col files_failed int8
-- :col bytes_total int8
-- :col bytes_done int8
with w as materialized (
	select d.request_id, d.institution_id, d.finished_at is not null as is_finished, sum(w.files_total)::bigint as files_total,
		sum(w.files_done)::bigint as files_done, sum(w.files_refused)::bigint as files_refused,
		sum(w.files_failed)::bigint as files_failed, sum(w.bytes_total)::bigint as bytes_total, sum(w.bytes_done)::bigint as bytes_done
	from deletion d join work_item w on w.deletion_id = d.id where d.request_id = any ($1::bigint[])
	group by d.id, d.request_id, d.institution_id, d.finished_at
)
select w.request_id is not null as may_see, coalesce(w.is_finished, false) as is_finished, coalesce(w.files_total, 0) as files_total,
	coalesce(w.files_done, 0) as files_done, coalesce(w.files_refused, 0) as files_refused, coalesce(w.files_failed, 0) as files_failed,
	coalesce(w.bytes_total, 0) as bytes_total, coalesce(w.bytes_done, 0) as bytes_done
from unnest($1::bigint[], $2::bytea[]) with ordinality p (request_id, session, place)
left join session s on s.token_sha256 = p.session and s.ended_at is null and s.expires_at > now() and not s.awaits_code
	and s.last_seen_at > now() - make_interval(secs => s.idle_s)
left join active_user u on u.id = s.user_id
left join w on w.request_id = p.request_id and (u.role = 'sysadmin' or u.institution_id = w.institution_id)
order by p.place;

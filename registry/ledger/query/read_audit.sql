-- Reading the audit log, the newest first: see read_object.sql.  Entries are in the order of their times, which is that of
-- their ids but for transactions that took long.

-- leading: the filter whose index is followed, '' for none; the others are looked at on the way.  before_id: the entry
-- behind which the page begins, or one that there is not.
-- :name read_audit_pick :one
-- :arg scope int8
-- :arg leading text
-- :arg actor text
-- :arg verb text
-- :arg subject text
-- :arg from_at timestamptz
-- :arg to_at timestamptz
-- :arg before_id int8
-- :arg at_most int4
-- :col ids int8[]
select coalesce(array_agg(p.id order by p.at desc, p.id desc), '{}') as ids from (
	select q.id, q.at
	from (select i.id from institution i union all select 0) n (id)
	cross join (select coalesce((select b.at from audit_entry b where b.id = $8::bigint), 'infinity') as at) z
	cross join lateral (
		(select e.id, e.at from audit_entry e where $2::text = '' and coalesce(e.institution_id, 0) = n.id
			and e.at >= $6::timestamptz and e.at < $7::timestamptz and (e.at, e.id) < (z.at, $8::bigint)
			order by e.at desc, e.id desc limit $9::int)
		union all
		(select e.id, e.at from audit_entry e where $2::text = 'actor' and coalesce(e.institution_id, 0) = n.id and e.actor = $3::text
			and $4::text in ('', e.verb) and e.at >= $6::timestamptz and e.at < $7::timestamptz and (e.at, e.id) < (z.at, $8::bigint)
			order by e.at desc, e.id desc limit $9::int)
		union all
		(select e.id, e.at from audit_entry e where $2::text = 'verb' and coalesce(e.institution_id, 0) = n.id and e.verb = $4::text
			and e.at >= $6::timestamptz and e.at < $7::timestamptz and (e.at, e.id) < (z.at, $8::bigint)
			order by e.at desc, e.id desc limit $9::int)
		union all
		(select e.id, e.at from audit_entry e where $2::text = 'subject' and coalesce(e.institution_id, 0) = n.id and e.subject = $5::text
			and $3::text in ('', e.actor) and $4::text in ('', e.verb)
			and e.at >= $6::timestamptz and e.at < $7::timestamptz and (e.at, e.id) < (z.at, $8::bigint)
			order by e.at desc, e.id desc limit $9::int)) q
	where $1::bigint = 0 or n.id = $1::bigint
	order by q.at desc, q.id desc limit $9::int) p;

-- :name read_audit_rows :many
-- :arg scope int8
-- :arg ids int8[]
-- :col id int8
-- :col at timestamptz
-- :col actor text
-- :col via text
-- :col verb text
-- :col institution_id int8
-- :col institution_name text
-- :col subject text
-- :col detail text
-- :col list_digest bytea
-- :col seq int8
-- :col hash bytea
select e.id, e.at, e.actor, e.via, e.verb, coalesce(e.institution_id, 0) as institution_id, coalesce(n.name, '') as institution_name,
	e.subject, e.detail, coalesce(e.list_digest, '') as list_digest, coalesce(s.seq, 0) as seq, coalesce(s.hash, '') as hash
from unnest($2::bigint[]) with ordinality p (id, place) join audit_entry e on e.id = p.id
left join institution n on n.id = e.institution_id left join audit_seal s on s.entry_id = e.id
where $1::bigint = 0 or e.institution_id = $1::bigint order by p.place;

-- The last seal, and how many entries wait for the next: seals go by transaction and id.
-- :name read_audit_chain :one
-- :arg at_most int4
-- :col seq int8
-- :col sealed_at timestamptz
-- :col hash bytea
-- :col waiting int8
select coalesce(s.seq, 0) as seq, coalesce(s.sealed_at, 'epoch') as sealed_at, coalesce(s.hash, '') as hash,
	(select count(*) from (
		select from audit_entry e where (e.written_by, e.id) > (coalesce(s.written_by, '0'::xid8), coalesce(s.entry_id, 0))
		order by e.written_by, e.id limit $1::int) w) as waiting
from (select) one left join lateral (select * from audit_seal x order by x.seq desc limit 1) s on true;

-- What stands in the way of deleting things, in the order in which people should hear of it.  The same rules answer a
-- request, an approval and a page that wants to say why its button is disabled; the claim of a batch asks them again
-- file by file (query/claim.sql).  Spec: deletion.md P-12, P-13, X-01, X-12.

create function active_files(institution bigint, objects bigint[], files bigint[]) returns setof generic_file language sql stable as $$
	select * from generic_file where institution_id = institution and state = 'A' and object_id = any (objects)
	union all
	select * from generic_file where institution_id = institution and state = 'A' and id = any (files)
$$;

-- own_request: a request whose own items are no obstacle to itself; 0 for none.
create function deletion_obstacles(institution bigint, objects bigint[], files bigint[], own_request bigint)
returns table (rule text, identifier text, detail text, eligible_at timestamptz) language sql stable as $$
	(select 'deleted', o.identifier, 'it is deleted already', null::timestamptz
		from intellectual_object o where o.id = any (objects) and o.institution_id = institution and o.state = 'D' order by o.id limit 1)
	union all
	(select 'deleted', f.identifier, 'it is deleted already', null
		from generic_file f where f.id = any (files) and f.institution_id = institution and f.state = 'D' order by f.id limit 1)
	union all
	(select 'pending', o.identifier, format('deletion request %s is open for it or for one of its files', i.request_id), null
		from intellectual_object o join request_item i on i.object_id = o.id
		where o.id = any (objects) and i.is_open and i.request_id <> own_request order by i.id limit 1)
	union all
	(select 'pending', f.identifier, format('deletion request %s is open for it', i.request_id), null
		from generic_file f join request_item i on i.object_id = f.object_id and (i.file_id = f.id or i.file_id is null)
		where f.id = any (files) and i.is_open and i.request_id <> own_request order by i.id limit 1)
	union all
	(select 'pending', o.identifier, format('work item %s is storing a new version of it', w.id), null
		from intellectual_object o join work_item w on w.object_identifier = o.identifier and w.institution_id = o.institution_id
		where (o.id = any (objects) or o.id in (select object_id from generic_file where id = any (files)))
			and w.action = 'Ingest' and w.completed_at is null order by w.id limit 1)
	union all
	(select 'held', i.identifier, 'the whole institution is under hold: ' || h.reason, null
		from hold h join institution i on i.id = h.institution_id
		where h.institution_id = institution and h.lifted_at is null and h.object_id is null and h.file_id is null order by h.id limit 1)
	union all
	(select 'held', o.identifier, 'it is under hold: ' || h.reason, null
		from intellectual_object o join hold h on h.object_id = o.id and h.lifted_at is null
		where o.id = any (objects) or o.id in (select object_id from generic_file where id = any (files)) order by h.id limit 1)
	union all
	(select 'held', f.identifier, 'it is under hold: ' || h.reason, null
		from hold h join active_files(institution, objects, files) f on f.id = h.file_id
		where h.institution_id = institution and h.lifted_at is null order by h.id limit 1)
	union all
	(select 'young', f.identifier, format('%s is kept at least %s days', s.name, s.min_days), retention_until(c.stored_at, s.min_days)
		from active_files(institution, objects, files) f
		join copy c on c.file_id = f.id and c.status <> 'gone' join storage_option s on s.id = c.storage_option_id
		where retention_until(c.stored_at, s.min_days) > now() order by 4 desc, f.id limit 1)
$$;

-- The list that an approval signs (X-07): whole objects with their cycle, then every file with its generation.
create function list_digest(institution bigint, objects bigint[], files bigint[]) returns bytea language sql stable as $$
	select sha256(
		coalesce((select string_agg(int8send(id) || int4send(cycle), ''::bytea order by id)
			from intellectual_object where id = any (objects) and institution_id = institution), '') || '\x00'::bytea ||
		coalesce((select string_agg(int8send(id) || int4send(generation), ''::bytea order by id)
			from active_files(institution, objects, files)), ''))
$$;

grant execute on all functions in schema public to tombstone_registry, tombstone_worker;

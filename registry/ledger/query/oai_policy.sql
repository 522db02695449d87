-- A value that is '' stays as it is.
-- :name oai_policy_set :exec
-- :arg compat_folio text
-- :arg deleted_record text
-- :arg suppressed text
-- :arg holdings text
-- :arg objects text
update oai_policy set compat_folio = coalesce(nullif($1::text, ''), compat_folio),
	deleted_record_since = case when $2::text in ('', deleted_record) then deleted_record_since else now() end,
	deleted_record = coalesce(nullif($2::text, ''), deleted_record),
	suppressed = coalesce(nullif($3::text, ''), suppressed),
	expose_holdings = coalesce(nullif($4::text, '')::boolean, expose_holdings),
	expose_objects = coalesce(nullif($5::text, '')::boolean, expose_objects);

-- How much is held, in tallies: schema/0012_tallies.sql.

-- :name holdings_fold :one
-- :arg at_most int4
-- :col things int8
select tally_fold($1::int) as things;

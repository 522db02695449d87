-- Every type, there and back.

-- :name kind_echo :one
-- :arg b bool
-- :arg ba bytea
-- :arg i4 int4
-- :arg i8 int8
-- :arg t text
-- :arg ts timestamptz
-- :arg u uuid
-- :arg j jsonb
-- :col b bool
-- :col ba bytea
-- :col i4 int4
-- :col i8 int8
-- :col t text
-- :col ts timestamptz
-- :col u uuid
-- :col j jsonb
select $1::bool as b, $2::bytea as ba, $3::int4 as i4, $4::int8 as i8, $5::text as t, $6::timestamptz as ts,
	$7::uuid as u, $8::jsonb as j;

-- :name kind_echo_null :one
-- :arg b bool?
-- :arg ba bytea?
-- :arg i4 int4?
-- :arg i8 int8?
-- :arg t text?
-- :arg ts timestamptz?
-- :arg u uuid?
-- :arg j jsonb?
-- :arg i8s int8[]?
-- :arg ts_ text?[]?
-- :col b bool?
-- :col ba bytea?
-- :col i4 int4?
-- :col i8 int8?
-- :col t text?
-- :col ts timestamptz?
-- :col u uuid?
-- :col j jsonb?
-- :col i8s int8[]?
-- :col ts_ text?[]?
select $1::bool as b, $2::bytea as ba, $3::int4 as i4, $4::int8 as i8, $5::text as t, $6::timestamptz as ts,
	$7::uuid as u, $8::jsonb as j, $9::int8[] as i8s, $10::text[] as ts_;

-- :name kind_echo_arrays :one
-- :arg bs bool[]
-- :arg bas bytea[]
-- :arg i4s int4[]
-- :arg i8s int8[]
-- :arg ts text[]
-- :arg tss timestamptz[]
-- :arg us uuid[]
-- :arg gaps text?[]
-- :col bs bool[]
-- :col bas bytea[]
-- :col i4s int4[]
-- :col i8s int8[]
-- :col ts text[]
-- :col tss timestamptz[]
-- :col us uuid[]
-- :col gaps text?[]
select $1::bool[] as bs, $2::bytea[] as bas, $3::int4[] as i4s, $4::int8[] as i8s, $5::text[] as ts,
	$6::timestamptz[] as tss, $7::uuid[] as us, $8::text[] as gaps;

-- :name kind_array_from_text :one
-- :arg literal text
-- :col i8s int8[]
select $1::text::int8[] as i8s;

-- :name kind_timestamp_as_text :one
-- :arg ts timestamptz
-- :col t text
select $1::timestamptz::text as t;

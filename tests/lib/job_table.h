/* The tables behind tests/integration/query/, for tomb_fixture_pg_exec(). */
#ifndef TOMB_TEST_JOB_TABLE_H
#define TOMB_TEST_JOB_TABLE_H

static const char job_table[] =
	"create table job_state (name text primary key);"
	"insert into job_state values ('queued'), ('running'), ('done');"
	"create table job (id uuid primary key, state text not null constraint job_state_known references job_state,"
	" attempts int4 not null default 0, sha256 bytea not null, size_bytes int8 not null"
	" constraint job_size_positive check (size_bytes >= 0), created_at timestamptz not null default now(), note "
	"text,"
	" constraint job_note_once exclude (note with =));"
	"create table job_note (note text);"
	"create function raise_state(state text, message text) returns text language plpgsql as"
	" $$ begin raise exception '%', message using errcode = state; end $$;";

#endif

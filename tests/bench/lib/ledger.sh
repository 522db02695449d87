# shellcheck shell=bash
# For rows that measure the ledger: a private PostgreSQL in $BENCH_DIR, and databases full of files.
#	ledger_start [OPTION]...                       starts it, with settings for postgres
#	ledger_fill DATABASE OBJECTS FILES COPIES [history=no]      makes a database with our schema and so many files in each
#	                                               object, with or without their checksums and events
#	ledger_sql DATABASE [PSQL-OPTION]...           SQL on stdin, as superuser, unaligned
#	drive DATABASE VERB...                         ledger_drive; field NAME picks a number out of its answer
bench_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pg_bin=$(echo /usr/lib/postgresql/*/bin | awk '{print $NF}')
as_postgres=()
if [ "$(id -u)" = 0 ]; then
	as_postgres=(runuser -u postgres --)
fi

ledger_stop() {
	local status=$?
	cd /
	if [ -f "$BENCH_DIR/pg/data/postmaster.pid" ]; then
		"${as_postgres[@]}" "$pg_bin/pg_ctl" -D "$BENCH_DIR/pg/data" -m immediate -s stop || true
	fi
	rm -rf "$BENCH_DIR/pg"
	exit $status
}

# The defaults of PostgreSQL, durable; only its memory is what a small server would give it.
ledger_start() {
	mkdir "$BENCH_DIR/pg"
	trap ledger_stop EXIT
	trap 'exit 130' INT TERM
	[ "$(id -u)" = 0 ] && chown postgres "$BENCH_DIR/pg"
	(
		cd "$BENCH_DIR/pg" || exit
		"${as_postgres[@]}" "$pg_bin/initdb" -D data -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync > "$BENCH_DIR/initdb.log" 2>&1
		"${as_postgres[@]}" "$pg_bin/pg_ctl" -D data -s -w -l log -o "-k $BENCH_DIR/pg -c listen_addresses= \
			-c shared_buffers=512MB -c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track_utility=off $*" start
	)
	export PGHOST=$BENCH_DIR/pg PGUSER=postgres
}

ledger_sql() {
	local database=$1
	shift
	psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" "$database"
}

ledger_fill() {
	createdb "$1"
	"$BENCH_BUILD/bin/tombstone" --database_owner "dbname=$1 user=postgres" migrate > "$BENCH_DIR/migrate.log"
	ledger_sql "$1" -v objects="$2" -v files="$3" -v copies="$4" -v history="$([ "${5:-}" = history=no ] && echo 0 || echo 1)" -f "$bench_lib/ledger-fill.sql" > /dev/null
	echo 'create extension if not exists pg_stat_statements; vacuum analyze; checkpoint;' | ledger_sql "$1"
}

drive() {
	"$BENCH_BUILD/bench/ledger_drive" "$@"
}

field() {
	sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"
}

# emit WHAT UNIT "VALUE VALUE..." [MEMBER]...: one measured series; a member is a piece of JSON, as '"target":"< 2"'.
emit() {
	local what=$1 unit=$2 values=$3 more=
	shift 3
	for member in "$@"; do more="$more, $member"; done
	printf '{"row": "%s", "what": "%s", "unit": "%s", "values": [%s]%s}\n' "$(basename "$0")" "$what" "$unit" "$(echo "$values" | xargs | tr ' ' ',')" "$more"
}

# Asks for the deletion of "test.edu/bulk-$2" of database $1, approves and plans it; prints the deletion.
approved() {
	local request deletion
	request=$(drive "$1" request object "test.edu/bulk-$2" | field request)
	deletion=$(drive "$1" approve "$request" | field deletion)
	drive "$1" plan > /dev/null
	echo "$deletion"
}

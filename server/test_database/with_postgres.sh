#!/bin/sh
# Runs a command with TEST_DATABASE_URL, a PostgreSQL of its own: in a temporary folder, on a free port, stopped at the end.
set -eu

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v pg_ctl)")
folder=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

# The server refuses to run as root.
as_user() {
    if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$@"); else "$@"; fi
}
stop() {
    as_user "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}

[ "$(id -u)" != 0 ] || chown postgres "$folder"
trap stop EXIT
trap 'exit 1' INT TERM
as_user "$bin/initdb" -D "$folder/data" -U tester --auth=trust --encoding=UTF8 --locale=C --no-sync >/dev/null
# The data need not outlive the tests.
as_user "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w start -o "-h 127.0.0.1 -p $port -k $folder -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 -c max_locks_per_transaction=256" >/dev/null \
    || { cat "$folder/log" >&2; exit 1; }
TEST_DATABASE_URL="postgres://tester@127.0.0.1:$port/postgres" "$@"

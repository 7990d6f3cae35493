#!/usr/bin/env bash
# `make dev`: rebuilds what a change concerns, and restarts the server. If the build fails, the old server stays.
#
# The server comes first: it is up again in seconds, and most changes need no new client. Cargo knows which do: pages are not
# compiled into the client, islands are.
set -uo pipefail
cd "$(dirname "$0")/../.."

: "${BUILD_CLIENT:?}" "${PACK:?}" "${SITE:?}"
PROGRAM=target/debug/passwordless
WATCHED=(src app server style public Cargo.toml Cargo.lock)
# Files whose times are those of the last look at the sources, and of the last start of the server.
SEEN=target/dev-seen
STARTED=target/dev-started
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-always}

server=
started_site=
watcher=

say() { echo "dev: $*"; }

# Prints a line for each change.
changes() {
    if command -v watchexec >/dev/null; then
        exec watchexec --quiet --postpone --ignore '**/tests/**' "${WATCHED[@]/#/--watch=}" -- echo 2>/dev/null
    fi
    while sleep 0.5 && kill -0 $$ 2>/dev/null; do
        touch "$SEEN.next"
        file=$(find "${WATCHED[@]}" -type d -name tests -prune -o -type f ! -name '.*' -newer "$SEEN" -print | head -n 1)
        if [ -n "$file" ]; then
            mv "$SEEN.next" "$SEEN"
            echo "$file"
        fi
    done
}

is_current() {
    [ -n "$server" ] && kill -0 "$server" 2>/dev/null &&
        [ -z "$(find "$PROGRAM" -newer "$STARTED")" ] && [ "$(cat "$SITE/hash.txt")" = "$started_site" ]
}

restart() {
    is_current && return
    stop
    touch "$STARTED"
    started_site=$(cat "$SITE/hash.txt" 2>/dev/null)
    "$PROGRAM" serve &
    server=$!
    say "started the server after $((SECONDS - began)) s"
}

stop() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null
    wait "$server"
    server=
}

finish() {
    trap - EXIT
    stop
    [ -z "$watcher" ] || kill "$watcher" 2>/dev/null
    exit 0
}
trap finish EXIT INT TERM HUP

# Runs cargo, which says what it compiles; that it finished is no news.
compile() { "$@" 2>&1 | sed '/Finished.* profile /d'; }

build_server() { compile cargo build -p server -p pack || fail "the server does not compile"; }

build_client() {
    # shellcheck disable=SC2086 # These are commands with their arguments.
    { compile $BUILD_CLIENT || fail "the client does not compile"; } && { $PACK || fail "the client cannot be packed"; }
}

fail() {
    say "$*: what runs stays as it is"
    return 1
}

began=$SECONDS
mkdir -p target
touch "$SEEN"
exec 3< <(changes)
watcher=${!:-}
build_server && build_client && restart
say "watching ${WATCHED[*]}; Ctrl-C ends"
while read -r -u 3 file; do
    began=$SECONDS
    say "${file:-a file} changed"
    if build_server; then
        restart
        build_client && restart
    fi
done

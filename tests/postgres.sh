#!/bin/sh
# A private PostgreSQL for tests, on loopback, without durability.
#
#   postgres.sh run COMMAND...   starts it, runs COMMAND with its address in
#                                LIANGCAO_TEST_DB, and removes it again; with
#                                PG_SERVERS=2 two, all of whose addresses are in
#                                LIANGCAO_TEST_DBS
#   postgres.sh start DIR        starts it in the new folder DIR, prints its
#                                address
#   postgres.sh stop DIR         stops it and removes DIR
#   postgres.sh pause DIR        stops it and keeps it
#   postgres.sh resume DIR       starts it again as it was
#
# With PG_TLS=1 it speaks TLS too.
set -eu

bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -x "$bin/initdb" ] || { echo "postgres.sh: PostgreSQL is not installed" >&2; exit 1; }

# PostgreSQL does not run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

# A certificate for a day, where PostgreSQL looks for it.
certify() {
    as_owner openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
        -nodes -days 1 -subj /CN=localhost -out "$1/server.crt" \
        -keyout "$1/server.key" 2>/dev/null
    as_owner chmod 600 "$1/server.key"
}

start() {
    mkdir -p "$1"
    [ "$(id -u)" != 0 ] || chown postgres "$1"
    as_owner "$bin/initdb" -D "$1/data" -U postgres -A trust -E UTF8 \
        --locale=C.UTF-8 --no-sync >"$1/initdb.log" 2>&1 ||
        { cat "$1/initdb.log" >&2; exit 1; }
    [ -z "${PG_TLS:-}" ] || certify "$1/data"
    for try in 1 2 3 4 5 6 7 8 9 10; do
        port=$(awk -v seed="$$$try${1##*/}" 'BEGIN { srand(); r = srand(seed + r); print 20000 + int(rand() * 12000) }')
        options="-p $port -k '' -c listen_addresses=127.0.0.1 -c fsync=off"
        options="$options -c synchronous_commit=off -c full_page_writes=off"
        options="$options -c max_connections=200 -c shared_buffers=64MB"
        options="$options -c max_pred_locks_per_transaction=256 ${PG_OPTIONS:-}"
        options="$options${PG_TLS:+ -c ssl=on}"
        if as_owner "$bin/pg_ctl" -D "$1/data" -w -l "$1/server.log" -o "$options" \
            start >/dev/null 2>&1; then
            echo "postgresql://postgres@127.0.0.1:$port/postgres"
            return
        fi
    done
    cat "$1/server.log" >&2
    exit 1
}

stop() {
    as_owner "$bin/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$1"
}

stop_all() {
    for server in "$1"/*; do
        stop "$server"
    done
    rm -rf "$1"
}

pause() {
    as_owner "$bin/pg_ctl" -D "$1/data" -m fast -w stop >/dev/null
}

# The options it was started with, one to a line, the program first.
resume() {
    options=$(sed 's/^[^ ]* //; s/"//g' "$1/data/postmaster.opts" |
        sed "s/-k  /-k '' /")
    as_owner "$bin/pg_ctl" -D "$1/data" -w -l "$1/server.log" -o "$options" \
        start >/dev/null
}

# In memory where there is room for it, on a disk otherwise.
folder() {
    free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
    if [ -w /dev/shm ] && [ "${free:-0}" -gt 4194304 ]; then
        echo /dev/shm
    else
        echo /tmp
    fi
}

case ${1:-} in
pause) pause "$2" ;;
resume) resume "$2" ;;
start) start "$2" ;;
stop) stop "$2" ;;
run)
    shift
    dir=$(mktemp -d "${TMPDIR:-$(folder)}/liangcao-pg-XXXXXX")
    trap 'stop_all "$dir"' EXIT
    trap 'exit 130' INT TERM
    chmod 755 "$dir"
    LIANGCAO_TEST_DBS=
    for i in $(seq "${PG_SERVERS:-1}"); do
        LIANGCAO_TEST_DB=$(start "$dir/$i")
        LIANGCAO_TEST_DBS="$LIANGCAO_TEST_DBS${LIANGCAO_TEST_DBS:+ }$LIANGCAO_TEST_DB"
    done
    export LIANGCAO_TEST_DB LIANGCAO_TEST_DBS
    "$@"
    ;;
*)
    sed -n '2,15s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac

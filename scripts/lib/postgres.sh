# A PostgreSQL server of our own in a temporary folder, for tests and measurements.
#
#   . scripts/lib/postgres.sh; postgres_start
#
# Sets POSTGRES_URL. A server that is already named there is used as it is. The server of our own is
# stopped and removed when the script ends. PostgreSQL is installed if it is missing.

postgres_bin() {
    local bin
    for bin in /usr/lib/postgresql/*/bin; do
        [ -x "$bin/initdb" ] && { echo "$bin"; return; }
    done
    command -v initdb >/dev/null 2>&1 && dirname "$(command -v initdb)"
}

# PostgreSQL refuses to run as root: then it runs as the user its package made.
postgres_as_user() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

postgres_start() {
    [ -n "${POSTGRES_URL:-}" ] && return
    if [ -z "$(postgres_bin)" ]; then
        local root=''
        [ "$(id -u)" = 0 ] || root=sudo
        $root apt-get update -q >/dev/null
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends postgresql >/dev/null
    fi
    PATH="$(postgres_bin):$PATH"
    export PATH
    POSTGRES_HOME="$(mktemp -d /tmp/ambar-postgres.XXXXXX)"
    if [ "$(id -u)" = 0 ]; then chown postgres "$POSTGRES_HOME"; fi
    trap postgres_stop EXIT
    (
        cd "$POSTGRES_HOME"
        postgres_as_user initdb -D "$POSTGRES_HOME/data" -U ambar -A trust -E UTF8 --locale C.UTF-8 >/dev/null
    )
    local attempt port
    for attempt in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        if (
            cd "$POSTGRES_HOME"
            postgres_as_user pg_ctl -D "$POSTGRES_HOME/data" -w -l "$POSTGRES_HOME/log" -o \
                "-p $port -k $POSTGRES_HOME -c listen_addresses=127.0.0.1 -c max_connections=300" start >/dev/null
        ); then
            export POSTGRES_URL="postgres://ambar@127.0.0.1:$port/postgres"
            return
        fi
        echo "port $port is taken, trying another ($attempt)" >&2
    done
    cat "$POSTGRES_HOME/log" >&2
    return 1
}

postgres_stop() {
    [ -n "${POSTGRES_HOME:-}" ] || return 0
    (cd / && postgres_as_user pg_ctl -D "$POSTGRES_HOME/data" -m immediate stop >/dev/null 2>&1) || true
    rm -rf "$POSTGRES_HOME"
}

# Makes an empty database and prints its URL.
postgres_database() {
    local name="ambar_script_$$"
    "$(postgres_bin)/psql" -q "$POSTGRES_URL" -c "DROP DATABASE IF EXISTS $name" -c "CREATE DATABASE $name" >&2
    echo "${POSTGRES_URL%/*}/$name"
}

postgres_drop() {
    "$(postgres_bin)/psql" -q "$POSTGRES_URL" -c "DROP DATABASE IF EXISTS ambar_script_$$ WITH (FORCE)" >/dev/null 2>&1 || true
}

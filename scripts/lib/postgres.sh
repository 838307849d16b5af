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
    POSTGRES_PORT="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    [ "$(id -u)" = 0 ] && chown postgres "$POSTGRES_HOME"
    (
        cd "$POSTGRES_HOME"
        postgres_as_user initdb -D "$POSTGRES_HOME/data" -U ambar -A trust -E UTF8 --locale C.UTF-8 >/dev/null
        postgres_as_user pg_ctl -D "$POSTGRES_HOME/data" -w -l "$POSTGRES_HOME/log" -o \
            "-p $POSTGRES_PORT -k $POSTGRES_HOME -c listen_addresses=127.0.0.1 -c max_connections=300" start >/dev/null
    )
    trap postgres_stop EXIT
    export POSTGRES_URL="postgres://ambar@127.0.0.1:$POSTGRES_PORT/postgres"
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

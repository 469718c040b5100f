#!/usr/bin/env bash
# Builds the service and runs it here, behind nginx with TLS, on a store filled with example connections.
# shellcheck disable=SC2317  # clean_up is reached, by the trap
set -euo pipefail

usage="usage: deploy/run.sh [--check]

Runs on https://localhost:8443 until Ctrl-C and keeps its store, API key, certificate and logs in .build/run.
  --check   on a free port and a fresh store instead: runs deploy/smoke.sh, stops everything, exits with its status"

fail() { echo "run.sh: $2" >&2; exit "$1"; }

case "$*" in
    "") check= ;;
    --check) check=yes ;;
    --help | -h) echo "$usage"; exit ;;
    *) fail 64 "$*: not understood, see run.sh --help" ;;
esac
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin                  # where Debian has nginx, and a user's PATH has it not
export no_proxy=localhost,127.0.0.1
temporary=$(mktemp -d "${TMPDIR:-/tmp}/warehouse.XXXXXX")  # short: the path of a unix socket holds 107 bytes
unfinished_store='' responder='' nginx=''

# finish PROCESS SIGNAL: waits too, so that nothing is left behind when this script is gone.
finish() {
    [ -n "$1" ] || return 0
    kill -s "$2" "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
clean_up() {
    trap '' INT TERM
    finish "$nginx" QUIT              # first no new requests, then those in flight, then the responder
    finish "$responder" TERM
    [ -z "$unfinished_store" ] || rm -f "$unfinished_store"*
    rm -rf "$temporary"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
show_logs() { tail -n 20 "$directory/warehoused.log" "$directory/error.log" >&2 || true; }
died() { show_logs; fail 70 "$1 stopped by itself: its log is above"; }

if [ -n "$check" ]; then
    directory=$temporary
    while port=$((20000 + RANDOM % 12000)); is_taken "$port" || is_taken $((port + 1)); do :; done
else
    directory=$PWD/.build/run port=8443
    for number in "$port" $((port + 1)); do
        ! is_taken "$number" || fail 69 "port $number: in use by another program; stop that first"
    done
fi
status_port=$((port + 1))

command -v swift >/dev/null || fail 69 "no swift in PATH: install a toolchain from https://www.swift.org/install"
deploy/install-packages.sh curl libcurl4-openssl-dev libfcgi-dev libsqlite3-dev nginx openssl spawn-fcgi
socket=$temporary/socket status_directory=$temporary/status
mkdir -m 0750 "$status_directory"
deploy/local-nginx.sh "$directory" "$port" "$socket" "$status_port" "$status_directory"

# Not for release: that would take three times as long, and here nobody waits for an answer.
build=(swift build)
echo "building: ${build[*]} (minutes the first time)"
"${build[@]}" >"$temporary/build.log" 2>&1 || { cat "$temporary/build.log" >&2; fail 70 "the build failed, see above"; }
programs=$("${build[@]}" --show-bin-path)

store=$directory/store.sqlite
[ -e "$store" ] || unfinished_store=$store
"$programs/warehousectl" init --store "$store"
if [ -n "$unfinished_store" ]; then
    "$programs/warehousectl" import Tests/Fixtures/connections.ndjson --store "$store"
    unfinished_store=
fi

rm -f "$directory/error.log"
spawn-fcgi -n -s "$socket" -M 0660 -b 1024 -- "$programs/warehoused" --store "$store" \
    --status-listen "unix:$status_directory/1.sock" >"$directory/warehoused.log" 2>&1 &
responder=$!
nginx -p "$directory" -e "$directory/error.log" -c "$directory/nginx.conf" 2>/dev/null &
nginx=$!

url=https://localhost:$port metrics=http://127.0.0.1:$status_port/1/metrics certificate=$directory/localhost.crt
for ((attempt = 1; ; attempt++)); do
    if curl -fs --max-time 2 --cacert "$certificate" "$url/health/readiness/" >/dev/null; then break; fi
    kill -0 "$responder" 2>/dev/null || died warehoused
    kill -0 "$nginx" 2>/dev/null || died nginx
    [ "$attempt" -le 100 ] || fail 69 "$url/health/readiness/: not ready within ten seconds, see $directory"
    sleep 0.1
done

# A key is made only when the one of the last run no longer works, or the store would fill up with them. It is kept as a
# header for curl, because others can read curl's arguments.
list=$url/api/v1/organisations/1/integrations/warehouse-connections/ header=$directory/authorization
if ! curl -fs --max-time 10 --cacert "$certificate" --header "@$header" "$list" >/dev/null 2>&1; then
    key=$("$programs/warehousectl" key create --organisation 1 --label local-run --expires-in 30d --json \
        --store "$store" | sed -nE 's/.*"key":"([^"]*)".*/\1/p')
    (umask 077 && printf 'Authorization: Api-Key %s\n' "$key" >"$header")
fi
read -r _ _ key <"$header"

if [ -n "$check" ]; then
    deploy/smoke.sh "$url" --cacert "$certificate" --key - --organisation 1 <<<"$key" || {
        status=$?
        show_logs
        exit "$status"
    }
    scraped=$(curl -fsS --max-time 10 "$metrics") || { show_logs; fail 69 "$metrics: no answer, see above"; }
    [[ $scraped == *warehoused_build_info* ]] || fail 70 "$metrics: no warehoused_build_info in ${scraped:0:300}"
    echo "ok   metrics"
    exit
fi
printf "\n$ curl --cacert %q --header 'Authorization: Api-Key %s' %s\n" "$certificate" "$key" "$list"
curl -sS --cacert "$certificate" --header "@$header" "$list"
trap 'exit 0' INT TERM
printf '\n\nrunning on %s, metrics on %s, logs in %s; Ctrl-C stops it\n' "$url" "$metrics" "$directory"
status=0
wait -n -p stopped "$responder" "$nginx" || status=$?
if [ "$stopped" = "$responder" ]; then died "warehoused (exit $status)"; else died "nginx (exit $status)"; fi

#!/usr/bin/env bash
# Measures warehoused behind nginx against others that do the same, and against the limit: one that does nothing.
set -euo pipefail

usage="usage: Tests/Performance/run.sh [OPTION]...

Writes results.md, results.svg and results.json. On an idle machine: everything else that runs is measured as well.
  --seconds N           for each figure                                   (default 5)
  --repeat N            figures of which the median counts                (default 5)
  --organisations N,... stores of so many connections, 100 at least       (default 1000,1000000)
  --responders NAME,... constant (the limit), sqlite (C), warehoused-gateway, warehoused-keys, php, go (default all)
  --kinds KIND,...      fresh: nginx makes a connection for each request; kept: it keeps them (default both)
  --look-ups NAME,...   hot: always the same 100 organisations; uniform: any (default both)
  --data DIRECTORY      keeps the stores; 1,000,000 connections take 5 GB and some minutes (default .build/performance)
  --output DIRECTORY    for the results                                   (default Tests/Performance)

A short run: --seconds 2 --repeat 3 --organisations 1000
WAREHOUSE_BIN names a directory with warehoused and warehousectl to measure; without it they are built for release."

fail() { echo "run.sh: $2" >&2; exit "$1"; }

here=$(realpath "$(dirname "$0")")
project=$(realpath "$here/../..")
seconds=5 repeat=5 organisations=1000,1000000 data=$project/.build/performance output=$here
responders=constant,sqlite,warehoused-gateway,warehoused-keys,php,go kinds=fresh,kept look_ups=hot,uniform
all_responders=$responders all_kinds=$kinds all_look_ups=$look_ups

# expect_names OPTION NAMES ALL: each of NAMES is one of ALL.
expect_names() {
    local name names
    IFS=, read -ra names <<<"$2"
    [ ${#names[@]} -gt 0 ] || fail 64 "$1: names nothing: choose from $3"
    for name in "${names[@]}"; do
        [[ ,$3, == *",$name,"* ]] || fail 64 "$1 $name: not known: choose from $3"
    done
}

while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) echo "$usage"; exit ;;
        --*) [ $# -gt 1 ] || fail 64 "$1: needs a value, or is not known: see run.sh --help" ;;&
        --seconds) seconds=$2 ;;
        --repeat) repeat=$2 ;;
        --organisations) organisations=$2 ;;
        --responders) responders=$2 ;;
        --kinds) kinds=$2 ;;
        --look-ups) look_ups=$2 ;;
        --data) data=$2 ;;
        --output) output=$2 ;;
        *) fail 64 "$1: not understood, see run.sh --help" ;;
    esac
    shift 2
done
[[ $seconds =~ ^[1-9][0-9]{0,3}$ ]] || fail 64 "--seconds $seconds: not a number from 1 to 9999"
[[ $repeat =~ ^[1-9][0-9]{0,3}$ ]] || fail 64 "--repeat $repeat: not a number from 1 to 9999"
[[ $organisations =~ ^[1-9][0-9]{2,7}(,[1-9][0-9]{2,7})*$ ]] ||
    fail 64 "--organisations $organisations: not numbers from 100 to 99999999 with commas between them"
expect_names --responders "$responders" "$all_responders"
expect_names --kinds "$kinds" "$all_kinds"
expect_names --look-ups "$look_ups" "$all_look_ups"
mkdir -p "$data/peers" || fail 73 "$data: cannot be made"
mkdir -p "$output" || fail 73 "$output: cannot be made"
data=$(realpath "$data") output=$(realpath "$output") programs=${WAREHOUSE_BIN:+$(realpath "$WAREHOUSE_BIN")}

cd "$project"
PATH=$PATH:/usr/sbin                  # where Debian has nginx and PHP-FPM, and a user's PATH has them not
deploy/install-packages.sh gcc golang-github-mattn-go-sqlite3-dev golang-go libfcgi-dev libsqlite3-dev libssl-dev \
    nginx php8.2-fpm php8.2-sqlite3 python3 wrk
[ -n "$programs" ] || programs=$("$here/build.sh")
for program in warehoused warehousectl; do
    [ -x "$programs/$program" ] || fail 66 "$programs/$program: no such program"
done
peers=$here/peers
gcc -O2 -o "$data/peers/constant" "$peers/constant.c" -lfcgi -lpthread
gcc -O2 -o "$data/peers/sqlite" "$peers/sqlite.c" -lfcgi -lsqlite3 -lcrypto -lpthread
# As Debian has the driver: outside of modules, and without SQLite's own source.
GO111MODULE=off GOPATH=/usr/share/gocode go build -tags libsqlite3 -o "$data/peers/go" "$peers/sqlite.go"

for number in ${organisations//,/ }; do
    "$here/store.py" "$programs/warehousectl" "$number" "$data/$number"
done
"$here/measure.py" --programs "$programs" --seconds "$seconds" --repeat "$repeat" --organisations "$organisations" \
    --responders "$responders" --kinds "$kinds" --look-ups "$look_ups" --data "$data" --output "$output" &
measuring=$!
# measure.py stops what it has started.
trap 'kill "$measuring"; wait "$measuring" || exit 130' INT
trap 'kill "$measuring"; wait "$measuring" || exit 143' TERM
wait "$measuring"
"$here/report.py" "$output"

#!/usr/bin/env bash
# Have requests become dearer? Counts the instructions of warehoused for each, which no clock and no neighbour changes,
# as a multiple of those of the limit, and compares with instructions.txt.
set -euo pipefail

usage="usage: Tests/Performance/instructions.sh [--write | --build]

Exits with 1 if a request takes 5 % more instructions than instructions.txt has.
  --write  writes what it counts to instructions.txt; commit it with the change that is the reason
  --build  only builds warehoused for release, beside all other builds

WAREHOUSE_BIN names a directory with warehoused and warehousectl; without it warehoused is built for release."

fail() { echo "instructions.sh: $2" >&2; exit "$1"; }

write=()
case "$*" in
    "") ;;
    --write) write=(--write) ;;
    --build) ;;
    --help | -h) echo "$usage"; exit ;;
    *) fail 64 "$*: not understood, see instructions.sh --help" ;;
esac
programs=${WAREHOUSE_BIN:+$(realpath "$WAREHOUSE_BIN")}
cd "$(dirname "$0")/../.."
deploy/install-packages.sh gcc libfcgi-dev python3 valgrind
if [ -n "$programs" ]; then
    warehoused=$programs/warehoused warehousectl=$programs/warehousectl
else
    release=(-c release --static-swift-stdlib --scratch-path .build/instructions)
    swift build "${release[@]}" --product warehoused >&2
    [ "$*" != --build ] || exit 0
    swift build --product warehousectl >&2
    warehoused=$(swift build "${release[@]}" --show-bin-path)/warehoused
    warehousectl=$(swift build --show-bin-path)/warehousectl
fi
temporary=$(mktemp -d "${TMPDIR:-/tmp}/whi.XXXXXX")
trap 'rm -rf "$temporary"' EXIT
gcc -O2 -o "$temporary/constant" Tests/Performance/peers/constant.c -lfcgi -lpthread
# Valgrind gives up on debug information of the form that Swift writes.
strip --strip-debug -o "$temporary/warehoused" "$warehoused"
Tests/Performance/store.py "$warehousectl" 100 "$temporary/store" >"$temporary/store.log" ||
    { cat "$temporary/store.log" >&2; fail 70 "the store was not made, see above"; }
Tests/Performance/instructions.py "${write[@]}" "$temporary"

#!/usr/bin/env bash
# Every check of this project: format, build, unit and end-to-end tests, a run of the service, the scripts.
# Stops at the first failure. The last line counts the tests that the test runner reports.
set -euo pipefail

fail() { echo "test.sh: $2" >&2; exit "$1"; }

[ $# -eq 0 ] || fail 64 "$*: not understood: there is nothing to choose"
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin                  # where Debian has nginx, and a user's PATH has it not
command -v swift >/dev/null || fail 69 "no swift in PATH: install a toolchain from https://www.swift.org/install"
heading() { printf '\n== %s\n' "$1"; }
# All that the tests leave, even those that are cut off. Short: the path of a unix socket holds 107 bytes.
TMPDIR=$(mktemp -d /tmp/wct.XXXXXX)
export TMPDIR
chmod 755 "$TMPDIR"                   # a web server that root starts becomes another user
log=$TMPDIR/log
trap 'rm -rf "$TMPDIR"' EXIT

heading "Packages"
# systemd has systemd-socket-activate, prometheus has promtool, iproute2 has ss
deploy/install-packages.sh apache2-bin certbot crun curl faketime groff-base iproute2 jq libfcgi-dev libsqlite3-dev \
    lighttpd logrotate man-db multiwatch nginx openssl podman procps prometheus python3 python3-cryptography \
    python3-prometheus-client python3-venv shellcheck spawn-fcgi strace systemd wrk

heading "Format"
swift format lint --strict --recursive Sources Tests Package.swift

heading "Scripts"
shellcheck deploy/*.sh .ci/run Tests/EndToEndTests/operations/*

heading "Build"
swift build --build-tests

heading "Tests"
swift test --skip-build --skip 'EndToEndTests|MemoryTests' 2>&1 | tee "$log"
# One after the other: they measure time, and each runs several programs.
swift test --skip-build --no-parallel --filter EndToEndTests 2>&1 | tee -a "$log"
# They search the memory of the process, so they have one of their own.
MEMORY_TESTS=yes swift test --skip-build --filter MemoryTests 2>&1 | tee -a "$log"
# Swift Testing's own line, such as "Test run with 12 tests in 3 suites passed after 0.4 seconds."
count=$(sed -nE 's/.*Test run with ([0-9]+) tests? .*passed after.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum }')
[ "${count:-0}" -gt 0 ] || fail 70 "the test runner reported no test: did it find any?"

heading "Run"
deploy/run.sh --check

heading "All passed"
echo "$count passed, 0 failed"

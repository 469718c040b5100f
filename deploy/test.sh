#!/usr/bin/env bash
# Every check of this project: format, build, unit and end-to-end tests, a run of the service, the scripts.
# Stops at the first failure. The last line counts the tests that the test runner reports.
# With --long, for two hours: the fault suite at its full extent (LONG=yes) and, side by side, an hour's soak,
# libFuzzer, and the unit tests under the address and the thread sanitizer. SOAK and FUZZ, in seconds, make two of them
# shorter.
set -euo pipefail

fail() { echo "test.sh: $2" >&2; exit "$1"; }

case $* in
"") ;;
--long) export LONG=yes RESTARTS=${RESTARTS:-20} ;;
*) fail 64 "$*: not understood: give --long or nothing" ;;
esac
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin                  # where Debian has nginx, and a user's PATH has it not
command -v swift >/dev/null || fail 69 "no swift in PATH: install a toolchain from https://www.swift.org/install"
heading() { printf '\n== %s\n' "$1"; }
# All that the tests leave, even those that are cut off. Short: the path of a unix socket holds 107 bytes.
TMPDIR=$(mktemp -d /tmp/wct.XXXXXX)
export TMPDIR
chmod 755 "$TMPDIR"                   # a web server that root starts becomes another user
log=$TMPDIR/log
set -m                                # a process group for each part in the background
clean_up() {
    for part in $(jobs -p); do kill -- "-$part" 2>/dev/null || true; done
    wait || true                      # else they would write while it goes
    rm -rf "$TMPDIR"
}
trap clean_up EXIT
# finish PID NAME: waits for that part, whose output is in the log of its name.
finish() { wait "$1" || { cat "$TMPDIR/$2.log" >&2; fail 1 "$2: failed, see above"; }; }

heading "Packages"
# systemd has systemd-socket-activate, prometheus has promtool, iproute2 has ss
deploy/install-packages.sh apache2-bin certbot clickhouse-server crun curl faketime gcc groff-base iproute2 jq \
    libcurl4-openssl-dev libfcgi-dev libsqlite3-dev lighttpd logrotate man-db multiwatch nginx openssl podman procps \
    prometheus python3 python3-cryptography python3-prometheus-client python3-venv shellcheck spawn-fcgi strace systemd \
    valgrind wrk

heading "Format"
swift format lint --strict --recursive Sources Tests Package.swift

heading "Scripts"
shellcheck deploy/*.sh .ci/run Tests/EndToEndTests/operations/* Tests/Performance/*.sh

heading "Build"
swift build --build-tests

heading "Tests"
swift test --skip-build --skip 'EndToEndTests|MemoryTests' 2>&1 | tee "$log"
# The release build whose instructions are counted, in the time that the tests leave idle.
chrt --idle 0 Tests/Performance/instructions.sh --build >"$TMPDIR/release.log" 2>&1 &
release=$!
# One after the other: they measure time, and each runs several programs. The soak has its place below.
soak_later=()
[ "${LONG-}" != yes ] || soak_later=(--skip SoakTests)
swift test --skip-build --no-parallel --filter EndToEndTests "${soak_later[@]}" 2>&1 | tee -a "$log"
# They search the memory of the process, so they have one of their own.
MEMORY_TESTS=yes swift test --skip-build --filter MemoryTests 2>&1 | tee -a "$log"
finish "$release" release

heading "Instructions of a request"
Tests/Performance/instructions.sh

if [ "${LONG-}" = yes ]; then
    heading "Soak, fuzzing and sanitizers"
    soak() { swift test --skip-build --filter SoakTests; }
    fuzzing() {
        FUZZER=yes swift build --scratch-path .build/fuzzer --sanitize fuzzer --product Fuzzer
        for corpus in Tests/FuzzTests/corpus/*; do
            new=$TMPDIR/${corpus##*/}
            mkdir "$new"
            # A finding ends it; its input is in the output, as "Base64".
            FUZZ_TARGET=${corpus##*/} .build/fuzzer/debug/Fuzzer -max_total_time="${FUZZ:-600}" -max_len=4096 \
                -artifact_prefix="$TMPDIR/" "$new" "$corpus" 2>&1 | tail -n 40
            echo "libFuzzer, ${corpus##*/}: $(find "$new" -type f | wc -l) new inputs, 0 findings"
        done
    }
    sanitizers() {
        export LSAN_OPTIONS=suppressions=$PWD/Tests/leak-sanitizer.txt
        export TSAN_OPTIONS=suppressions=$PWD/Tests/thread-sanitizer.txt
        for sanitizer in address thread; do
            # One after the other: slow as they are, those that wait for one another would run out of time. XCTest, for
            # which there is no test, leaks.
            swift test --disable-xctest --no-parallel --sanitize "$sanitizer" --scratch-path ".build/$sanitizer" \
                --skip 'EndToEndTests|MemoryTests'
        done
    }
    declare -A parts
    for part in soak fuzzing sanitizers; do
        $part >"$TMPDIR/$part.log" 2>&1 &
        parts[$part]=$!
    done
    for part in sanitizers fuzzing soak; do
        finish "${parts[$part]}" "$part"
        tee -a "$log" <"$TMPDIR/$part.log"
    done
fi

heading "Run"
deploy/run.sh --check

# Swift Testing's own line, such as "Test run with 12 tests in 3 suites passed after 0.4 seconds."
count=$(sed -nE 's/.*Test run with ([0-9]+) tests? .*passed after.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum }')
[ "${count:-0}" -gt 0 ] || fail 70 "the test runner reported no test: did it find any?"
heading "All passed"
echo "$count passed, 0 failed"

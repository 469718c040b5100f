#!/usr/bin/env bash
# Builds warehoused and warehousectl as deploy/install.sh does, and prints the directory that holds them.
set -euo pipefail

fail() { echo "build.sh: $2" >&2; exit "$1"; }

[ $# -eq 0 ] || fail 64 "$*: not understood: there is nothing to choose"
cd "$(dirname "$0")/../.."
command -v swift >/dev/null || fail 69 "no swift in PATH: install a toolchain from https://www.swift.org/install"
echo "building for release (minutes the first time)" >&2
for product in warehoused warehousectl; do
    swift build -c release --static-swift-stdlib --product "$product" >&2 || fail 70 "the build of $product failed, see above"
done
swift build -c release --show-bin-path

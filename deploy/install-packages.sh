#!/usr/bin/env bash
# install-packages.sh NAME...: installs those of the named Debian packages that are missing, and starts none of their
# services: a freshly installed nginx would take port 80. A command of the same name counts as installed.
set -euo pipefail

fail() { echo "install-packages.sh: $2" >&2; exit "$1"; }

[ $# -gt 0 ] || fail 64 "no package named: give NAME..."
missing=()
for name in "$@"; do
    command -v "$name" >/dev/null && continue
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0
command -v apt-get >/dev/null || fail 69 "no apt-get here: install these by hand: ${missing[*]}"

if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail 69 "needs root: run this as root first: apt-get install ${missing[*]}"
    exec sudo -- "$0" "${missing[@]}"
fi

policy=/usr/sbin/policy-rc.d          # Debian asks it before a package may start a service; 101 means no
ours="# for the time that install-packages.sh runs"
log=$(mktemp)
restore() {
    rm -f "$log"
    # Ours, or that of a run which was cut off.
    if grep -qsxF "$ours" "$policy"; then rm -f "$policy"; fi
    [ ! -e "$policy.before" ] || mv "$policy.before" "$policy"
}
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# One that was set aside by a run which was cut off is the one to put back.
[ -e "$policy.before" ] || grep -qsxF "$ours" "$policy" || [ ! -e "$policy" ] || mv "$policy" "$policy.before"
printf '#!/bin/sh\n%s\nexit 101\n' "$ours" > "$policy"
chmod 755 "$policy"

echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt() { apt-get -qq -o DPkg::Lock::Timeout=120 "$@" >"$log" 2>&1 || { cat "$log" >&2; fail 69 "apt-get $1: failed, see above"; }; }
apt update
apt install -y --no-install-recommends "${missing[@]}"

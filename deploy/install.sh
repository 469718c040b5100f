#!/usr/bin/env bash
# Installs the service: programs, units, nginx's site, alert rules, completions, manual pages. Run it again after each
# change: what is already as it should be stays untouched.
# shellcheck disable=SC2317  # clean_up is reached, by the trap
set -euo pipefail

usage="usage: [DESTDIR=ROOT] deploy/install.sh [--binaries DIRECTORY | --uninstall]

  --binaries DIRECTORY  install warehoused and warehousectl from there instead of building them
  --uninstall           remove what was installed; data and edited configuration stay
  DESTDIR               install below this directory, for a package: no root needed, no users made, nothing started"

fail() { echo "install.sh: $2" >&2; exit "$1"; }

binaries='' uninstall=''
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) echo "$usage"; exit ;;
        --binaries) [ $# -gt 1 ] || fail 64 "$1: needs a value"; binaries=$2; shift 2 ;;
        --uninstall) uninstall=yes; shift ;;
        *) fail 64 "$1: not understood, see install.sh --help" ;;
    esac
done
[ -z "$binaries" ] || [ -z "$uninstall" ] || fail 64 "--binaries and --uninstall: give one of them"
root=${DESTDIR-}
if [ -n "$root" ]; then
    mkdir -p "$root" 2>/dev/null || fail 73 "$root: cannot be made"
    root=$(cd "$root" && pwd)
    root=${root%/}
fi
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail 73 "/usr/local: needs root: run this as root, or give DESTDIR"
if [ -n "$binaries" ]; then
    [ -d "$binaries" ] || fail 66 "$binaries: no such directory"
    binaries=$(cd "$binaries" && pwd)
    for program in warehoused warehousectl; do
        [ -x "$binaries/$program" ] || fail 66 "$binaries/$program: no such program: build it first"
    done
fi
cd "$(dirname "$0")/.."
umask 022

etc=/etc/warehouse-connections share=/usr/local/share/warehouse-connections units=/etc/systemd/system
site=/etc/nginx/conf.d/warehouse-connections.conf
bash=/usr/local/share/bash-completion/completions zsh=/usr/local/share/zsh/site-functions
fish=/usr/local/share/fish/vendor_completions.d man=/usr/local/share/man/man8
# What the operator may edit, and who keeps what they wrote.
configuration=("$site" /etc/nginx/warehouse-connections-flagsmith.conf "$etc"/{warehoused,test}.conf)
# SHA-256 of each of these as it was delivered last: what differs was edited.
delivered=$share/configuration.sha256
installed=(
    "$units"/warehoused{.socket,@.service} "$units"/warehouse-connections-test.{service,timer}
    /etc/{sysusers,tmpfiles}.d/warehouse-connections.conf "$share/alerts.yml"
)
for program in warehoused warehousectl; do
    installed+=("$bash/$program" "$zsh/_$program" "$fish/$program.fish" "$man/$program.8" "/usr/local/bin/$program")
done

temporary=$(mktemp -d) unfinished=''
clean_up() { rm -rf "$temporary"; [ -z "$unfinished" ] || rm -f "$unfinished"; }
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Whether a responder runs a program that is not there any more.
runs_what_was_replaced() {
    local process
    for process in $(systemctl show --property MainPID --value 'warehoused@*.service'); do
        case $(readlink "/proc/$process/exe" || true) in *' (deleted)') return 0 ;; esac
    done
    return 1
}
is_live() { [ -z "$root" ] && [ -d /run/systemd/system ]; }
hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }
delivered_hash() { sed -n "s|  $1\$||p" "$root$delivered" 2>/dev/null || true; }
is_edited() { [ -e "$root$1" ] && [ "$(hash_of "$root$1")" != "$(delivered_hash "$1")" ]; }

remove() {
    [ -e "$root$1" ] || return 0
    rm -f "$root$1" || fail 73 "$root$1: cannot be removed"
    changes=$((changes + 1))
}

changes=0
if [ -n "$uninstall" ]; then
    if is_live && [ -e "$units/warehoused.socket" ]; then
        # The socket first: a waiting connection would start a responder again.
        systemctl stop warehoused.socket 'warehoused@*.service'
        systemctl disable --quiet warehoused.socket warehoused@.service
    fi
    if is_live && [ -e "$units/warehouse-connections-test.timer" ]; then
        systemctl stop warehouse-connections-test.timer warehouse-connections-test.service
        systemctl disable --quiet warehouse-connections-test.timer
    fi
    kept=()
    for file in "${configuration[@]}"; do
        remove "$file.new"
        if is_edited "$file"; then kept+=("$root$file"); else remove "$file"; fi
    done
    for file in "${installed[@]}" "$delivered"; do remove "$file"; done
    for directory in "$share" "$etc"; do
        [ ! -d "$root$directory" ] || rmdir --ignore-fail-on-non-empty "$root$directory"
    done
    if is_live; then
        systemctl daemon-reload
        rm -rf /run/warehouse-connections
    fi
    for data in "$etc/sealing-key" /var/lib/warehouse-connections{,-secrets}; do
        [ ! -e "$root$data" ] || kept+=("$root$data")
    done
    if [ "$changes" -eq 0 ]; then echo "nothing to remove"; else echo "removed $changes files"; fi
    [ ${#kept[@]} -eq 0 ] || printf 'kept %s\n' "${kept[@]}"
    [ -n "$root" ] || [ "$changes" -eq 0 ] || echo "next: nginx -t && systemctl reload nginx"
    exit
fi

if [ -z "$binaries" ]; then
    command -v swift >/dev/null ||
        fail 69 "no swift in PATH: install a toolchain from https://www.swift.org/install, or give --binaries"
    deploy/install-packages.sh binutils libcurl4-openssl-dev libfcgi-dev libsqlite3-dev
    build=(swift build -c release --static-swift-stdlib)
    echo "building: ${build[*]} (minutes the first time)"
    log=$temporary/build.log
    "${build[@]}" >"$log" 2>&1 || { cat "$log" >&2; fail 70 "the build failed, see above"; }
    built=$("${build[@]}" --show-bin-path) binaries=$temporary/programs
    mkdir "$binaries"
    for program in warehoused warehousectl; do strip -o "$binaries/$program" "$built/$program"; done
fi

# Everything is made before anything is replaced, so that a failure leaves the old version whole.
stage=$temporary/stage
put() { install -D -m "${3:-644}" "$1" "$stage$2" || fail 66 "$1: cannot be read"; }
put deploy/systemd/warehoused.socket "$units/warehoused.socket"
put deploy/systemd/warehoused@.service "$units/warehoused@.service"
put deploy/systemd/warehouse-connections-test.service "$units/warehouse-connections-test.service"
put deploy/systemd/warehouse-connections-test.timer "$units/warehouse-connections-test.timer"
put deploy/systemd/warehouse-connections.sysusers /etc/sysusers.d/warehouse-connections.conf
put deploy/systemd/warehouse-connections.tmpfiles /etc/tmpfiles.d/warehouse-connections.conf
put deploy/prometheus/alerts.yml "$share/alerts.yml"
put nginx.conf "$site"
put deploy/nginx-flagsmith.conf /etc/nginx/warehouse-connections-flagsmith.conf
put deploy/systemd/warehoused.conf "$etc/warehoused.conf"
put deploy/systemd/warehouse-connections-test.conf "$etc/test.conf"
for program in warehoused warehousectl; do
    put "$binaries/$program" "/usr/local/bin/$program" 755
    for shell in bash zsh fish; do
        "$binaries/$program" --generate-completion-script "$shell" >"$temporary/$shell" ||
            fail 69 "$binaries/$program: does not run here: apt-get install libcurl4 libfcgi0ldbl libsqlite3-0"
    done
    deploy/man-page.sh "$binaries/$program" >"$temporary/man"
    put "$temporary/bash" "$bash/$program"
    put "$temporary/zsh" "$zsh/_$program"
    put "$temporary/fish" "$fish/$program.fish"
    put "$temporary/man" "$man/$program.8"
done

# place STAGED TARGET MODE: by renaming, so that nobody ever runs or reads half a file.
place() {
    local target=$root$2
    if cmp -s "$stage$1" "$target" && [ "$(stat -c %a "$target")" = "$3" ]; then return; fi
    mkdir -p "${target%/*}" || fail 73 "${target%/*}: cannot be made"
    # Of the same name each time: what a run that was killed leaves, the next one takes away.
    unfinished=${target%/*}/.${target##*/}.unfinished
    install -m "$3" "$stage$1" "$unfinished" || fail 73 "$target: cannot be written"
    mv -fT "$unfinished" "$target" || fail 73 "$target: cannot be replaced"
    unfinished=
    changes=$((changes + 1))
}

for file in "${installed[@]}"; do place "$file" "$file" "$(stat -c %a "$stage$file")"; done
hashes=''
for file in "${configuration[@]}"; do
    hash=$(hash_of "$stage$file")
    if ! is_edited "$file" || cmp -s "$stage$file" "$root$file"; then
        place "$file" "$file" "$(stat -c %a "$root$file" 2>/dev/null || echo 644)"
    elif [ "$hash" != "$(delivered_hash "$file")" ]; then
        place "$file" "$file.new" 644
    fi
    [ ! -e "$root$file.new" ] || echo "kept your $root$file: merge $file.new beside it, then remove that"
    hashes+="$hash  $file"$'\n'
done
mkdir -p "$stage$share"
printf '%s' "$hashes" >"$stage$delivered"
place "$delivered" "$delivered" 644
total=$((${#installed[@]} + ${#configuration[@]} + 1))
if [ "$changes" -eq 0 ]; then echo unchanged; else echo "installed $changes of $total files${root:+ in $root}"; fi

enable=(systemctl enable --now warehoused.socket warehoused@1.service warehoused@2.service)
init=(runuser -u warehouse-connections -- /usr/local/bin/warehousectl init)
if ! is_live; then
    [ "$changes" -gt 0 ] || exit 0
    echo "next, where systemd runs: systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload &&"
    echo "    ${init[*]} && ${enable[*]}"
    exit
fi
systemd-sysusers /etc/sysusers.d/warehouse-connections.conf
systemd-tmpfiles --create /etc/tmpfiles.d/warehouse-connections.conf
# Each time: a run that was cut off may have left it to this one.
systemctl daemon-reload
store=$(sed -nE 's/^WAREHOUSE_STORE="?([^"]*)"?$/\1/p' "$etc/warehoused.conf" | tail -n 1)
store=${store:-/var/lib/warehouse-connections/store.sqlite}
if [ "$(systemctl is-enabled warehoused.socket || true)" = disabled ]; then
    [ -e "$store" ] || [[ $store != /* ]] || "${init[@]}" --store "$store"
    "${enable[@]}"
    echo "next: put your names in the lines marked YOURS in $site, then nginx -t && systemctl reload nginx"
    echo "next: runuser -u warehouse-connections -- warehousectl key create --organisation <n> makes an API key"
elif [ "$changes" -gt 0 ] || runs_what_was_replaced; then
    echo "next: deploy/upgrade.sh restarts the responders, one after the other, and loses no request"
fi

#!/usr/bin/env bash
# Takes the running responders to the version that deploy/install.sh installed, one after the other, losing no request:
# the socket stays open, and the others answer meanwhile.
set -euo pipefail

usage="usage: deploy/upgrade.sh [INSTANCE...]

Migrates the store and restarts each running instance of warehoused@, or those named. Stops at the first that does not
come back. WAREHOUSE_STATUS_URL is where nginx publishes each instance's health, http://127.0.0.1:9180 by default."

fail() { echo "upgrade.sh: $2" >&2; exit "$1"; }

status_url=${WAREHOUSE_STATUS_URL:-http://127.0.0.1:9180}
for instance in "$@"; do
    case $instance in --help | -h) echo "$usage"; exit ;; esac
    [[ $instance =~ ^[a-z0-9][a-z0-9-]{0,31}$ ]] || fail 64 "$instance: not the name of an instance, such as 1; see --help"
done
for tool in curl systemctl warehousectl; do
    command -v "$tool" >/dev/null || fail 69 "no $tool in PATH: install it"
done

running=$(systemctl list-units --plain --no-legend --state=active 'warehoused@*.service' |
    sed -nE 's/^warehoused@(.+)\.service .*/\1/p')
[ -n "$running" ] || fail 69 "no instance of warehoused@ is running: systemctl start warehoused@1 warehoused@2"
[ $# -gt 0 ] || mapfile -t instances <<<"$running"
[ $# -eq 0 ] || instances=("$@")
[ "$(wc -l <<<"$running")" -gt 1 ] ||
    echo "upgrade.sh: only one instance is running: requests wait while it restarts" >&2

ask() { curl --silent --output /dev/null --noproxy '*' --max-time 2 "$@" "$status_url/$instance/health/readiness/"; }
# Before anything is touched: who cannot be asked now could not be asked afterwards.
for instance in "${instances[@]}"; do
    grep -qxF "$instance" <<<"$running" || fail 64 "$instance: not running: it will start on the new version by itself"
    ask || fail 69 "$status_url: nobody answers there: is nginx running with its status server? WAREHOUSE_STATUS_URL"
done

settings=/etc/warehouse-connections/warehoused.conf
store=${WAREHOUSE_STORE:-$(sed -nE 's/^WAREHOUSE_STORE="?([^"]*)"?$/\1/p' "$settings" 2>/dev/null | tail -n 1)}
store=${store:-/var/lib/warehouse-connections/store.sqlite}
# Never a new, empty one where a disk is not mounted: to every key it would say that there is no such key.
[ -e "$store" ] || fail 66 "$store: no such store: mount its disk, restore a backup, or make it with warehousectl init"
# As the store's owner, who alone may write it.
owner=$(stat -L -c %U "$store")
as_owner=()
[ "$(id -u)" -ne 0 ] || as_owner=(runuser -u "$owner" --)
"${as_owner[@]}" warehousectl init --store "$store" || {
    status=$?
    # On the way back to an older version: it need not write a newer store, if it can read it.
    "${as_owner[@]}" warehousectl check --store "$store" ||
        fail "$status" "$store: not migrated: nothing was restarted; mend that and run this again"
}

systemctl daemon-reload
stopped() {
    fail 1 "warehoused@$instance: $1: the instances after it still run the old version; see journalctl -u \
warehoused@$instance, then install a working version and run this again"
}
for instance in "${instances[@]}"; do
    # Type=notify: returns when the new process says that it serves.
    systemctl restart "warehoused@$instance.service" || stopped "does not start"
    systemctl is-active --quiet "warehoused@$instance.service" || stopped "does not run"
    deadline=$((SECONDS + 10))
    until ask --fail; do
        [ "$SECONDS" -lt "$deadline" ] || stopped "not ready within ten seconds"
        sleep 0.2
    done
    systemctl is-active --quiet "warehoused@$instance.service" || stopped "does not stay"
    echo "warehoused@$instance: restarted and ready"
done

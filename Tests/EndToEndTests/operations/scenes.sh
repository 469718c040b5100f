#!/usr/bin/env bash
# What the machine of OperationsTests does around the commands of OPERATIONS.md. before and after are called with a
# heading of the page and the number of the block of commands under it: before brings about what the commands are there
# for, after sees what came of them.
# shellcheck disable=SC2154  # the page's own variables: name, old and so on

here=/operations store=/var/lib/warehouse-connections/store.sqlite

wrong() { explain; echo "scenes.sh: $1" >&2; exit 1; }
# Waits for at most half a minute until the command given succeeds.
eventually() {
    local deadline=$((SECONDS + 30))
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || wrong "not within half a minute: $*"
        sleep 0.05
    done
}

workers() { pgrep --full '^nginx: worker' || true; }
has_other_workers() { [ -n "$(workers)" ] && [ -z "$(comm -12 <(workers | sort) <(sort <<<"$1"))" ]; }
# As systemctl is, but a reload of nginx ends when the old workers have: a request that follows meets the new ones.
systemctl() {
    local workers
    workers=$(workers)
    command systemctl "$@" || return
    if [ "$*" = "reload nginx" ]; then eventually has_other_workers "$workers"; fi
}

# Called when a command has failed.
explain() {
    tail -n 5 /var/log/nginx/error.log /var/log/warehoused.log || true
    journalctl --unit 'warehouse*' --unit nginx --lines 20 --no-pager || true
} 2>/dev/null

# status KEY_FILE ORGANISATION: that of the answer to its list.
status() {
    printf 'Authorization: Api-Key %s\n' "$(<"$1")" >"$here/header"
    curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}' --header "@$here/header" \
        "https://$name/api/v1/organisations/$2/integrations/warehouse-connections/" || true
}
answers() { [ "$(status "${2:-/root/key-1}" "${3:-1}")" = "$1" ]; }
is_ready() { curl --silent --fail --output /dev/null "http://127.0.0.1:9180/$1/health/readiness/"; }
both_ready() { is_ready 1 && is_ready 2; }
# The log's latest line of that kind, in JSON.
said() {
    journalctl --unit 'warehoused@*' --since "@$since" --output cat |
        jq --raw-input --raw-output 'fromjson? | select(.message == "store unavailable") | .cause' | grep -qF "$1"
}
sql() { python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])' "$store" "$1"; }
children() { pgrep --parent "$spawned"; }
is_replaced() { [ "$(children | wc -l)" = 2 ] && ! children | grep -qx "$1"; }
# The commands of this block have printed a line like that.
printed() {
    sed -n "/^== line $line:/,\$p" "$here/log" | grep -qE "$1" || wrong "the commands did not print $1"
}
logs_requests() {
    answers 200
    journalctl --unit warehoused@1 --since "@$since" --output cat | grep -q '"message":"request"'
}
requests_are_logged() { [ "$(tail -n 1 /var/log/nginx/warehouse-connections.log 2>/dev/null | jq .status)" = 200 ]; }
up() { [ "$(promtool query instant http://127.0.0.1:9090 'up{job="warehoused"} == 1' | wc -l)" = 2 ]; }

# damaged CAUSE: answers are 503, and a responder has said why since the scene began.
damaged() {
    eventually answers 503
    eventually said "$1"
}
# Another cause is logged at once only when the one before is over.
has_said_so() {
    local instance
    for instance in 1 2; do
        [ "$(journalctl --unit "warehoused@$instance" --since "@$since" --output cat |
            jq --raw-input --raw-output 'fromjson? | select(.message | startswith("store ")) | .message' |
            tail -n 1)" != "store unavailable" ] || return
    done
}
repaired() {
    eventually answers 200
    eventually has_said_so
    eventually both_ready
    [ "$(runuser -u warehouse-connections -- warehousectl list --json | jq length)" = 3 ] || wrong "connections are lost"
}

# Opens a stand-in for Snowflake, which tests by hand and those of the service ask from now on.
open_snowflake() {
    local certificate=/etc/ssl/certs/snowflake.crt port
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout "$here/snowflake.key" -out "$certificate" 2>/dev/null
    echo '{"accounts": {"XY12345": {"users": {}, "mode": "normal"}}}' >"$here/snowflake.json"
    /usr/bin/python3 -B Tests/EndToEndTests/warehouses/snowflake.py --certificate "$certificate" \
        --key "$here/snowflake.key" --state "$here/snowflake.json" --log "$here/snowflake.log" >"$here/snowflake.port" &
    snowflake=$!
    eventually grep -q '^listening ' "$here/snowflake.port"
    port=$(cut -d ' ' -f 2 "$here/snowflake.port")
    stand_in=(--base-url "https://localhost:$port" --ca-file "$certificate")
    echo "WAREHOUSE_TEST_OPTIONS=${stand_in[*]}" >>/etc/warehouse-connections/test.conf
    # shellcheck disable=SC2317  # the page calls it
    warehousectl() {
        if [ "$1" = test ]; then set -- "$@" "${stand_in[@]}"; fi
        command warehousectl "$@"
    }
}
close_snowflake() {
    kill "$snowflake"
    unset -f warehousectl
    sed -i '/^WAREHOUSE_TEST_OPTIONS=/d' /etc/warehouse-connections/test.conf
    rm /etc/ssl/certs/snowflake.crt
}
# As the customer of organisation 4 does: what the set-up script does with the keys of their user.
run_setup_script() {
    local script
    script=$(runuser -u warehouse-connections -- warehousectl show --organisation 4 --json | jq .setup_script)
    jq --argjson script "$script" 'reduce ($script | capture(
            "ALTER USER \"(?<user>[^\"]+)\" (UN)?SET (?<slot>RSA_PUBLIC_KEY(_2)?)( = .(?<key>[A-Za-z0-9+/=]+).)?;"; "g"
        )) as $change (.; .accounts.XY12345.users[$change.user][$change.slot] = $change.key)' \
        "$here/snowflake.json" >"$here/snowflake.json.new"
    mv "$here/snowflake.json.new" "$here/snowflake.json"
}
# has_keys SLOT...: in these, and no others, the customer's user has one.
has_keys() {
    local slots
    slots=$(jq --raw-output '.accounts.XY12345.users[] | to_entries[] | select(.value) | .key' "$here/snowflake.json")
    [ "${slots//$'\n'/ }" = "$*" ] || wrong "keys are in: $slots"
}

before() {
    since=$(date +%s)
    case $1 in
        # The night has passed.
        "WarehousedStoreDamaged 1" | "no such store 1" | "is damaged,"*) systemctl start warehouse-connections-backup ;;
    esac
    case $1 in
        "Install 1")
            install -m 755 "$here/certbot" /usr/local/sbin/certbot
            echo '127.0.0.1 warehouse-connections.example.com' >>/etc/hosts
            # As "install" would on a machine without IPv6.
            [ -e /proc/net/if_inet6 ] || sed -i '/listen \[::\]:/d' nginx.conf /etc/nginx/sites-available/default ;;
        "Install 4") export CURL_CA_BUNDLE=/etc/letsencrypt/live/$name/fullchain.pem ;;
        "Test connections 1") open_snowflake; run_setup_script; has_keys RSA_PUBLIC_KEY ;;
        # It was down two days ago.
        "Test connections 2")
            sql "UPDATE connection SET status = 'error', last_error = 'down',
                last_tested_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 days') WHERE organisation = 4" ;;
        "Give a connection a new key pair 2") run_setup_script; has_keys RSA_PUBLIC_KEY RSA_PUBLIC_KEY_2 ;;
        "List keys 1")
            runuser -u warehouse-connections -- warehousectl key create --organisation 3 \
                --label soon --expires-in 9d >/dev/null ;;
        "Logs 1")
            chmod 000 "$store"
            damaged "Permission denied"
            chmod 640 "$store"
            repaired ;;
        # A store of a version that only added something.
        "Go back 1") sql 'UPDATE store SET version = version + 1' ;;
        "In a container 1")
            "$here/base-image"
            export BUILDAH_ISOLATION=chroot ;;
        "WarehousedDown 1") systemctl stop nginx warehoused.socket 'warehoused@*' ;;
        "WarehousedInstanceDown 1") systemctl stop warehoused@2 ;;
        "WarehousedStoreDamaged 1")
            dd if=/dev/urandom of="$store" bs=4096 seek=4 count=4 conv=notrunc status=none
            damaged "is damaged: " ;;
        "no such store 1") rm "$store" "$store"-{wal,shm}; damaged "no such store" ;;
        "is damaged, an empty file, no SQLite database 1") truncate -s 20000 "$store"; damaged "is damaged: " ;;
        "Permission denied 1")
            chown root:root "$store"
            chmod 600 "$store"
            damaged "Permission denied" ;;
        "needs version … of these programs or later 1")
            sql 'UPDATE store SET readable_from = 99, version = 99'
            damaged "needs version 99"
            # What is installed next is a version that can read it, as far as this one can play it.
            sql "UPDATE store SET readable_from = 1, version = $(schema)" ;;
        "store.sqlite-wal or store.sqlite-shm is missing 1") rm "$store"-{wal,shm}; damaged "is missing" ;;
    esac
}

schema() {
    runuser -u warehouse-connections -- warehousectl check --json \
        --store "$(find /var/backups/warehouse-connections -name 'store-*' | tail -n 1)" | jq .schema_version
}

after() {
    case $1 in
        "Install 2") systemctl is-active --quiet warehoused.socket warehoused@1 warehoused@2 || wrong "not started" ;;
        "Install 4" | "Upgrade 1" | "Restore 1" | "Change a setting 1") answers 200; both_ready ;;
        "Go back 1") answers 200; both_ready; sql 'UPDATE store SET version = version - 1' ;;
        "Back up each night 1")
            [ "$(systemctl show --property NextElapseUSecRealtime --value warehouse-connections-backup.timer)" != "" ] ||
                wrong "the timer never elapses" ;;
        "Test connections 1") printed '^organisation 4, wc_[A-Za-z0-9]+: connected$' ;;
        "Test connections 2")
            [ "$(stat -c '%a %U %G' /etc/warehouse-connections/sealing-key)" = "600 root root" ] || wrong "readable key"
            printed 'warehousectl\[[0-9]+\]: 1 tested: 1 connected, 0 failed$'
            printed "^4 +wc_[A-Za-z0-9]+ +snowflake +connected .*$(date --utc +%F)T"
            answers 200 ;;
        "Give a connection a new key pair 2")
            printed '^organisation 4, wc_[A-Za-z0-9]+: connected$'
            run_setup_script
            has_keys RSA_PUBLIC_KEY_2
            warehousectl test --organisation 4 --sealing-key-file /root/sealing/key ;;
        "Delete 1") printed 'warehouse-connections-test\.service +test +4 '; close_snowflake ;;
        "List keys 1") printed '^[A-Za-z0-9]{12} soon$' ;;
        "Rotate a key 1") printed '^20[-0-9]+T'; answers 200 ;;
        "After a leak 1") printed '^ +[0-9]+ 200 127\.0\.0\.1 curl'; answers 200 ;;
        "Renew 2") printed "subject=.*$name" ;;
        "Logs 1") printed '"message": "store unavailable"' ;;
        "Logs 2") printed '	503	503	' ;;
        "Log each request for a while 1")
            systemctl stop warehoused@2
            eventually logs_requests
            systemctl start warehoused@2 ;;
        "WarehousedStoreUnreadable 1") printed 'store\.sqlite: ' ;;
        "WarehousedErrors 1") printed '^ +[0-9]+ 503 GET ' ;;
        "WarehousedKeyFailures 1") printed '127\.0\.0\.1 .* GET ' ;;
        "Logs 3") status /root/key-1 1 >/dev/null; eventually requests_are_logged ;;
        "Watch 2") eventually both_ready ;;
        "In a container 2" | "Without systemd 2") [ -z "$(podman ps --quiet)" ]; answers 200 ;;
        "Without systemd 1")
            one=$(children | tail -n 1)
            kill "$one"
            eventually is_replaced "$one"
            answers 200 ;;
        "WarehousedDown 1") answers 200; both_ready ;;
        "WarehousedInstanceDown 1" | "WarehousedRestarting 1") both_ready ;;
        "WarehousedStoreDamaged 1" | "no such store 1" | "is damaged, an empty file, no SQLite database 1" | \
            "Permission denied 1" | "store.sqlite-wal or store.sqlite-shm is missing 1" | \
            "needs version … of these programs or later 1") repaired ;;
        "WarehousedStoreUnchecked 1") eventually up ;;
        "Uninstall 1")
            hash -r                       # of the shell that ran them
            ! command -v warehoused warehousectl || wrong "the programs are still there"
            [ -z "$(find /etc /usr/local /var/lib -name 'warehouse*')" ] || wrong "files are left: $(find /etc /usr/local /var/lib -name 'warehouse*')" ;;
    esac
}

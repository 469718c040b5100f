#!/usr/bin/env bash
# Prepares nginx for a local run: ../nginx.conf with names, paths and ports replaced, and a self-signed certificate.
# What it writes into DIRECTORY is for: nginx -p DIRECTORY -e DIRECTORY/error.log -c DIRECTORY/nginx.conf
# STATUS_DIRECTORY holds the status sockets of the responders: 1.sock and so on.
# With FLAGSMITH, the host:port of a Flagsmith, it is the variant that runs beside it (nginx-flagsmith.conf).
set -euo pipefail

fail() { echo "local-nginx.sh: $2" >&2; exit "$1"; }

[ $# -eq 5 ] || [ $# -eq 6 ] ||
    fail 64 "wrong arguments: give DIRECTORY PORT SOCKET STATUS_PORT STATUS_DIRECTORY [FLAGSMITH]"
directory=$1 port=$2 socket=$3 status_port=$4 status_directory=$5 flagsmith=${6-}
for number in "$port" "$status_port"; do
    [[ $number =~ ^[1-9][0-9]{0,4}$ ]] || fail 64 "$number: not a port number"
done
[ "$port" != "$status_port" ] || fail 64 "$port: given twice: the status needs a port of its own"
for path in "$socket" "$status_directory/1.sock"; do
    [[ $path =~ ^/[A-Za-z0-9._/+-]+$ ]] || fail 64 "$path: not an absolute path of plain characters"
    [ ${#path} -le 107 ] || fail 64 "$path: longer than the 107 bytes that a unix socket may have; set a shorter TMPDIR"
done
[[ $flagsmith =~ ^([A-Za-z0-9.-]+:[0-9]+)?$ ]] || fail 64 "$flagsmith: not host:port"
site=$(<"$(dirname "$0")/../nginx.conf") || fail 66 "nginx.conf: cannot be read"
beside_flagsmith=$(<"$(dirname "$0")/nginx-flagsmith.conf") || fail 66 "nginx-flagsmith.conf: cannot be read"
mkdir -p "$directory" || fail 73 "$directory: cannot be made"
cd "$directory"

# replace TEXT BY: a text that is not there has changed in nginx.conf, and must change here as well.
replace() {
    [[ $site == *"$1"* ]] || fail 78 "nginx.conf has no line \"$1\": mend nginx.conf or this script"
    site=${site//"$1"/"$2"}
}

ipv6=
if grep -qs ' lo$' /proc/net/if_inet6; then ipv6="listen [::1]:$port ssl http2;"; fi
replace 'listen 443 ssl http2;' "listen 127.0.0.1:$port ssl http2;"
replace 'listen [::]:443 ssl http2;' "$ipv6"
replace 'server_name warehouse-connections.example.com;' 'server_name localhost;'
replace '/etc/letsencrypt/live/warehouse-connections.example.com/fullchain.pem' localhost.crt
replace '/etc/letsencrypt/live/warehouse-connections.example.com/privkey.pem' localhost.key
replace 'unix:/run/warehouse-connections/warehoused.sock' "unix:$socket"
replace 'listen 127.0.0.1:9180;' "listen 127.0.0.1:$status_port;"
replace 'unix:/run/warehouse-connections/status/' "unix:$status_directory/"
replace '/var/log/nginx/warehouse-connections.log' access.log
replace '/var/log/nginx/error.log' error.log
replace '/run/warehouse-connections-authorisation' authorisation
if [ -n "$flagsmith" ]; then
    replace /etc/nginx/warehouse-connections-flagsmith.conf flagsmith.conf
    replace 'server 127.0.0.1:8000;' "server $flagsmith;"
    site=$(sed '/# FLAGSMITH$/s/#//' <<<"$site")
    printf '%s\n' "$beside_flagsmith" > flagsmith.conf
fi
printf '%s\n' "$site" > warehouse-connections.conf

# The names are relative to DIRECTORY. As root, workers would become "nobody", who may not open the socket.
if [ "$(id -u)" -eq 0 ]; then user='user root;'; else user=; fi
cat > nginx.conf <<END
$user
daemon off;
worker_shutdown_timeout 5s;
pid nginx.pid;
error_log error.log;
worker_rlimit_nofile 16384;
events { worker_connections 8192; }
http {
    client_body_temp_path temporary-body;
    fastcgi_temp_path temporary-fastcgi;
    proxy_temp_path temporary-proxy;
    scgi_temp_path temporary-scgi;
    uwsgi_temp_path temporary-uwsgi;
    include warehouse-connections.conf;
}
END

if ! openssl x509 -checkend 86400 -noout -in localhost.crt >/dev/null 2>&1; then
    umask 077
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=localhost \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1' \
        -keyout localhost.key -out localhost.crt 2>openssl.log || fail 73 "certificate: $(tail -n 1 openssl.log)"
    rm openssl.log
fi

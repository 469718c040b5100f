#!/usr/bin/env bash
# Prepares an nginx that hands requests to responders as ../../nginx.conf does: its FastCGI directives, one worker,
# plain HTTP on loopback. The name of the host chooses: NAME.fresh makes a connection for each request, NAME.kept keeps
# connections. What it writes into DIRECTORY is for: nginx -p DIRECTORY -e error.log -c nginx.conf
set -euo pipefail

fail() { echo "nginx.sh: $2" >&2; exit "$1"; }

[ $# -ge 3 ] || fail 64 "wrong arguments: give DIRECTORY PORT NAME..., with sockets DIRECTORY/NAME.fresh and .kept"
directory=$1 port=$2
shift 2
# Those of the server for connections, up to its first location.
directives=$(sed -n '/listen 443/,/location/{ /^ *fastcgi_/{ /fastcgi_keep_conn/!p } }' \
    "$(dirname "$0")/../../nginx.conf") || fail 66 "nginx.conf: cannot be read"
[[ $directives == *"REQUEST_URI"*"fastcgi_buffers"* ]] ||
    fail 78 "nginx.conf: no FastCGI directives between port 443 and the first location: mend it or this script"
printf '%s\n' "$directives" >"$directory/fastcgi.conf"

# What a responder needs besides.
more_parameters() {
    case $1 in
        warehoused-gateway) echo "fastcgi_param AUTHORISED_ORGANISATION \$organisation;" ;;
        php) echo "fastcgi_param SCRIPT_FILENAME $(realpath "$(dirname "$0")/peers/sqlite.php");" ;;
        go) echo "fastcgi_param SERVER_PROTOCOL \$server_protocol;" ;;
    esac
}

# As many lines as kept connections and two: see the upstream in nginx.conf.
servers() {
    local name kind keep
    for name in "$@"; do
        for kind in fresh kept; do
            if [ "$kind" = kept ]; then keep=on; else keep=off; fi
            cat <<END
    upstream $name.$kind {
        $(for _ in {1..34}; do echo "server unix:$directory/$name.$kind max_fails=0;"; done)
        $(if [ "$kind" = kept ]; then echo "keepalive 32;"; fi)
    }
    server {
        listen 127.0.0.1:$port;
        server_name $name.$kind;
        include fastcgi.conf;
        fastcgi_keep_conn $keep;
        $(more_parameters "$name")
        location ~ ^/api/v1/organisations/(?<organisation>[1-9][0-9]*)/integrations/warehouse-connections/ {
            fastcgi_pass $name.$kind;
        }
    }
END
        done
    done
}

# As root, workers would become "nobody", who may not open the sockets.
if [ "$(id -u)" -eq 0 ]; then user='user root;'; else user=; fi
cat >"$directory/nginx.conf" <<END
$user
daemon off;
worker_processes 1;
pid nginx.pid;
events {}
http {
    access_log off;
    client_body_temp_path temporary-body;
    fastcgi_temp_path temporary-fastcgi;
    proxy_temp_path temporary-proxy;
    scgi_temp_path temporary-scgi;
    uwsgi_temp_path temporary-uwsgi;
$(servers "$@")
}
END

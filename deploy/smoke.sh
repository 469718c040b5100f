#!/usr/bin/env bash
# Smoke tests against a running service, production included: they only read. A line for each check.
# shellcheck disable=SC2053  # patterns are meant as such
set -euo pipefail

usage="usage: deploy/smoke.sh BASE_URL [OPTION]... [--key K --organisation N]

  BASE_URL          such as https://warehouse-connections.example.com; not one that Flagsmith has as well, whose answers
                    to other paths are its own
  --cacert FILE     certificates to trust, as curl's option
  --resolve H:P:A   connect to address A for host H and port P, as curl's option: before the name leads there
  --origin O        an origin whose pages may read answers; any if the service allows all
  --key K           an API key; - reads it from standard input, where no list of processes shows it
  --organisation N  the organisation of the key: look at its list and connection too"

# A key that was given in the wrong place is not printed.
fail() {
    sed -E -e 's/(whc_[A-Za-z0-9]{12}_)[A-Za-z0-9_-]+/\1…/g' -e 's/whsk1_[A-Za-z0-9_]+/whsk1_…/g' \
        -e 's/(^|[^A-Za-z0-9_.\/-])[A-Za-z0-9_-]{43,}([^A-Za-z0-9_.\/-]|$)/\1…\2/g' <<<"smoke.sh: $2" >&2
    exit "$1"
}

base='' organisation='' key='' origin=https://dashboard.example.com curl_options=(--silent --max-time 10 --path-as-is) credentials=()
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) echo "$usage"; exit ;;
        --cacert | --resolve | --origin | --key | --organisation) [ $# -gt 1 ] || fail 64 "$1: needs a value" ;;&
        --cacert | --resolve) curl_options+=("$1" "$2"); shift 2 ;;
        --origin) origin=$2; shift 2 ;;
        --key) key=$2; shift 2 ;;
        --organisation) organisation=$2; shift 2 ;;
        https://*) base=${1%/}; shift ;;
        *) fail 64 "$1: not understood, see smoke.sh --help" ;;
    esac
done
[ -n "$base" ] || fail 64 "no BASE_URL: give one, such as https://localhost:8443"
[[ $organisation =~ ^([1-9][0-9]*)?$ ]] || fail 64 "$organisation: not an organisation's number"
[ "${key:+given}" = "${organisation:+given}" ] || fail 64 "--key and --organisation: give both or neither"
# The last line of a file may have no end.
[ "$key" != - ] || read -r key || [ -n "$key" ] || fail 64 "--key -: nothing on standard input"
list_of() { echo "/api/v1/organisations/$1/integrations/warehouse-connections/"; }
list=$(list_of "${organisation:-1}")

answer=$(mktemp -d)
trap 'rm -rf "$answer"' EXIT
# In a file, because others can read curl's arguments.
printf 'Authorization: Api-Key %s\n' "$key" >"$answer/credentials"
[ -z "$key" ] || credentials=(--header "@$answer/credentials")
checks=0 failures=0

expect() {  # WHAT EXPECTED GOT: EXPECTED is GOT itself, or a pattern for the whole of it
    checks=$((checks + 1))
    if [[ $3 == "$2" || $3 == $2 ]]; then echo "ok   $1"; return; fi
    echo "FAIL $1: expected ${2:0:300}, got ${3:0:300}"
    failures=$((failures + 1))
}
field() { tr -d '\r' <"$answer/head" | sed -n "s/^$1: //Ip"; }

has() { [[ $(field "$1") == $2 ]] || got+=", $1: $(field "$1")"; }

# request NAME STATUS METHOD PATH [CURL OPTION]...: leaves the answer in $answer/head and $answer/body, and checks what
# holds for all answers: the status (a pattern), HSTS, and with a body JSON and the common headers, each exactly once.
request() {
    local name=$1 status=$2 method=$3 path=$4 got
    shift 4
    if [ "$method" = HEAD ]; then set -- --head "$@"; else set -- --request "$method" "$@"; fi
    : >"$answer/head"; : >"$answer/body"
    got=$(curl "${curl_options[@]}" --dump-header "$answer/head" --output "$answer/body" \
        --write-out '%{http_code}' "$@" "$base$path") || got+=" (curl: exit $?)"
    [ "$method" != HEAD ] || : >"$answer/body"
    has strict-transport-security 'max-age=+([0-9A-Za-z; ])'
    if [ -s "$answer/body" ]; then
        has content-type application/json
        has cache-control 'private, no-cache'
        has vary 'Authorization, ?(Cookie, )Origin'
        has x-content-type-options nosniff
        has referrer-policy no-referrer
        has x-request-id '+([[:alnum:]])'
        grep -q '^[[{]' "$answer/body" || got+=", body: $(head -c 60 "$answer/body")"
    fi
    expect "$name" "$status" "$got"
}
body_is() { expect "$1: body" "$2" "$(<"$answer/body")"; }
not_found='{"detail":"Not found."}'

curl "${curl_options[@]}" --show-error --output /dev/null "$base/" || fail 69 "$base: no answer: the reason is above"

request "liveness" 200 GET /health/liveness/
body_is "liveness" '{"status":"ok"}'
request "liveness, HEAD" 200 HEAD /health/liveness/
expect "liveness, HEAD: length" 15 "$(field content-length)"
request "readiness" 200 GET /health/readiness/
body_is "readiness" '{"status":"ok"}'

for path in / /metrics /1/metrics /no/such/path "/$list" "${list%/*/}/./warehouse-connections/" "${list}wc_%41/"; do
    request "not found: $path" 404 GET "$path"
    body_is "not found: $path" "$not_found"
done
request "malformed target" 400 GET /%zz
body_is "malformed target" '{"detail":"Bad request."}'
request "TRACE" 405 TRACE "$list"
request "refused by nginx, to another origin" 404 GET /no/such/path --header "Origin: $origin"
expect "refused by nginx, to another origin: allowed" '?*' "$(field access-control-allow-origin)"

request "missing slash" 301 GET "${list%/}?page=1"
expect "missing slash: location" "$list?page=1" "$(field location)"
request "preflight" 204 OPTIONS "$list" --header "Origin: $origin" \
    --header 'Access-Control-Request-Method: GET' --header 'Access-Control-Request-Headers: authorization,baggage'
expect "preflight: allow" 'GET, HEAD, OPTIONS' "$(field allow)"
expect "preflight: methods" 'GET, HEAD, OPTIONS' "$(field access-control-allow-methods)"
expect "preflight: headers" '*authorization, baggage*' "$(field access-control-allow-headers)"

curl_tls() { curl "${curl_options[@]}" --output /dev/null --write-out '%{http_version}' "$@" "$base/" || true; }
# A client as lax as it can be, or it would be the client that refuses.
expect "TLS 1.1 is refused" 0 "$(curl_tls --tlsv1.0 --tls-max 1.1 --ciphers ALL@SECLEVEL=0)"
expect "TLS 1.2 with HTTP/2" 2 "$(curl_tls --tls-max 1.2)"
expect "TLS 1.3 with HTTP/1.1" 1.1 "$(curl_tls --tlsv1.3 --http1.1)"

request "list without credentials" 401 GET "$list"
body_is "list without credentials" '{"detail":"Authentication credentials were not provided."}'
expect "list without credentials: challenge" '?*' "$(field www-authenticate)"
request "POST without credentials" 401 POST "$list"
request "list with a wrong key" 401 GET "$list" --header 'Authorization: Api-Key wrong'
body_is "list with a wrong key" '{"detail":"Incorrect authentication credentials."}'

if [ -n "$organisation" ]; then
    request "list" 200 GET "$list" "${credentials[@]}"
    body_is "list" '\[*\]'
    whole=$(<"$answer/body") etag=$(field etag) length=$(field content-length)
    request "list, HEAD" 200 HEAD "$list" "${credentials[@]}"
    expect "list, HEAD: length and ETag" "$length $etag" "$(field content-length) $(field etag)"
    request "list, If-None-Match" 304 GET "$list" "${credentials[@]}" --header "If-None-Match: $etag"
    expect "list, If-None-Match: ETag, no body" "$etag " "$(field etag) $(<"$answer/body")"
    request "POST" 405 POST "$list" "${credentials[@]}"
    expect "POST: allow" 'GET, HEAD, OPTIONS' "$(field allow)"
    request "another organisation" 403 GET "$(list_of $((organisation == 1 ? 2 : 1)))" "${credentials[@]}"
    body_is "another organisation" '{"detail":"You do not have permission to perform this action."}'
    request "no such connection" 404 GET "${list}wc_0/" "${credentials[@]}"
    body_is "no such connection" "$not_found"
    id=$(sed -nE 's/^\[\{"id":"(wc_[A-Za-z0-9]+)".*/\1/p' <<<"$whole")
    if [ -n "$id" ]; then
        request "detail" 200 GET "$list$id/" "${credentials[@]}"
        expect "detail is the list's element" "$whole" "[$(<"$answer/body")]"
    fi
fi

echo "$((checks - failures)) of $checks checks passed"
[ "$failures" -eq 0 ]

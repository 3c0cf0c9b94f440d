#!/usr/bin/env bash
# A small internet of network namespaces in which real peers, in Java and in JavaScript, meet across real NATs.
#
#   natlab.sh run    CLIENT SERVER CLIENT_SITE SERVER_SITE    one meeting; prints one line: what happened, how fast
#   natlab.sh matrix [PAIR ...]                               every combination of sites for pairs such as java-js
#   natlab.sh bench  COUNT CELL ...                           COUNT meetings each, of fresh peers; prints JSON lines: every
#                                                             meeting, and for each cell the median and the worst
#   natlab.sh up     CLIENT_SITE SERVER_SITE                  builds the network and leaves it, to look around
#   natlab.sh down                                            takes it away
#
#   CLIENT, SERVER   java or js; a PAIR is CLIENT-SERVER; the default of matrix is java-java java-js js-java
#   CELL             PAIR:CLIENT_SITE-SERVER_SITE, such as java-js:random-consistent; with :relay at its end the client names
#                    a JavaScript blind relay, which has a public address
#   SITE             open         public address, reachable by anybody
#                    firewalled   public address, but only answers come in
#                    consistent   behind a NAT that shows one outside port to all (and filters by address and port)
#                    lenient      the same, but the NAT takes in what it did not ask for, as a Linux host with Docker does: a
#                                 probe that comes too early occupies the very mapping that a later answer needs
#                    random       behind a NAT that shows every destination another port
#                    samelan      (server only) beside the client, behind the client's NAT, which does not hairpin
#                    lanwall      (server only) the same, and both hosts have a firewall that lets only answers in
#
#                                      ┌──────── bridge, 5.5.5.0/24 ────────┐
#     DHT nodes 1 to 6, 5.5.5.1 to .6 ─┤                                    ├─ 5.5.5.20 ─ router or host ─ server
#                                      └─ 5.5.5.10 ─ router or host ─ client ─┘       (10.0.2.0/24 behind a router)
#                                        (10.0.1.0/24 behind a router)
#
# A meeting: the server listens under a key, the client dials it through the DHT, sends 100,000 bytes and reads them back.
# Exit code 0: it went as it should. Two random NATs should refuse each other, and lanwall is passed only by a Java server,
# by a JavaScript client only out of a consistent NAT; all others should meet within the limit.
#
# Environment:
#   LAB_NAME     prefix of the namespaces (flab): labs of different names do not disturb each other
#   LAB_LIMIT    seconds that a meeting may take, from the client's dial to the last byte back (60)
#   LAB_CLASSES  compiled main classes of this project (target/classes)
#   LAB_MODULES  node_modules with hyperdht 6.34.0 (src/test/js/node_modules)
#   LAB_HYPERDHT the JavaScript package: hyperdht, or hyperdht-6-32 for clients and servers of 6.32.0 (hyperdht)
#   LAB_DHT      who runs the six DHT nodes: js or java (js)
#   LAB_CAPTURE  a directory where tcpdump leaves what client and server send and receive, if the meeting fails or after
#                each cell of bench
#   LAB_ARCHIVE  1 starts the Java peers of bench with a class-data archive, as an application that minds its start would
#                (docs/startup.md); those of a meeting beforehand, which does not count, leave it (0)
#   LAB_KEEP     1 keeps the network and the logs after a meeting that failed
#
# Needs root, a Linux with network namespaces, the Debian packages iproute2 and nftables, a JDK of at least 21 and, for js,
# Node of at least 18. Nothing in the lab can reach anything outside of it: it has no route, and its bridge no uplink.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
name=${LAB_NAME:-flab}
limit=${LAB_LIMIT:-60}
classes=${LAB_CLASSES:-$root/target/classes}
modules=${LAB_MODULES:-$root/src/test/js/node_modules}
dht=${LAB_DHT:-js}
export LAB_HYPERDHT=${LAB_HYPERDHT:-hyperdht}
capture=${LAB_CAPTURE:-}
archive='' # the option of Java peers that makes a class-data archive, or uses it: without the name of the file
kit=''     # the directory of the archives, one for each role, and the jar that they belong to
state=/tmp/natlab-$name
bootstrap=5.5.5.1:49737
dht_hosts=(1 2 3 4 5 6)
# shellcheck source=../../main/sh/jdk.sh
. "$root/src/main/sh/jdk.sh"

die() { echo "natlab: $1" >&2; exit 2; }
ns() { local where=$1; shift; ip netns exec "$name-$where" "$@"; }

# ---- the network ------------------------------------------------------------------------------------------------------

add_ns() { ip netns add "$name-$1"; ns "$1" ip link set lo up; }

# Plugs namespace $1 into the bridge of namespace $2, as interface $3 with address $4.
plug() {
  local who=$1 hub=$2 card=$3 address=$4 port
  port=p$(cksum <<< "$who$card" | cut -c1-8)
  ip -n "$name-$hub" link add "$port" type veth peer name "$card" netns "$name-$who"
  ip -n "$name-$hub" link set "$port" master bridge up
  ip -n "$name-$who" addr add "$address" dev "$card"
  ip -n "$name-$who" link set "$card" up
}

add_hub() { add_ns "$1"; add_bridge "$1"; }
add_bridge() { ip -n "$name-$1" link add bridge type bridge; ip -n "$name-$1" link set bridge up; }

# A home router: a bridge inside, one public address outside. What nobody inside asked for is dropped before it can leave a
# trace, otherwise it would occupy the very mapping that a later answer needs, or taken in by the router itself.
add_router() {
  local router=$1 public=$2 inside=$3 mapping=$4 unasked=$5
  add_hub "$router"
  plug "$router" internet wan "$public/24"
  ip -n "$name-$router" addr add "$inside/24" dev bridge
  ns "$router" sysctl -qw net.ipv4.ip_forward=1
  ns "$router" nft -f - <<RULES
    table ip lab {
      chain leave { type nat hook postrouting priority srcnat; oifname "wan" masquerade $mapping; }
      chain cross { type filter hook forward priority filter; policy drop; ct state established,related accept; iifname "bridge" accept; }
      chain enter { type filter hook input priority filter; policy $unasked; ct state established,related accept; iifname != "wan" accept; }
    }
RULES
}

add_behind() { # host, router, address, gateway
  add_ns "$1"
  plug "$1" "$2" lan "$3/24"
  ip -n "$name-$1" route add default via "$4"
}

# A host firewall: only answers come in.
add_wall() {
  ns "$1" nft -f - <<RULES
    table ip lab {
      chain enter { type filter hook input priority filter; policy drop; ct state established,related accept; iifname "lo" accept; }
    }
RULES
}

add_site() { # client|server, kind, public address, private network
  local who=$1 kind=$2 public=$3 net=$4
  case $kind in
    open|firewalled)
      add_ns "$who"
      plug "$who" internet wan "$public/24"
      [ "$kind" = open ] || add_wall "$who" ;;
    consistent) add_router "$who-router" "$public" "$net.1" '' drop; add_behind "$who" "$who-router" "$net.2" "$net.1" ;;
    lenient) add_router "$who-router" "$public" "$net.1" '' accept; add_behind "$who" "$who-router" "$net.2" "$net.1" ;;
    random) add_router "$who-router" "$public" "$net.1" fully-random drop; add_behind "$who" "$who-router" "$net.2" "$net.1" ;;
    samelan|lanwall)
      ip netns list | grep -q "^$name-client-router\b" || die "$kind needs a client behind a NAT"
      add_behind "$who" client-router 10.0.1.3 10.0.1.1
      if [ "$kind" = lanwall ]; then
        add_wall client
        add_wall "$who"
      fi ;;
    *) die "unknown site: $kind" ;;
  esac
}

up() {
  down
  mkdir -p "$state"
  add_hub internet
  local i
  for i in "${dht_hosts[@]}"; do
    add_ns "d$i"
    plug "d$i" internet wan "5.5.5.$i/24"
  done
  add_site client "$1" 5.5.5.10 10.0.1
  add_site server "$2" 5.5.5.20 10.0.2
}

end() { # label
  local pid
  pid=$(cat "$state/$1.pid")
  # A number may have been given to another process meanwhile; ours are those that live in the lab.
  case $(ip netns identify "$pid" 2>/dev/null) in
    "$name"-*) kill "$pid" 2>/dev/null || true ;;
  esac
}

down() {
  local each
  if [ -d "$state" ]; then
    for each in "$state"/*.pid; do
      [ -e "$each" ] && end "$(basename "$each" .pid)"
    done
    rm -rf "$state"
  fi
  for each in $(ip netns list | awk -v p="^$name-" '$1 ~ p {print $1}'); do
    ip netns del "$each"
  done
}

# ---- the programs -----------------------------------------------------------------------------------------------------

# Starts a program in the background of a namespace; its output goes to a file of the same name.
start() { # label, namespace, language, arguments
  local label=$1 where=$2 language=$3
  shift 3
  program "$language" "$@"
  ip netns exec "$name-$where" "${argv[@]}" > "$state/$label.out" 2> "$state/$label.err" < /dev/null &
  echo $! > "$state/$label.pid"
}

program() { # language, arguments → argv
  local language=$1
  shift
  case $language in
    js) argv=(env NODE_PATH="$modules" node "$here/lab-peer.js" "$@") ;;
    java)
      argv=("$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -ea) # -Xshare:auto is the default, and not allowed where an archive is made
      if [ -n "$archive" ] && { [ "$1" = client ] || [ "$1" = server ]; }; then
        argv+=("$archive=$kit/$1.archive" -cp "$kit/lab.jar" LabPeer "$@")
      else
        argv+=(-cp "$classes:$state/classes" LabPeer "$@")
      fi ;;
    *) die "unknown language: $language" ;;
  esac
}

# Writes down all datagrams of a namespace.
record() { # namespace
  ip netns exec "$name-$1" tcpdump -i any -U -n -w "$state/$1.pcap" udp > /dev/null 2>&1 < /dev/null &
  echo $! > "$state/$1-tcpdump.pid"
}

record_peers() {
  [ -z "$capture" ] || { record client; record server; }
}

keep_capture() {
  [ -z "$capture" ] || { mkdir -p "$capture"; cp "$state"/*.pcap "$state"/*.err "$capture"; }
}

prepare_java() {
  [ -n "${java:-}" ] || { jdk=$(find_jdk) || die "no JDK of at least 21"; java=$jdk/bin/java; }
  [ -e "$state/classes/LabPeer.class" ] || "$jdk/bin/javac" -cp "$classes" -d "$state/classes" "$here/LabPeer.java" \
    || die "LabPeer.java does not compile against $classes"
}

# Has the Java peers of one meeting make the class-data archives for those that follow.
prepare_archive() { # client, server, relay's key or nothing
  local key recorded='-XX:ArchiveClassesAtExit' used='-XX:SharedArchiveFile'
  [ "${LAB_ARCHIVE:-0}" = 1 ] && case "$1$2" in *java*) ;; *) false ;; esac || return 0
  [ "$(jdk_feature "$jdk")" -lt 25 ] || recorded='-XX:AOTCacheOutput' used='-XX:AOTCache'
  rm -rf "$kit" # of another cell, whose meetings go other ways
  kit=$(mktemp -d)
  "$jdk/bin/jar" --create --file "$kit/lab.jar" -C "$classes" . -C "$state/classes" .
  archive=$recorded
  start server server "$2" server "$bootstrap"
  key=$(await server listening 30) || die "the server did not listen: $(cat "$state/server.err")"
  # shellcheck disable=SC2086  # without a relay there is no argument
  start client client "$1" client "$bootstrap" "$key" "$limit" $3
  wait "$(cat "$state/client.pid")" || true
  end client
  kill "$(cat "$state/server.pid")"
  wait "$(cat "$state/server.pid")" || true # its archive is written when it has been asked to end
  end server
  archive=$used
  [ "$1" != java ] || [ -s "$kit/client.archive" ] || die "the client left no class-data archive"
  [ "$2" != java ] || [ -s "$kit/server.archive" ] || die "the server left no class-data archive"
}

# Waits until a file has a line that begins with a word; prints the rest of that line.
await() { # label, word, seconds
  local file=$state/$1.out until=$((SECONDS + $3)) found alive=1
  while :; do
    # A program that has ended may have written its line just before: hence first whether it lives, then what it says.
    kill -0 "$(cat "$state/$1.pid")" 2>/dev/null || alive=0
    found=$(sed -n "s/^$2 *//p" "$file" 2>/dev/null | head -n 1)
    [ -n "$found" ] && { echo "$found"; return 0; }
    [ "$alive" = 1 ] && [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.05
  done
}

start_dht() {
  local i
  start d1 d1 "$dht" bootstrap 5.5.5.1
  await d1 ready 20 > /dev/null || die "the first DHT node did not start: $(cat "$state/d1.err")"
  for i in "${dht_hosts[@]:1}"; do
    start "d$i" "d$i" "$dht" node "5.5.5.$i" "$bootstrap"
  done
  for i in "${dht_hosts[@]:1}"; do
    await "d$i" ready 30 > /dev/null || die "DHT node $i did not start: $(cat "$state/d$i.err")"
  done
}

# ---- meetings ---------------------------------------------------------------------------------------------------------

meet() { # client, server, client site, server site
  local key result outcome expected=met
  case "$1 $2 $3 $4" in *" random random"|*" js "*" lanwall"|"js java random lanwall") expected=refused ;; esac
  up "$3" "$4"
  case "$1$2$dht" in *java*) prepare_java ;; esac
  record_peers
  start_dht
  start server server "$2" server "$bootstrap"
  if key=$(await server listening 30); then
    start client client "$1" client "$bootstrap" "$key" "$limit"
    result=$(await client result $((limit + 20))) || result="silent"
  else
    result="server did not listen"
  fi
  case $result in met*) outcome=met ;; refused*) outcome=refused ;; *) outcome=broken ;; esac
  local verdict=FAIL
  [ "$outcome" = "$expected" ] && verdict=ok
  printf '%-4s %-4s → %-4s  %-10s → %-10s  %s\n' "$verdict" "$1" "$2" "$3" "$4" "$result"
  if [ "$verdict" = ok ]; then
    down
    return 0
  fi
  sed 's/^/     client: /' "$state/client.err" 2>/dev/null | tail -n 5 || true
  sed 's/^/     server: /' "$state/server.err" 2>/dev/null | tail -n 5 || true
  keep_capture
  if [ "${LAB_KEEP:-0}" = 1 ]; then
    trap - EXIT
    exit 1
  fi
  down
  return 1
}

# One meeting in a network that is up, between peers that are new. Prints the outcome.
meet_again() { # client, server, relay's key or nothing
  local key
  start server server "$2" server "$bootstrap"
  if key=$(await server listening 30); then
    # shellcheck disable=SC2086  # without a relay there is no argument
    start client client "$1" client "$bootstrap" "$key" "$limit" $3
    await client result $((limit + 20)) || echo silent
    end client
  else
    echo "server did not listen"
  fi
  end server
}

bench() { # count, cells
  local count=$1 cell pair sites relay run result
  shift
  for cell in "$@"; do
    pair=${cell%%:*} sites=${cell#*:} relay=''
    case $sites in *:relay) sites=${sites%:relay} relay=wanted ;; esac
    up "${sites%-*}" "${sites#*-}"
    case $pair$dht in *java*) prepare_java ;; esac
    record_peers
    start_dht
    if [ -n "$relay" ]; then
      add_ns relay
      plug relay internet wan 5.5.5.7/24
      start relay relay js relay 5.5.5.7 "$bootstrap"
      relay=$(await relay listening 30) || die "the relay did not start: $(cat "$state/relay.err")"
    fi
    prepare_archive "${pair%-*}" "${pair#*-}" "$relay"
    for run in $(seq "$count"); do
      result=$(meet_again "${pair%-*}" "${pair#*-}" "$relay")
      sed -nE 's/^met open ([0-9]+) ms, from the start ([0-9]+) ms.*/\1 \2/p' <<< "$result" >> "$state/times"
      echo "{\"cell\":\"$cell\",\"run\":$run,\"result\":\"$result\"}"
    done
    summary "$cell" "$count"
    keep_capture
    down
  done
}

summary() { # cell, count
  [ -s "$state/times" ] || { echo "{\"cell\":\"$1\",\"runs\":$2,\"met\":0}"; return; }
  echo "{\"cell\":\"$1\",\"runs\":$2,\"met\":$(wc -l < "$state/times"),\"openMillis\":$(spread 1),\"startToOpenMillis\":$(spread 2)}"
}

spread() { # column
  cut -d ' ' -f "$1" "$state/times" | sort -n | awk '
    { at[NR] = $1 }
    END { printf "{\"best\":%d,\"median\":%d,\"worst\":%d}", at[1], (at[int((NR + 1) / 2)] + at[int(NR / 2) + 1]) / 2, at[NR] }'
}

matrix() {
  local pairs=("$@") failures=0 pair client server a b
  [ $# -gt 0 ] || pairs=(java-java java-js js-java)
  for pair in "${pairs[@]}"; do
    client=${pair%-*} server=${pair#*-}
    for a in open firewalled consistent random; do
      for b in open firewalled consistent random samelan lanwall; do
        case $b-$a in samelan-open|samelan-firewalled|lanwall-open|lanwall-firewalled) continue ;; esac
        meet "$client" "$server" "$a" "$b" || failures=$((failures + 1))
      done
    done
  done
  echo "natlab: $failures meetings did not go as they should"
  [ "$failures" = 0 ]
}

trap 'exit 1' INT TERM
[ "$(id -u)" = 0 ] || die "needs root"
command -v nft > /dev/null || die "nft is missing: apt-get install nftables"
command -v ip > /dev/null || die "ip is missing: apt-get install iproute2"
case ${1:-} in
  run) [ $# -eq 5 ] || die "usage: run CLIENT SERVER CLIENT_SITE SERVER_SITE"; shift; trap down EXIT; meet "$@" ;;
  matrix) shift; trap down EXIT; matrix "$@" ;;
  bench) [ $# -ge 3 ] || die "usage: bench COUNT CELL ..."; shift; trap 'down; rm -rf "$kit"' EXIT; bench "$@" ;;
  up) [ $# -eq 3 ] || die "usage: up CLIENT_SITE SERVER_SITE"; shift; up "$@" ;;
  down) down ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 2 ;;
esac

#!/usr/bin/env bash
# Lays siege to a node that serves twenty peers in transfer: 1,000 hostile handshakes a second from one address and from a thousand, the same
# with named relays, punches, announcements, values and connections of ten thousand keys. Honest peers must hardly notice, and what the
# node holds stays bounded and goes away. Runs on the classes that mvn verify has left, in a network namespace of its own, whose
# addresses are public ones that no host has. Arguments are settings, name=value, of omega.flock.hostile.siege.Siege; for instance
#   40-siege.sh seconds=60                                  each flood for a minute, about half an hour
#   40-siege.sh seconds=600 together=true sources=1000      all of them at once, for ten minutes
#   40-siege.sh floods=handshakes,puts pace=0               two of them, transfers as fast as they go
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
# shellcheck source=../../main/sh/jdk.sh
. src/main/sh/jdk.sh
jdk=$(find_jdk) || { echo "no JDK of at least $OMEGA_FLOCK_JDK was found: set JAVA_HOME" >&2; exit 1; }
classes=${SIEGE_CLASSES:-$(echo target/omega-flock-*.jar):target/test-classes}

within='ip link set lo up
for block in 198.18.0.0/15 203.0.113.0/24; do ip route add local "$block" dev lo; done
exec "$@"'
for unshare in 'unshare --net' 'unshare --user --map-root-user --net'; do
  if $unshare sh -c 'ip link set lo up' >/dev/null 2>&1; then
    exec $unshare sh -c "$within" siege "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$classes" \
      omega.flock.hostile.siege.Siege "$@"
  fi
done
echo "the siege needs a network namespace, and none can be made here" >&2
exit 1

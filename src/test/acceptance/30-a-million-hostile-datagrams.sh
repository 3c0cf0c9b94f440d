#!/usr/bin/env bash
# A million hostile datagrams at an idle node, and a million at the two ends of a transfer: the transfer completes, other peers do
# not notice, the heap is flat after collection, the counters name the reasons. Runs on the classes that mvn verify has left.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
mvn --batch-mode --no-transfer-progress -q surefire:test@default-test -DtrimStackTrace=true \
  -Dtest=HostileDatagramsTest -Domega.flock.acceptance.hostileDatagrams=1000000
echo "a million hostile datagrams each, and nobody noticed"

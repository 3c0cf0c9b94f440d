#!/usr/bin/env bash
# The pairings of the interop tests twenty times each: Java and JavaScript, both directions, both versions, nodes of both stacks;
# and two flocks on a host with a network card. One after the other, because here the time counts. Runs on the classes that
# mvn verify has left.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
mvn --batch-mode --no-transfer-progress -q surefire:test@default-test -DtrimStackTrace=true \
  -Dtest='EchoInteropTest,JavaEchoTest,JavaScriptPairTest,HostWithACardTest' -Domega.flock.acceptance.repetitions=20 \
  -Djunit.jupiter.execution.parallel.enabled=false
echo "every pairing met 20 times of 20"

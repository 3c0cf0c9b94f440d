#!/usr/bin/env bash
# The pairings of the interop tests twenty times each: Java and JavaScript, both directions, both versions, nodes of both stacks;
# and two flocks on a host with a network card. One after the other, because here the time counts. Runs on the classes that
# mvn verify has left. A pairing that is skipped, or a class that is no longer there, is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
classes='EchoInteropTest JavaEchoTest JavaScriptPairTest HostWithACardTest'
reports=target/surefire-reports
export FLOCK_INTEROP=required

# The report of a class, by whatever name of its package.
report() {
  find "$reports" -name "TEST-*.$1.xml" 2>/dev/null
}

mkdir -p "$reports"
for class in $classes; do
  report "$class" | xargs -r rm --
done
mvn --batch-mode --no-transfer-progress -q surefire:test@default-test -DtrimStackTrace=true \
  -Dtest="${classes// /,}" -Domega.flock.acceptance.repetitions=20 \
  -Djunit.jupiter.execution.parallel.enabled=false
for class in $classes; do
  whole=$(report "$class" | xargs -r grep -lE '<testsuite .*tests="[1-9][0-9]*".* skipped="0"' || true)
  if [ -z "$whole" ]; then
    echo "$class did not run, or not all of it" >&2
    exit 1
  fi
done
echo "every pairing met 20 times of 20"

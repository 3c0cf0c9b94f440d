#!/usr/bin/env bash
# Two clean builds of one state of the sources give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() {
  mkdir "$work/$1"
  cp -r pom.xml src README.md "$work/$1/"
  rm -rf "$work/$1/src/test"
  (cd "$work/$1" && mvn --batch-mode --no-transfer-progress -q -Dmaven.test.skip=true package)
}

build first
build second
cmp "$work"/first/target/omega-flock-*.jar "$work"/second/target/omega-flock-*.jar
echo "two clean builds gave the same jar: $(sha256sum < "$(echo "$work"/first/target/omega-flock-*.jar)" | cut -c1-16)"

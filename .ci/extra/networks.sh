#!/usr/bin/env bash
# Ten servers in networks of their own: links cut in one direction, a death, a cable, a sender that dies, a split. Needs root.
set -euo pipefail
NETWORKS=1 node src/dev/run.mjs src/dev/test.ts --test-timeout=1800000 test/cluster/opinions/namespaces.test.ts

#!/usr/bin/env bash
# Kills either side of joins and removals at random moments, two hundred times in all (120 joins, 40 removals, 40 changes of keys).
set -euo pipefail
CRASH_ROUNDS=${CRASH_ROUNDS:-120} node src/dev/run.mjs src/dev/test.ts --test-timeout=1800000 test/cluster/joining/crash.test.ts

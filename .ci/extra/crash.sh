#!/usr/bin/env bash
# Kills either side of joins and removals at random moments, a hundred times in all (60 joins, 20 removals, 20 changes of keys).
set -euo pipefail
CRASH_ROUNDS=${CRASH_ROUNDS:-60} node src/dev/run.mjs src/dev/test.ts --test-timeout=1800000 test/cluster/joining/crash.test.ts
CRASH_ROUNDS=${CRASH_ROUNDS:-12} node src/dev/run.mjs src/dev/test.ts --test-timeout=1800000 test/cluster/introductions/crash.test.ts

#!/usr/bin/env bash
# Kills servers at random moments of joins, and of removals and changes of keys a third as often; then of introductions.
set -euo pipefail
rounds=${CRASH_ROUNDS:-60}
CRASH_ROUNDS=$rounds node src/dev/run.mjs src/dev/test.ts --test-timeout=1800000 test/cluster/joining/crash.test.ts
CRASH_ROUNDS=$((rounds / 5)) node src/dev/run.mjs src/dev/test.ts --test-timeout=1800000 test/cluster/introductions/crash.test.ts

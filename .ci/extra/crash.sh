#!/usr/bin/env bash
# Kills either side of joins and removals at random moments, two hundred times in all.
set -euo pipefail
CRASH_ROUNDS=${CRASH_ROUNDS:-150} node src/dev/run.mjs src/dev/test.ts test/crash.test.ts

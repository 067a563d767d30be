#!/usr/bin/env bash
# Kills servers at random moments of joins, and of removals and changes of keys a third as often; then of introductions.
set -euo pipefail
CRASH_ROUNDS=${CRASH_ROUNDS:-60} node src/dev/run.mjs src/dev/test.ts --test-timeout=1800000 'test/cluster/*/crash.test.ts'

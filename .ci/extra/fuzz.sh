#!/usr/bin/env bash
# Tries each reader of what is not ours for a minute. FUZZ_SEED repeats a run; a text that fails goes to the list of its reader.
set -euo pipefail
FUZZ_MS=${FUZZ_MS:-60000} node src/dev/run.mjs src/dev/test.ts --test-timeout=1800000 'test/fuzz/*.test.ts'

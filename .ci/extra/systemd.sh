#!/usr/bin/env bash
# The service under a real systemd, the Debian package, the reverse proxies of the docs, and other people's clients. Where they cannot be had
# (no root, no Debian), the tests say why they are skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  for program in nginx caddy curl wget man pgrep ip; do
    command -v "$program" >/dev/null && continue
    apt-get install -y --no-install-recommends nginx-light caddy curl wget python3-requests man-db procps iproute2 systemd >/dev/null
    break
  done
fi
END_TO_END=1 npm test -- 'test/systemd/*.test.ts' 'test/packaging/*.test.ts' 'test/proxies/*.test.ts' 'test/clients/*.test.ts' 'test/docs/*.test.ts'

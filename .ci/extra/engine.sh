#!/usr/bin/env bash
# Deployments operated on a real container engine. Where there can be none (no root, no Debian), the tests say why
# they are skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  for program in podman crun docker-compose busybox; do
    command -v "$program" >/dev/null && continue
    apt-get install -y --no-install-recommends podman crun docker-compose busybox-static >/dev/null
    break
  done
fi
npm test -- 'test/engine/*.test.ts'

#!/usr/bin/env bash
# The model of compose files against a real docker compose v2. Debian has one from its 13th release on; it is unpacked
# beside the system's own and not installed. Where it cannot be had, the tests say why they are skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

unpack() {
  local dir=$1 mirror
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources | head -n 1)
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$dir/sources.list"
  local apt=(-qq -o "Dir::Etc::sourcelist=$dir/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=root)
  apt-get "${apt[@]}" update
  (cd "$dir" && apt-get "${apt[@]}" download docker-compose && dpkg -x docker-compose_*.deb unpacked)
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  if unpack "$dir" >/dev/null 2>&1; then
    export COMPOSE_V2=$dir/unpacked/usr/libexec/docker/cli-plugins/docker-compose
  fi
fi
npm test -- test/local/compose/reference.test.ts

#!/usr/bin/env bash
# A real container engine on a machine that has none: podman's Docker-compatible API on DIR/engine.sock, with its
# storage in DIR, in namespaces of its own, so that it ends with this process and leaves nothing behind but DIR.
# Needs root and Debian's podman, crun and busybox-static. Containers need `network_mode: host`; the one image is
# localhost/busybox:1.
#
#   bash test/engine/nest.sh DIR
set -eu
dir=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
if [ -z "${NESTED-}" ]; then
  exec env NESTED=1 unshare --mount --cgroup --pid --fork --kill-child --mount-proc bash "$0" "$dir"
fi

# crun refuses a cgroup tree of both versions.
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# What podman and crun keep in /run is this engine's alone.
mount -t tmpfs tmpfs /run
export CONTAINERS_CONF=$here/containers.conf TMPDIR=$dir
podman() { command podman --root "$dir/storage" --runroot "$dir/runroot" "$@"; }

# No registry is needed: the image is one static binary.
root=$dir/image
mkdir -p "$root/bin"
cp /bin/busybox "$root/bin/"
for applet in sh sleep echo cat head tr yes kill; do ln -sf busybox "$root/bin/$applet"; done
tar -C "$root" -c . | podman import - localhost/busybox:1 >/dev/null

podman system service --time=0 "unix://$dir/engine.sock"

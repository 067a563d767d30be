#!/usr/bin/env bash
# A real systemd as PID 1 of namespaces of its own, over a copy-on-write view of this system: nothing that happens
# inside is left outside. Needs root.
#   bash nest.sh APP      APP: a folder that is to be seen inside as /opt/app
# Prints "nest PID" once systemd runs; it ends with this script.
set -eu

if [ "${1:-}" != inside ]; then
  app=$(realpath "$1")
  # systemd wants a cgroup of its own: the namespace begins where the process is when it is made.
  top=/sys/fs/cgroup; [ -d $top/unified ] && top=$top/unified
  group=$top/flatrun-nest-$$
  mkdir "$group"
  echo $$ > "$group/cgroup.procs"
  unshare --mount --pid --fork --ipc --uts --cgroup --net --kill-child bash "$0" inside "$app" &
  child=$!
  leave() {
    kill -9 "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
    echo $$ > "$top/cgroup.procs"
    for _ in $(seq 40); do
      find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
      [ -d "$group" ] || break
      sleep 0.05
    done
  }
  trap leave EXIT
  trap 'exit 0' TERM INT
  for _ in $(seq 100); do
    pid=$(pgrep -P "$child" -x systemd || true)
    [ -n "$pid" ] && break
    sleep 0.05
  done
  [ -n "$pid" ] || { echo "systemd did not start" >&2; exit 1; }
  echo "nest $pid"
  wait "$child"
  exit
fi

app=$2
mount --make-rprivate /
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,ro,bind /proc/sys
umount -R /sys/fs/cgroup 2>/dev/null || umount -l /sys/fs/cgroup
mount -t sysfs -o ro sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup

mount -t tmpfs -o mode=755 tmpfs /mnt
for folder in etc usr var opt root home srv; do
  mkdir -p "/mnt/$folder/upper" "/mnt/$folder/work"
  mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/mnt/$folder/upper,workdir=/mnt/$folder/work" "/$folder"
done
mkdir -p /opt/app
mount --bind "$app" /opt/app
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
# Of this system's own units none is to start in here; what is installed in here may.
rm -rf /etc/systemd/system/* /usr/sbin/policy-rc.d
cat > /etc/systemd/system/nest.target <<'UNIT'
[Unit]
Description=What a test wants
Requires=sysinit.target
After=sysinit.target
AllowIsolate=yes
UNIT
for unit in systemd-remount-fs systemd-modules-load systemd-sysctl systemd-udevd systemd-hwdb-update systemd-timesyncd; do
  ln -s /dev/null "/etc/systemd/system/$unit.service"
done
rm -f /etc/machine-id && cp /proc/sys/kernel/random/boot_id /etc/machine-id && sed -i 's/-//g' /etc/machine-id
mkdir -p /run/systemd/system
ip link set lo up
hostname nest
# LoadCredential moves a mount into the service's namespace, which needs a shared tree.
mount --make-rshared /
exec env -i container=nest PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=nest.target --log-target=journal --log-level=notice --show-status=false

#!/bin/sh
# init.sh FOLDER: the first process of a node, in namespaces of its own. It makes a root for them that has nothing of
# the machine's /run and /var, so that nothing is written but below FOLDER, and then does what FOLDER/services.sh says.
# All the node's processes, mounts, interfaces and rules go with this process: the kernel sees to it.
set -eu
dir=$1

# /proc is still the machine's, and so is the number.
read -r pid _ </proc/self/stat
echo "$pid" >"$dir/init.tmp"
mv "$dir/init.tmp" "$dir/init.pid"

# The machine's /run is not wanted here, and is where the new root does not become a part of itself.
root=/run
mount -t tmpfs -o mode=755 landfall $root
mkdir $root/proc $root/sys $root/run $root/var $root/old
for entry in /*; do
  if [ -L "$entry" ]; then
    ln -s "$(readlink "$entry")" "$root$entry"
  elif [ -d "$entry" ] && [ ! -e "$root$entry" ]; then
    mkdir "$root$entry"
    mount --rbind "$entry" "$root$entry"
  fi
done
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
mount --rbind /sys/fs/cgroup $root/sys/fs/cgroup
mount -t tmpfs -o mode=755 run $root/run
mkdir -p "$dir/var/lib" "$dir/var/log" $root/run/lock
mount --bind "$dir/var" $root/var
[ -e $root/var/run ] || ln -s ../run $root/var/run
# What lies below /var or /run and is needed all the same.
for kept in "$@"; do
  mkdir -p "$root$kept"
  mount --bind "$kept" "$root$kept"
done
cd $root
pivot_root . old
umount -l /old
rmdir /old
# Containers of others, which could not be removed while they are mounted here.
awk '($3 == "overlay" || $3 == "nsfs") && $2 != "/" { print $2 }' /proc/mounts | while read -r mounted; do
  umount -l "$mounted" || :
done
mount --make-rshared /

# keep NAME COMMAND…: runs it again and again.
keep() {
  name=$1
  shift
  while :; do
    code=0
    "$@" || code=$?
    echo "$name ended with $code"
    sleep 1
  done >>"$dir/logs/$name.log" 2>&1 &
}

until [ -e "$dir/services.sh" ]; do sleep 0.05; done
. "$dir/services.sh"
# Whoever lost their parent comes here, and is waited for.
while :; do wait; done

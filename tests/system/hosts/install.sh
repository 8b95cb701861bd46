#!/usr/bin/env bash
# Installs what the two hosts need from Debian, as root, unless it is there; starts nothing and makes no cluster.
set -euo pipefail
need=()
command -v ip >/dev/null || need+=(iproute2)
command -v redis-server >/dev/null || need+=(redis-server)
command -v openssl >/dev/null || need+=(openssl)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need+=(postgresql)
[ "${#need[@]}" -eq 0 ] && exit 0
command -v apt-get >/dev/null
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
apt-get update -qq
if [[ " ${need[*]} " == *" postgresql "* ]]; then
  apt-get install -y -qq --no-install-recommends postgresql-common
  sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
fi
apt-get install -y -qq --no-install-recommends "${need[@]}"

#!/usr/bin/env bash
# As in the image mysql, with MariaDB: the first start makes MYSQL_DATABASE and MYSQL_USER, who may do all there, and what
# /docker-entrypoint-initdb.d says.
set -euo pipefail
if [ "${1-}" = mysqld ]; then shift; fi
data=/var/lib/mysql
for option in "$@"; do if [ "${option#--datadir=}" != "$option" ]; then data=${option#--datadir=}; fi; done
# Not what Debian's files say: its server listens on 127.0.0.1 only.
server=(mariadbd --no-defaults --datadir="$data" --character-set-server=utf8mb4)
install=(mariadb-install-db --no-defaults --datadir="$data" --skip-test-db --skip-name-resolve
  --auth-root-authentication-method=normal)
if [ "$(id -u)" = 0 ]; then
  server+=(--user=mysql)
  install+=(--user=mysql)
  install -d -o mysql -g mysql /run/mysqld "$data"
fi

quoted() { # TEXT
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

if [ ! -d "$data/mysql" ]; then
  "${install[@]}" >/dev/null
  # It is read before anybody is let in. A statement is a line.
  statements=$(mktemp)
  {
    echo "ALTER USER root@localhost IDENTIFIED BY $(quoted "$MYSQL_ROOT_PASSWORD");"
    if [ "${MYSQL_ROOT_HOST-%}" != localhost ]; then
      echo "CREATE USER root@'%' IDENTIFIED BY $(quoted "$MYSQL_ROOT_PASSWORD");"
      echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    fi
    echo "DELETE FROM mysql.global_priv WHERE User = '';"
    echo 'FLUSH PRIVILEGES;'
    if [ -n "${MYSQL_DATABASE-}" ]; then echo "CREATE DATABASE \`$MYSQL_DATABASE\`;"; fi
    if [ -n "${MYSQL_USER-}" ]; then
      echo "CREATE USER $(quoted "$MYSQL_USER")@'%' IDENTIFIED BY $(quoted "$MYSQL_PASSWORD");"
      if [ -n "${MYSQL_DATABASE-}" ]; then echo "GRANT ALL ON \`$MYSQL_DATABASE\`.* TO $(quoted "$MYSQL_USER")@'%';"; fi
    fi
    for file in /docker-entrypoint-initdb.d/*.sql; do if [ -f "$file" ]; then cat "$file"; fi; done
  } >"$statements"
  for script in /docker-entrypoint-initdb.d/*.sh; do if [ -f "$script" ]; then . "$script"; fi; done
  if [ "$(id -u)" = 0 ]; then chown mysql "$statements"; fi
  server+=(--init-file="$statements")
fi
exec "${server[@]}" "$@"

#!/usr/bin/env bash
# As in the image mysql, with MariaDB: the first start makes MYSQL_DATABASE and MYSQL_USER, who may do all there.
set -euo pipefail
if [ "${1-}" = mysqld ]; then shift; fi
# Not what Debian's files say: its server listens on 127.0.0.1 only.
server=(mariadbd --no-defaults --user=mysql --datadir=/var/lib/mysql --character-set-server=utf8mb4)

quoted() { # TEXT
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}

if [ ! -d /var/lib/mysql/mysql ]; then
  chown mysql:mysql /var/lib/mysql
  mariadb-install-db --no-defaults --user=mysql --datadir=/var/lib/mysql --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=normal >/dev/null
  # It is read before anybody is let in. A statement is a line.
  statements=$(mktemp)
  {
    echo "ALTER USER root@localhost IDENTIFIED BY $(quoted "$MYSQL_ROOT_PASSWORD");"
    echo "CREATE USER root@'%' IDENTIFIED BY $(quoted "$MYSQL_ROOT_PASSWORD");"
    echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
    echo "DELETE FROM mysql.global_priv WHERE User = '';"
    echo 'FLUSH PRIVILEGES;'
    if [ -n "${MYSQL_DATABASE-}" ]; then echo "CREATE DATABASE \`$MYSQL_DATABASE\`;"; fi
    if [ -n "${MYSQL_USER-}" ]; then
      echo "CREATE USER $(quoted "$MYSQL_USER")@'%' IDENTIFIED BY $(quoted "$MYSQL_PASSWORD");"
      if [ -n "${MYSQL_DATABASE-}" ]; then echo "GRANT ALL ON \`$MYSQL_DATABASE\`.* TO $(quoted "$MYSQL_USER")@'%';"; fi
    fi
  } >"$statements"
  chown mysql "$statements"
  server+=(--init-file="$statements")
fi
install -d -o mysql -g mysql /run/mysqld
exec "${server[@]}" "$@"

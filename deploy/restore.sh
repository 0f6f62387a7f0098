#!/bin/sh
# The way back: restore.sh FOLDER/<time>, into a database and a folder that are empty. Stop all processes first.
set -eu
umask 077
from=${1:?restore.sh FOLDER/TIME}
var=${JIESU_VAR:-var}
url=${JIESU_DATABASE_URL:-sqlite:///$var/jiesu.db}
files=$var/attachments
if [ -e "$files" ]; then echo "$files is there already: restore into an empty place" >&2; exit 1; fi
case $url in
sqlite:///*)
  file=${url#sqlite:///}
  if [ -e "$file" ]; then echo "$file is there already: restore into an empty place" >&2; exit 1; fi
  mkdir -p "$(dirname "$file")"
  cp "$from/jiesu.db" "$file"
  ;;
postgresql://*)
  "${PYTHON:-python3}" "$(dirname "$0")/with_pg_env.py" \
    sh -c 'pg_restore --exit-on-error --no-owner --single-transaction --dbname="$PGDATABASE" "$1"' - "$from/jiesu.dump"
  ;;
*) echo "JIESU_DATABASE_URL must begin with sqlite:/// or postgresql://" >&2; exit 1 ;;
esac
if [ -d "$from/attachments" ]; then mkdir -p "$(dirname "$files")" && cp -R "$from/attachments" "$files"; fi
if [ ! -d "$var/erasures" ] && [ -z "${JIESU_S3__URL:-}" ]; then
  echo "there is no $var/erasures: bring it from the old machine before the first start, or who was erased since is back" >&2
fi
echo "restored; now: jiesu check"

#!/bin/sh
# A backup of one installation, taken while it runs: backup.sh FOLDER makes FOLDER/<time>/.
# The database first, then the files: what the database names is then there. JIESU_SECRET_KEY (or secret.key under
# JIESU_VAR) is not in it: who has both reads everything. Keep the key elsewhere, and a copy of it. Nor is the ledger
# of erasures: it tells a restored database what was erased since, so it must be newer than any backup.
# The newest JIESU_BACKUPS (14) stay and older ones go: what citizens had erased has to leave the backups too.
set -eu
umask 077
into=${1:?backup.sh FOLDER}
var=${JIESU_VAR:-var}
url=${JIESU_DATABASE_URL:-sqlite:///$var/jiesu.db}
files=$var/attachments
made="$into/$(date -u +%Y%m%d-%H%M%S)"
unfinished="$made.unfinished"
mkdir -p "$unfinished"
case $url in
sqlite:///*)
  "${PYTHON:-python3}" - "${url#sqlite:///}" "$unfinished/jiesu.db" <<'PYTHON'
import sqlite3, sys
from contextlib import closing
with closing(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)) as live, closing(sqlite3.connect(sys.argv[2])) as copy:
    live.backup(copy)  # in one piece: in steps it would begin again with every message
    if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
        sys.exit("the copy is damaged")
PYTHON
  ;;
postgresql://*)
  "${PYTHON:-python3}" "$(dirname "$0")/with_pg_env.py" \
    pg_dump --format=custom --no-owner --file="$unfinished/jiesu.dump"
  ;;
*) echo "JIESU_DATABASE_URL must begin with sqlite:/// or postgresql://" >&2; exit 1 ;;
esac
if [ -n "${JIESU_S3__URL:-}" ]; then echo "files are in the object store: its own versions are their backup" >&2; fi
if [ -d "$files" ]; then cp -R "$files" "$unfinished/attachments"; fi
mv "$unfinished" "$made"
find "$into" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*-[0-9]*.unfinished' -mmin +1440 -exec rm -rf {} +
find "$into" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*-[0-9]*[0-9]' | sort -r | tail -n "+$((${JIESU_BACKUPS:-14} + 1))" |
  while read -r old; do rm -rf "$old"; done
echo "$made"

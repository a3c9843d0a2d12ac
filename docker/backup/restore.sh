#!/bin/sh
# Bring a backup back:  sh docker/backup/restore.sh /srv/backups/house
#
# Before: the secrets of the backup in docker/secrets, `docker compose up -d database s3 bucket`,
# and web, beat and workers stopped. What the database holds is replaced. Afterwards: `up -d`.
set -eu
folder=$(cd "${1:?name the folder of the backup}" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
case "$folder$here" in *" "*) echo "Use a folder without spaces in its path." >&2; exit 1 ;; esac
compose="docker compose -f $here/compose.yaml"
for part in database.dump provenance.tar files; do
  [ -e "$folder/$part" ] || { echo "$folder holds no $part: it is no whole backup." >&2; exit 1; }
done

: "${PG_RESTORE:=$compose exec -T database pg_restore -U housestyle -d housestyle}"
: "${BUCKET:=$compose run --rm -T --no-deps --user $(id -u):$(id -g) -v $folder/files:/backup:ro bucket \
python docker/backup/bucket.py}"
: "${FILES:=/backup}"
: "${KEYS:=$compose run --rm -T --no-deps web tar -C /data -xf -}"

# All of it or nothing.
$PG_RESTORE --clean --if-exists --no-owner --single-transaction --exit-on-error <"$folder/database.dump"
$KEYS <"$folder/provenance.tar"
$BUCKET push "$FILES"
echo "Restored from $folder."

#!/bin/sh
# Back the house on one host up while it runs:  sh docker/backup/backup.sh /srv/backups/house
#
# First the database, then the files: each row in the copy then has its files in the copy. The
# folder is brought up to date, so run it again as often as you like, and copy it off this host.
# On other installations say how to reach each part: PG_DUMP, BUCKET with FILES, and KEYS.
set -eu
folder=${1:?name the folder to back up into}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
case "$folder$here" in *" "*) echo "Use a folder without spaces in its path." >&2; exit 1 ;; esac
compose="docker compose -f $here/compose.yaml"

: "${PG_DUMP:=$compose exec -T database pg_dump -U housestyle -d housestyle}"
: "${BUCKET:=$compose run --rm -T --no-deps --user $(id -u):$(id -g) -v $folder/files:/backup bucket \
python docker/backup/bucket.py}"
: "${FILES:=/backup}"
: "${KEYS:=$compose exec -T web tar -C /data -cf - provenance}"

umask 077
mkdir -p "$folder/files"
$PG_DUMP --format=custom --no-owner --no-privileges >"$folder/database.part"
mv "$folder/database.part" "$folder/database.dump"
# The key that signs pictures; without it, old ones verify as somebody else's.
$KEYS >"$folder/provenance.part"
mv "$folder/provenance.part" "$folder/provenance.tar"
$BUCKET pull "$FILES"
if [ -d "$here/secrets" ]; then cp -R "$here/secrets" "$folder/"; fi
echo "Backed up into $folder."

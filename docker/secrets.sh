#!/bin/sh
# Makes every secret that compose.yaml mounts, once, in docker/secrets/. What is there stays.
#   sh docker/secrets.sh [bucket]
set -eu
cd "$(dirname "$0")"
bucket=${1:-house-images}
mkdir -p secrets
# The folder is for its owner alone; containers read the single files, as other users.
chmod 0700 secrets

random() { LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 48; }
# One line of JSON inside a string of JSON.
quoted() { sed "s/house-images/$bucket/g" "$1" | tr -d '\n' | sed 's/  */ /g; s/"/\\"/g'; }
keep() { [ -s "secrets/$1" ] || cat >"secrets/$1"; chmod 0444 "secrets/$1"; }

for name in secret_key database_password redis_password s3_admin_key s3_web_key s3_worker_key; do
  random | keep "$name"
done
printf 'requirepass %s\n' "$(cat secrets/redis_password)" | keep redis.conf
printf '[s3.sse]\nkek = "%s"\n' "$(od -An -N32 -tx1 </dev/urandom | tr -d ' \n')" | keep s3_security.toml

# Whom the S3 server knows: its administrator, and web and worker with the rights in s3/.
rm -f secrets/s3.json
keep s3.json <<JSON
{
  "identities": [
    {"name": "admin", "actions": ["Admin"],
     "credentials": [{"accessKey": "admin", "secretKey": "$(cat secrets/s3_admin_key)"}]},
    {"name": "web", "policyNames": ["web"],
     "credentials": [{"accessKey": "web", "secretKey": "$(cat secrets/s3_web_key)"}]},
    {"name": "worker", "policyNames": ["worker"],
     "credentials": [{"accessKey": "worker", "secretKey": "$(cat secrets/s3_worker_key)"}]}
  ],
  "policies": [
    {"name": "web", "content": "$(quoted s3/policy-web.json)"},
    {"name": "worker", "content": "$(quoted s3/policy-worker.json)"}
  ]
}
JSON
echo "The secrets are in $(pwd)/secrets. Keep a copy elsewhere: without them backups cannot be used."

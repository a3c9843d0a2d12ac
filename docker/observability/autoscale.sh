#!/bin/sh
# Without KEDA or Prometheus: one round of scaling workers by the work there is. Run it every 15 s
# or so, from a timer. Prints what it decided; scales only when that differs from RUNNING.
#
#   QUEUE=render.sdxl.cuda SCALE='docker compose up -d --no-recreate --scale worker=%d worker' \
#     RUNNING=2 HOUSESTYLE_METRICS_TOKEN=… ./autoscale.sh http://web:8000/metrics
#
# SECONDS_EACH of device time are one worker's share (60); LEAST and MOST bound the number (1, 8).
set -eu
address=${1:?"Say where the figures are: autoscale.sh http://web:8000/metrics"}
: "${QUEUE:?Set QUEUE, e.g. render.sdxl.cuda}" "${SCALE:?Set SCALE, a command with %d in it}"

# The token goes by standard input: an argument can be read in the list of processes.
figures=$(printf 'header = "Authorization: Bearer %s"\n' "${HOUSESTYLE_METRICS_TOKEN:-}" |
  curl --config - --fail --silent --show-error --max-time 10 "$address")

wanted=$(printf '%s\n' "$figures" | awk -v queue="queue=\"$QUEUE\"" \
  -v each="${SECONDS_EACH:-60}" -v least="${LEAST:-1}" -v most="${MOST:-8}" '
  index($0, "housestyle_queue_device_seconds{") == 1 && index($0, queue) { work += $NF; found = 1 }
  END {
    if (!found) exit 3
    wanted = int(work / each); if (wanted * each < work) wanted++
    print (wanted < least ? least : (wanted > most ? most : wanted))
  }') || { echo "No figures of $QUEUE at $address: is that queue's name right?" >&2; exit 3; }

echo "$QUEUE wants $wanted"
[ "${RUNNING:-}" = "$wanted" ] || sh -c "$(printf "$SCALE" "$wanted")"

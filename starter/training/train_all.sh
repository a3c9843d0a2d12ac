#!/bin/sh
# Train the starter model, in order. Usage: train_all.sh WORK GPUS
# WORK should lie in memory: pictures take 0.79 MB each. Times are seconds; every phase may also be
# run alone, and goes on from what is there (see each module's first lines). EARLIER is a shipped
# folder to start from (model_index.json and its parts), LORAS a folder of LoRAs that shipped with
# it; empty starts from nothing. VAE_SECONDS=0 keeps EARLIER's autoencoder as it is, JUDGE_SECONDS=0
# ends without a judge and without figures.
set -eu
work=$1 gpus=$2
data=$work/data out=$work/out
: "${SCENES:=80000}" "${LOOKS:=1280}" "${CHARACTERS:=2048}" "${AT_ONCE:=88000}"
: "${VAE_SECONDS:=360}" "${BASE_SECONDS:=900}" "${LORA_SECONDS:=9}" "${EARLIER:=}" "${LORAS:=}"
: "${DRAFT_SECONDS:=35}" "${POLISH_SECONDS:=60}" "${JUDGE_SECONDS:=70}" "${BASE_END:=}"
: "${WEIGHTS:=starter/weights}"
export TORCHINDUCTOR_CACHE_DIR="$work/compiled" PYTHONUNBUFFERED=1
mkdir -p "$out"
log() { name=$1; shift; "$@" >>"$out/$name.log" 2>&1; }
single() { name=$1; shift; log "$name" python -m "starter.training.$name" "$data" "$out" "$@"; }
train() {
    if [ "$gpus" = 1 ]; then single "$@"; return; fi
    name=$1; shift
    log "$name" torchrun --standalone --nproc_per_node "$gpus" -m "starter.training.$name" "$data" "$out" "$@"
}
# Without a judge there are weights still, only no figures.
judge() { log judge python -m starter.evaluation.judge "$data" "$out" "$@" || echo "no judge" >&2; }
earlier= mixed=
if [ -n "$EARLIER" ]; then
    # A copy: the tokenizer made below may replace the earlier one.
    cp -r "$EARLIER" "$work/earlier" && EARLIER=$work/earlier && earlier="--earlier $EARLIER"
fi
if [ "$VAE_SECONDS" = 0 ]; then cp -r "$EARLIER/vae" "$out/vae"; mixed=--mixed; fi

python -m starter.tokenizer
log draw nice -n 19 python -m starter.training.draw "$data" --at-once "$AT_ONCE" $mixed \
    --scenes "$SCENES" --looks "$LOOKS" --characters "$CHARACTERS" &
drawing=$!
if [ "$VAE_SECONDS" != 0 ]; then
    train train_vae --seconds "$VAE_SECONDS" --crop 512 --batch 12 $earlier &
fi
train encode &
encoding=$!
train train_base --seconds "$BASE_SECONDS" ${BASE_END:+--end-at "$BASE_END"} $earlier &
base=$!
# The judge learns first while the base compiles, and again when everything is drawn.
if [ "$JUDGE_SECONDS" != 0 ]; then judge --seconds "$JUDGE_SECONDS" --first-pictures 16000; fi
# Compiles its smaller step while the base trains, then waits for it.
train train_loras --seconds "$LORA_SECONDS" ${LORAS:+--earlier "$LORAS"} &
loras=$!
single distil_draft --seconds "$DRAFT_SECONDS" --after "$out/loras-done" ${LORAS:+--earlier "$LORAS"} &
draft=$!
wait $drawing $encoding
if [ "$JUDGE_SECONDS" != 0 ]; then
    judge --seconds "$JUDGE_SECONDS" --from "$out/judge.safetensors"
fi
wait $base
wait $loras
touch "$out/loras-done"
wait $draft
if [ "$POLISH_SECONDS" != 0 ]; then single polish_vae --seconds "$POLISH_SECONDS"; fi
log export python -m starter.training.export "$out" "$WEIGHTS"
if [ "$JUDGE_SECONDS" = 0 ]; then exit; fi
cp "$out/judge.safetensors" starter/evaluation/judge.safetensors
log calibrate python -m starter.evaluation.calibrate --weights "$WEIGHTS" --json "$out/curves.json"
python -m starter.evaluation.calibrate --apply "$out/curves.json"
log evaluate python -m starter.evaluate --weights "$WEIGHTS"

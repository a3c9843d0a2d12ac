#!/bin/sh
# Train the starter model, in order. Usage: train_all.sh WORK GPUS
# WORK should lie in memory: pictures take 0.79 MB each. Times are seconds; every phase may also be
# run alone, and goes on from what is there (see each module's first lines). EARLIER is a shipped
# folder to start from (model_index.json and its parts); empty starts from nothing. VAE_SECONDS=0
# keeps EARLIER's autoencoder as it is.
set -eu
work=$1 gpus=$2
data=$work/data out=$work/out
: "${SCENES:=240000}" "${LOOKS:=1280}" "${CHARACTERS:=2048}" "${AT_ONCE:=88000}"
: "${VAE_SECONDS:=360}" "${BASE_SECONDS:=900}" "${LORA_SECONDS:=6}" "${EARLIER:=}"
: "${DRAFT_SECONDS:=60}" "${POLISH_SECONDS:=60}" "${JUDGE_SECONDS:=60}"
export TORCHINDUCTOR_CACHE_DIR="$work/compiled" PYTHONUNBUFFERED=1
mkdir -p "$out"
log() { name=$1; shift; "$@" >"$out/$name.log" 2>&1; }
single() { name=$1; shift; log "$name" python -m "starter.training.$name" "$data" "$out" "$@"; }
train() {
    if [ "$gpus" = 1 ]; then single "$@"; return; fi
    name=$1; shift
    log "$name" torchrun --standalone --nproc_per_node "$gpus" -m "starter.training.$name" "$data" "$out" "$@"
}
earlier=
if [ -n "$EARLIER" ]; then
    # A copy: the tokenizer made below may replace the earlier one.
    cp -r "$EARLIER" "$work/earlier" && EARLIER=$work/earlier && earlier="--earlier $EARLIER"
fi

python -m starter.tokenizer
mixed=
if [ "$VAE_SECONDS" = 0 ]; then cp -r "$EARLIER/vae" "$out/vae"; mixed=--mixed; fi
log draw nice -n 19 python -m starter.training.draw "$data" --at-once "$AT_ONCE" $mixed \
    --scenes "$SCENES" --looks "$LOOKS" --characters "$CHARACTERS" &
drawing=$!
if [ "$VAE_SECONDS" != 0 ]; then
    train train_vae --seconds "$VAE_SECONDS" --crop 512 --batch 12 $earlier &
fi
train encode &
encoding=$!
# Which layout is faster depends on the GPU; both are compiled while the autoencoder trains.
log time_contiguous python -m starter.training.time_step "$out" &
contiguous=$!
log time_channels_last python -m starter.training.time_step "$out" --channels-last
wait $contiguous
if [ "$(sort -n "$out/step-contiguous" "$out/step-channels-last" | head -n 1)" = "$(cat "$out/step-contiguous")" ]
then layout=; else layout=--channels-last; fi
train train_base --seconds "$BASE_SECONDS" $earlier $layout &
base=$!
sleep 60
# Compiles its smaller step while the base trains, then waits for it.
train train_loras --seconds "$LORA_SECONDS" $layout &
loras=$!
wait $base
wait $encoding $loras
single distil_draft --seconds "$DRAFT_SECONDS" $layout
if [ "$POLISH_SECONDS" != 0 ]; then single polish_vae --seconds "$POLISH_SECONDS"; fi
wait $drawing
python -m starter.training.export "$out" "${WEIGHTS:-starter/weights}"
log judge python -m starter.evaluation.judge "$data" "$out" --seconds "$JUDGE_SECONDS"

#!/bin/sh
# Train the starter model from nothing, in order. Usage: train_all.sh WORK GPUS
# WORK should lie in memory: pictures take 0.79 MB each. Times are seconds; every phase may also
# be run alone, and goes on from what is there (see each module's first lines).
set -eu
work=$1 gpus=$2
data=$work/data out=$work/out
: "${SCENES:=240000}" "${LOOKS:=5000}" "${CHARACTERS:=6000}"
: "${VAE_SECONDS:=360}" "${BASE_SECONDS:=600}" "${LORA_SECONDS:=60}"
export TORCHINDUCTOR_CACHE_DIR="$work/compiled"
train() { name=$1; shift; torchrun --standalone --nproc_per_node "$gpus" -m "starter.training.$name" "$data" "$out" "$@"; }

python -m starter.tokenizer
nice -n 19 python -m starter.training.draw "$data" \
    --scenes "$SCENES" --looks "$LOOKS" --characters "$CHARACTERS" &
drawing=$!
for step in vae-crop vae-whole base; do
    python -m starter.training.warm_up "$step" &
    compiling=${compiling:-}" $!"
done
wait $compiling
train train_vae --seconds "$VAE_SECONDS"
wait $drawing
train encode
# Half size while the full step is read back from the cache, then the full size.
train train_base --name half --half --until "$out/ready" --seconds 1000 --batch 768 &
train train_base --from "$out/half.pt" --ready "$out/ready" --seconds "$BASE_SECONDS"
wait
train train_loras --seconds "$LORA_SECONDS"
python -m starter.training.export "$out" starter/weights

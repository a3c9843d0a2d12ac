"""The engine beside stock diffusers and PEFT: same weights, same noise, same run.

python -m benchmarks.engine --device cuda --out benchmarks/results/engine-h200.json
python -m benchmarks.engine --device cpu
"""

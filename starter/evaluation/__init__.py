"""How good the starter is, measured by a judge that is not the model: `python -m starter.evaluate`.

`judge` trains a small classifier on drawn pictures, `painting` renders with the shipped weights,
the other modules each take one measure, `calibrate` evens out the packs' strength dials.
"""

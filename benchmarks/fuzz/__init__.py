"""Changed files, requests and words by the hundred thousand, through the doors they come by.

python -m benchmarks.fuzz                                   # 100,000 cases, on one core
python -m benchmarks.fuzz --only images --case 4711         # one of them again, with its trace
"""

"""Children of the pool that die while they wait for work."""

import subprocess
import sys

from tests.house import ROOT

KILL_ONE_THAT_WAITS = """
import os, signal, time
from config.blocking_pool import Pool
pool = Pool(1)
first = pool.apply(os.getpid)
time.sleep(0.3)
os.kill(first, signal.SIGKILL)
second = pool.apply_async(os.getpid).get(timeout=20)
print("replaced" if second != first else "not killed", flush=True)
os._exit(0)
"""


def test_a_child_that_was_killed_while_it_waited_is_replaced_by_one_that_works():
    # In a process of its own: a pool that hangs would hang with everything that ran before it.
    command = [sys.executable, "-c", KILL_ONE_THAT_WAITS]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout.strip() == "replaced", ran.stderr

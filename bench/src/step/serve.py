"""A peer in a process of its own, as serve.js: python3 serve.py PEER."""

import importlib
import json
import os
import sys
import time

for name in ("OMP", "OPENBLAS", "MKL", "BLIS"):
    os.environ[f"{name}_NUM_THREADS"] = "1"

import numpy as np  # after the threads are set

sys.path.append(os.path.join(os.path.dirname(__file__), "peers"))
module = importlib.import_module(sys.argv[1])

LEAST_SECONDS = 0.001  # steps that take less are timed as many at a time as take it


def blas():
    """The file of the BLAS library that this process has loaded."""
    with open("/proc/self/maps") as maps:
        names = {line.split("/")[-1].strip() for line in maps if "blas" in line}
    named = sorted(name for name in names if not name.startswith("_"))
    return named[-1] if named else "unknown BLAS"


def read_problem(file):
    with open(file) as header:
        problem = json.load(header)
    numbers = np.fromfile(f"{file}.f32", dtype=np.float32)
    problem.update(student={}, teacher={})
    for entry in problem["shapes"]:
        length = int(np.prod(entry["shape"]))
        array, numbers = numbers[:length].reshape(entry["shape"]), numbers[length:]
        group, _, field = entry["name"].partition(".")
        if field:
            problem[group][field] = array
        else:
            problem[group] = array
    return problem


def turn(task, milliseconds):
    """Steps for so many milliseconds. A step's time is the clock's, or, when others held the core, what it used of it."""
    step = getattr(peer, task)
    times, losses = [], []
    count = 1
    end = time.perf_counter() + milliseconds / 1000
    while not times or time.perf_counter() < end:
        used, start = time.process_time(), time.perf_counter()
        for _ in range(count):
            loss = step()
        elapsed, used = time.perf_counter() - start, time.process_time() - used
        times.append(1000 * min(elapsed, used) / count)
        losses.append(loss)
        count = max(1, round(count * LEAST_SECONDS / elapsed))
    return {"milliseconds": times, "losses": losses}



for line in sys.stdin:
    [(verb, argument)] = json.loads(line).items()
    if verb == "load":
        peer = module.Peer(read_problem(argument))
        answer = {"about": f"{module.ABOUT}, {blas()}"}
    elif verb == "check":
        loss, gradient = peer.check()
        answer = {"loss": loss, "gradient": {k: v.ravel().tolist() for k, v in gradient.items()}}
    else:
        answer = turn(**argument)
    print(json.dumps(answer), flush=True)

"""A population step in NumPy or PyTorch, float64, one thread: python3 peer.py numpy|torch. Reads and writes lines of JSON.

{"load": FILE} -> about, {"check": true} -> loss and gradient, {"turn": milliseconds} -> milliseconds of its steps
"""

import json
import os
import sys
import time

for library in ("OMP", "OPENBLAS", "MKL", "BLIS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np  # after the threads are set

if sys.argv[1] == "torch":
    import torch as xp

    xp.set_num_threads(1)
    xp.set_grad_enabled(False)
    ABOUT = f"PyTorch {xp.__version__}"
    array, concatenate = xp.from_numpy, xp.cat
else:
    xp = np
    ABOUT = f"NumPy {np.__version__}"
    array, concatenate = np.asarray, np.concatenate


class Step:
    """Loss and Euclidean gradient for sigmoid gates and He3/sqrt(6) experts. All pairs of units at once, [m, m + k]:
    M_rs by Horner's rule in rho^2, with as many terms as the largest correlation of two different units needs; units
    with themselves, where rho is 1, have the moments of 1 put in afterwards."""

    def __init__(self, problem):
        m, k, d = problem["m"], problem["k"], problem["d"]
        numbers = np.fromfile(problem["numbers"], dtype=np.float64)
        rows, numbers = numbers[: 2 * (m + k) * d].reshape(-1, d), numbers[2 * (m + k) * d :]
        self.v, self.vt, self.w, self.wt = (
            array(rows[i:j].copy())
            for i, j in ((0, m), (m, m + k), (m + k, 2 * m + k), (2 * m + k, 2 * (m + k)))
        )
        self.a, self.at = array(numbers[:m].copy()), array(numbers[m:].copy())
        self.constant = problem["constant"]
        self.buckets = len(problem["series"][0]["needed"]) - 1
        self.series = {(s["r"], s["s"]): s for s in problem["series"]}
        self.at_one = {rs: sum(s["terms"]) for rs, s in self.series.items()}
        self.own = (self.vt * self.wt).sum(1)

    def moment(self, r, s, rho, square, bucket):
        """M_rs and, since it is the same, M_sr."""
        series = self.series[min(r, s), max(r, s)]
        terms = series["terms"][: series["needed"][bucket]]
        odd, even = terms[1::2], terms[2::2]
        start, factor = (odd, rho) if any(odd) else (even, square)
        total = xp.full_like(rho, 0.0)
        for c in start[::-1]:
            total *= square
            total += c
        total *= factor
        total += terms[0]
        index = xp.arange(rho.shape[0])
        total[index, index] = self.at_one[min(r, s), max(r, s)]
        return total

    def __call__(self):
        v, w, a = self.v, self.w, self.a
        m = len(a)
        router = concatenate((v, self.vt))
        expert = concatenate((w, self.wt))
        weights = concatenate((a, -self.at))
        rho, gamma = v @ router.T, w @ expert.T
        b1, a2 = w @ router.T, v @ expert.T
        own = (v * w).sum(1)
        a1, b2 = own[:, None], concatenate((own, self.own))[None, :]
        index = xp.arange(m)
        gamma[index, index] = 1.0
        square = rho * rho
        off = abs(rho)
        off[index, index] = 0.0
        bucket = int(np.ceil(float(off.max()) * self.buckets))

        value = xp.full_like(rho, 0.0)
        by = [xp.full_like(rho, 0.0) for _ in range(6)]  # gamma, a1, b1, a2, b2, rho
        moments = {}
        for order in range(0, 9, 2):
            for r in range(order // 2 + 1):
                if (r, order - r) in self.series:
                    moments[r, order - r] = self.moment(r, order - r, rho, square, bucket)
                    moments[order - r, r] = moments[r, order - r]

        factorial = (1.0, 1.0, 2.0, 6.0)
        powers = [[xp.full_like(x, 1.0)] for x in (a1, b1, a2, b2)]
        for power, x in zip(powers, (a1, b1, a2, b2)):
            for n in range(1, 4):
                power.append(power[-1] * x / n)
        first = [[powers[0][i] * powers[1][n - i] for i in range(n + 1)] for n in range(4)]
        second = [[powers[2][i] * powers[3][n - i] for i in range(n + 1)] for n in range(4)]
        gammas = [xp.full_like(gamma, 1.0), gamma, gamma * gamma / 2, gamma * gamma * gamma / 6]
        for n in range(4):  # the group n = n' of He3: c = 3 - n contractions of the experts
            weight = 6.0 * gammas[3 - n]
            sums = [0.0] * 6
            for i in range(n + 1):
                inner = sum(second[n][j] * moments[i + j, 2 * n - i - j] for j in range(n + 1))
                rhos = sum(second[n][j] * moments[i + j + 1, 2 * n - i - j + 1] for j in range(n + 1))
                sums[0] = sums[0] + first[n][i] * inner
                sums[5] = sums[5] + first[n][i] * rhos
                if i > 0:
                    sums[1] = sums[1] + first[n - 1][i - 1] * inner
                if i < n:
                    sums[2] = sums[2] + first[n - 1][i] * inner
            for j in range(n + 1) if n > 0 else ():
                inner = sum(first[n][i] * moments[i + j, 2 * n - i - j] for i in range(n + 1))
                if j > 0:
                    sums[3] = sums[3] + second[n - 1][j - 1] * inner
                if j < n:
                    sums[4] = sums[4] + second[n - 1][j] * inner
            value += weight * sums[0]
            if n < 3:
                by[0] += 6.0 * gammas[2 - n] * sums[0]
            for slot in range(1, 6):
                if n > 0 or slot == 5:
                    by[slot] += weight * sums[slot]

        pair = a[:, None] * weights[None, :]  # each pair of students stands here twice, so halves of their own
        residual = value @ weights
        loss = self.constant + float(0.5 * (a @ (value[:, :m] @ a)) - a @ (value[:, m:] @ self.at))
        slopes = [pair * x for x in by]
        own_slopes = slopes[1].sum(1)
        g, b, c, q = slopes[0], slopes[2], slopes[3], slopes[5]
        to_router = q @ router + c @ expert + own_slopes[:, None] * w
        to_expert = b @ router + g @ expert + own_slopes[:, None] * v
        return loss, {"router": to_router, "expert": to_expert, "amplitude": residual}


def turn(step, milliseconds):
    """Steps for so many milliseconds. A step's time is the clock's, or, when others held the core, what it used of it."""
    times = []
    end = time.perf_counter() + milliseconds / 1000
    while not times or time.perf_counter() < end:
        used, start = time.process_time(), time.perf_counter()
        step()
        elapsed, used = time.perf_counter() - start, time.process_time() - used
        times.append(1000 * min(elapsed, used))
    return times


for line in sys.stdin:
    [(verb, argument)] = json.loads(line).items()
    if verb == "load":
        with open(argument) as file:
            step = Step(json.load(file))
        answer = {"about": ABOUT}
    elif verb == "check":
        loss, gradient = step()
        answer = {"loss": loss, "gradient": {k: np.asarray(x).ravel().tolist() for k, x in gradient.items()}}
    else:
        answer = turn(step, argument)
    print(json.dumps(answer), flush=True)

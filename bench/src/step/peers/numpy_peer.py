"""NumPy on one thread, with the gradient written out."""

import numpy as np

ABOUT = f"NumPy {np.__version__}"
ROOT = np.float32(np.sqrt(6))


def hermite3(z):
    return (z * z - 3) * z / ROOT


def hermite3_slope(z):
    return (z * z - 1) * (3 / ROOT)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def moe(params, x):
    gate = sigmoid(x @ params["router"].T)
    return (gate * hermite3(x @ params["expert"].T)) @ params["amplitude"]


def loss_and_gradient(params, x, y):
    a = params["amplitude"]
    z = x @ params["expert"].T
    gate = sigmoid(x @ params["router"].T)
    expert = hermite3(z)
    units = gate * expert
    residual = units @ a - y
    r = residual / len(y)
    slopes = r[:, None] * a
    gradient = {
        "router": (slopes * units * (1 - gate)).T @ x,
        "expert": (slopes * gate * hermite3_slope(z)).T @ x,
        "amplitude": r @ units,
    }
    return float(residual @ r) / 2, gradient


class Peer:
    def __init__(self, problem):
        self.problem = problem
        self.random = np.random.default_rng(1)

    def online(self):
        shape = self.problem["n"], self.problem["d"]
        x = self.random.standard_normal(shape, dtype=np.float32)
        y = moe(self.problem["teacher"], x)
        return loss_and_gradient(self.problem["student"], x, y)[0]

    def gradient(self):
        return self.check()[0]

    def check(self):
        return loss_and_gradient(*(self.problem[name] for name in ("student", "inputs", "targets")))

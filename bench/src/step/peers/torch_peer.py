"""PyTorch on one thread, with autograd."""

import math

import torch

torch.set_num_threads(1)
ABOUT = f"PyTorch {torch.__version__}"


def hermite3(z):
    return (z.square() - 3) * z / math.sqrt(6)


def moe(params, x):
    logits = x @ params["router"].T
    if "routerBias" in params:
        gate = torch.softmax(logits + params["routerBias"], dim=1)
    else:
        gate = torch.sigmoid(logits)
    return (gate * hermite3(x @ params["expert"].T)) @ params["amplitude"]


def tensors(arrays):
    return {name: torch.tensor(array) for name, array in arrays.items()}


class Peer:
    def __init__(self, problem):
        self.shape = problem["n"], problem["d"]
        self.student = {k: v.requires_grad_() for k, v in tensors(problem["student"]).items()}
        self.teacher = tensors(problem["teacher"])
        self.inputs = torch.tensor(problem["inputs"])
        self.targets = torch.tensor(problem["targets"])

    def loss_and_gradient(self, x, y):
        loss = (moe(self.student, x) - y).square().mean() / 2
        return loss.item(), torch.autograd.grad(loss, list(self.student.values()))

    def online(self):
        x = torch.randn(self.shape)
        with torch.no_grad():
            y = moe(self.teacher, x)
        return self.loss_and_gradient(x, y)[0]

    def gradient(self):
        return self.loss_and_gradient(self.inputs, self.targets)[0]

    def check(self):
        loss, gradient = self.loss_and_gradient(self.inputs, self.targets)
        return loss, dict(zip(self.student, (part.numpy() for part in gradient)))

"""Optimizers that PyTorch lacks, in double precision with numpy, written from their papers. Used by make_traces.py."""
import numpy as np


class Reference:
    """A torch-like shell: parameters are read from tensors, updated in f64, and written back."""

    def __init__(self, parameters, lr, **options):
        self.param_groups = [{"lr": lr}]
        self.parameters, self.options = list(parameters), options
        self.state = [{"step": 0, "p": p.detach().double().numpy().copy()} for p in self.parameters]

    def step(self):
        for tensor, state in zip(self.parameters, self.state):
            if tensor.grad is None:
                continue
            state["step"] += 1
            state["p"] = self.update(state, state["p"], tensor.grad.double().numpy(), self.param_groups[0]["lr"])
            tensor.data.copy_(tensor.data.new_tensor(state["p"]))


class Lion(Reference):
    """Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", algorithm 2."""

    def update(self, state, theta, g, eta):
        beta1, beta2 = self.options["betas"]
        m = state.get("m", np.zeros_like(theta))
        c = beta1 * m + (1 - beta1) * g
        state["m"] = beta2 * m + (1 - beta2) * g
        return theta - eta * (np.sign(c) + self.options["weight_decay"] * theta)


class Lamb(Reference):
    """You et al. 2020, "Large Batch Optimization for Deep Learning", algorithm 2, phi(z) = z."""

    def update(self, state, x, g, eta):
        beta1, beta2 = self.options["betas"]
        t = state["step"]
        state["m"] = beta1 * state.get("m", np.zeros_like(x)) + (1 - beta1) * g
        state["v"] = beta2 * state.get("v", np.zeros_like(x)) + (1 - beta2) * g * g
        m, v = state["m"] / (1 - beta1 ** t), state["v"] / (1 - beta2 ** t)
        r = m / (np.sqrt(v) + self.options["eps"]) + self.options["weight_decay"] * x
        size, length = np.linalg.norm(x), np.linalg.norm(r)
        ratio = size / length if size > 0 and length > 0 else 1.0
        return x - eta * ratio * r

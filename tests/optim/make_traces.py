#!/usr/bin/env python3
"""Makes the traces that optimizers and schedules are tested with: 100 steps of PyTorch's, or, for those that it
lacks, of a double-precision reference written here from the paper.

    python3 -m venv v && v/bin/pip install torch numpy && v/bin/python tests/optim/make_traces.py

The problem is that of problem.hpp: a quadratic with a linear term that changes from step to step, one of whose
parameters now and then has no gradient. A line of traces/NAME.txt is a step: two figures of the parameters (a weighted
sum, and their norm) in f64, the same in f32. The last line has all of them in f64.
"""
import math
import os

import torch

import references
import schedule_traces

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 100
VECTORS = [(3, 5), (7,), (1,)]
MATRICES = [(3, 5), (6, 2), (4, 4)]


def wave(shape, scale, phase, dtype):
    n = math.prod(shape)
    values = torch.tensor([math.sin(0.7391 * i + phase) * scale for i in range(n)], dtype=torch.float64)
    return values.reshape(shape).to(dtype)


class Problem:
    """Parameters p, whose gradient in step t is curvature (p - target) + drift(t)."""

    def __init__(self, shapes, dtype):
        self.dtype = dtype
        self.parameters = [wave(s, 1, i, dtype).requires_grad_() for i, s in enumerate(shapes)]
        self.curvature = [wave(s, 0.5, 3 + i, torch.float64).abs().add(0.2).to(dtype) for i, s in enumerate(shapes)]
        self.target = [wave(s, 0.5, 6 + i, dtype) for i, s in enumerate(shapes)]

    def backward(self, step, scale=lambda loss: loss, overflow=False):
        loss = 0
        for i, p in enumerate(self.parameters):
            p.grad = None
            if i == 1 and step % 3 == 2:
                continue
            drift = wave(p.shape, math.inf if overflow else 0.3, 10 + step, self.dtype)
            d = p - self.target[i]
            loss = loss + 0.5 * (self.curvature[i] * d * d).sum() + (drift * p).sum()
        scale(loss).backward()

    def figures(self):
        weighted = squares = 0
        for i, p in enumerate(self.parameters):
            x = p.detach().double().flatten()
            weights = torch.tensor([math.sin(1.3 * j + i) for j in range(x.numel())], dtype=torch.float64)
            weighted += (x * weights).sum().item()
            squares += (x * x).sum().item()
        return weighted, math.sqrt(squares)

    def values(self):
        return [v for p in self.parameters for v in p.detach().double().flatten().tolist()]


def trace(make, step, shapes, dtype):
    torch.set_default_dtype(dtype)  # of the optimizers' own scalars, like NAdam's product of momenta
    problem = Problem(shapes, dtype)
    optimizer = make(problem.parameters)
    lines = []
    for t in range(STEPS):
        if t == 50:
            for group in optimizer.param_groups:
                group["lr"] *= 0.5
        problem.backward(t)
        step(problem, optimizer)
        lines.append(problem.figures())
    return lines, problem.values()


def write(name, make, step=lambda problem, optimizer: optimizer.step(), shapes=None):
    f64, values = trace(make, step, shapes or VECTORS, torch.float64)
    f32, _ = trace(make, step, shapes or VECTORS, torch.float32)
    with open(os.path.join(HERE, "traces", name + ".txt"), "w") as out:
        for (a, b), (c, d) in zip(f64, f32):
            out.write(f"{a:.15g} {b:.15g} {c:.9g} {d:.9g}\n")
        out.write(" ".join(f"{v:.15g}" for v in values) + "\n")


def clip_norm(problem, optimizer):
    torch.nn.utils.clip_grad_norm_(problem.parameters, 0.5)
    optimizer.step()


def clip_value(problem, optimizer):
    torch.nn.utils.clip_grad_value_(problem.parameters, 0.25)
    optimizer.step()


def newton_schulz(grad, coefficients, steps, eps):
    """torch.optim's, in the gradient's own type instead of bfloat16."""
    a, b, c = coefficients
    x = grad.T if grad.size(0) > grad.size(1) else grad
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if grad.size(0) > grad.size(1) else x


def optimizers():
    o = torch.optim
    write("sgd", lambda p: o.SGD(p, lr=0.05, weight_decay=0.02))
    write("sgd_momentum", lambda p: o.SGD(p, lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.02))
    write("sgd_nesterov", lambda p: o.SGD(p, lr=0.05, momentum=0.9, nesterov=True))
    write("sgd_clip_norm", lambda p: o.SGD(p, lr=0.05, momentum=0.9), clip_norm)
    write("sgd_clip_value", lambda p: o.SGD(p, lr=0.05, momentum=0.9), clip_value)
    write("adam", lambda p: o.Adam(p, lr=0.02, betas=(0.8, 0.95), weight_decay=0.02))
    write("adam_amsgrad", lambda p: o.Adam(p, lr=0.02, amsgrad=True))
    write("adam_groups", lambda p: o.Adam([{"params": p[:1], "lr": 0.05, "weight_decay": 0.1},
                                           {"params": p[1:], "betas": (0.5, 0.9)}], lr=0.01))
    write("adamw", lambda p: o.AdamW(p, lr=0.02))
    write("adamw_amsgrad", lambda p: o.AdamW(p, lr=0.02, weight_decay=0.1, amsgrad=True))
    write("adamax", lambda p: o.Adamax(p, lr=0.02, weight_decay=0.02))
    write("nadam", lambda p: o.NAdam(p, lr=0.02, weight_decay=0.02))
    write("nadam_decoupled", lambda p: o.NAdam(p, lr=0.02, weight_decay=0.1, decoupled_weight_decay=True))
    write("radam", lambda p: o.RAdam(p, lr=0.02, weight_decay=0.02))
    write("radam_decoupled", lambda p: o.RAdam(p, lr=0.02, weight_decay=0.1, decoupled_weight_decay=True))
    write("adadelta", lambda p: o.Adadelta(p, lr=1.0, weight_decay=0.02))
    write("adagrad", lambda p: o.Adagrad(p, lr=0.1, lr_decay=0.01, weight_decay=0.02, initial_accumulator_value=0.1))
    write("rmsprop", lambda p: o.RMSprop(p, lr=0.01, weight_decay=0.02))
    write("rmsprop_momentum", lambda p: o.RMSprop(p, lr=0.005, momentum=0.9))
    write("rmsprop_centered", lambda p: o.RMSprop(p, lr=0.005, centered=True))
    write("rmsprop_centered_momentum", lambda p: o.RMSprop(p, lr=0.002, momentum=0.8, centered=True))
    write("lion", lambda p: references.Lion(p, lr=0.01, betas=(0.9, 0.99), weight_decay=0.1))
    write("lamb", lambda p: references.Lamb(p, lr=0.02, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.1))
    torch.optim._muon._zeropower_via_newtonschulz = newton_schulz
    write("muon", lambda p: o.Muon(p, lr=0.02), shapes=MATRICES)
    write("muon_rms", lambda p: o.Muon(p, lr=0.02, nesterov=False, adjust_lr_fn="match_rms_adamw", momentum=0.9,
                                       weight_decay=0), shapes=MATRICES)


def grad_scaler():
    """Some gradients overflow: the scale, then the two figures of the parameters, of SGD clipped in f32."""
    torch.set_default_dtype(torch.float32)
    problem = Problem(VECTORS, torch.float32)
    optimizer = torch.optim.SGD(problem.parameters, lr=0.05, momentum=0.9)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=5)
    with open(os.path.join(HERE, "traces", "grad_scaler.txt"), "w") as out:
        for t in range(STEPS):
            problem.backward(t, scaler.scale, overflow=t in (3, 4, 17, 40, 60, 61, 62))
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(problem.parameters, 0.5)
            scaler.step(optimizer)
            scaler.update()
            weighted, norm = problem.figures()
            out.write(f"{scaler.get_scale():.9g} {weighted:.9g} {norm:.9g}\n")


def averages():
    """Of what Adam does: an exponential average, the mean of every tenth step, and look-ahead around it."""
    torch.set_default_dtype(torch.float64)
    from torch.optim import swa_utils as u

    def run(name, make):
        problem = Problem(VECTORS, torch.float64)
        model = torch.nn.ParameterList(problem.parameters)
        problem.parameters = list(model)
        optimizer = torch.optim.Adam(problem.parameters, lr=0.05)
        after, shown = make(problem, model)
        with open(os.path.join(HERE, "traces", name + ".txt"), "w") as out:
            for t in range(STEPS):
                problem.backward(t)
                optimizer.step()
                after(t)
                weighted, norm = shown().figures()
                out.write(f"{weighted:.15g} {norm:.15g}\n")

    def averaged(every, **options):
        def make(problem, model):
            average = u.AveragedModel(model, **options)
            shown = Problem(VECTORS, torch.float64)
            shown.parameters = list(average.module)
            return lambda t: average.update_parameters(model) if t % every == 0 else None, lambda: shown
        return make

    def lookahead(problem, model, k=5, alpha=0.8):
        slow = [p.detach().clone() for p in problem.parameters]

        def after(t):
            if (t + 1) % k:
                return
            for p, s in zip(problem.parameters, slow):
                s += alpha * (p.detach() - s)
                p.data.copy_(s)
        return after, lambda: problem

    run("ema", averaged(1, multi_avg_fn=u.get_ema_multi_avg_fn(0.9)))
    run("swa", averaged(10))
    run("lookahead", lookahead)


def lbfgs():
    """A valley (Rosenbrock's) through two parameters: figures after each step, in f64."""
    torch.set_default_dtype(torch.float64)
    for name, options in (("lbfgs", {"lr": 0.1, "max_iter": 3, "history_size": 5}),
                          ("lbfgs_wolfe", {"line_search_fn": "strong_wolfe", "max_iter": 4, "history_size": 4})):
        problem = Problem([(3, 2), (4,)], torch.float64)
        optimizer = torch.optim.LBFGS(problem.parameters, **options)

        def closure():
            optimizer.zero_grad()
            x = torch.cat([p.flatten() for p in problem.parameters])
            loss = (10 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
            loss.backward()
            return loss

        with open(os.path.join(HERE, "traces", name + ".txt"), "w") as out:
            for _ in range(STEPS):
                optimizer.step(closure)
                weighted, norm = problem.figures()
                out.write(f"{weighted:.15g} {norm:.15g}\n")


def main():
    torch.set_num_threads(1)
    os.makedirs(os.path.join(HERE, "traces"), exist_ok=True)
    optimizers()
    grad_scaler()
    averages()
    lbfgs()
    schedule_traces.write_all(os.path.join(HERE, "traces"))


if __name__ == "__main__":
    main()

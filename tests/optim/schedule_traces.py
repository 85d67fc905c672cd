"""Traces of PyTorch's learning-rate schedules. Used by make_traces.py.

A line of schedule_NAME.txt is a step: the learning rates of two groups, which start at 0.1 and 0.03.
"""
import os

import torch
from torch.optim import lr_scheduler as s

STEPS = 100


def rates(make):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in (0.1, 0.03)]
    optimizer = torch.optim.SGD(groups, lr=1)
    scheduler = make(optimizer)
    for t in range(STEPS):
        yield [g["lr"] for g in optimizer.param_groups]
        optimizer.step()
        if isinstance(scheduler, s.ReduceLROnPlateau):
            scheduler.step(metric(t))
        else:
            scheduler.step()


def metric(t):
    """Falls, stays, and jumps."""
    return [1 / (1 + t), 1 / 21, 0.04, 0.05, 0.039][min(t // 20, 4)]


def schedules():
    yield "step", lambda o: s.StepLR(o, step_size=7, gamma=0.7)
    yield "multistep", lambda o: s.MultiStepLR(o, milestones=[10, 40, 41], gamma=0.3)
    yield "exponential", lambda o: s.ExponentialLR(o, gamma=0.97)
    yield "cosine", lambda o: s.CosineAnnealingLR(o, T_max=80, eta_min=0.001)
    yield "restarts", lambda o: s.CosineAnnealingWarmRestarts(o, T_0=10, T_mult=2, eta_min=0.001)
    yield "restarts_even", lambda o: s.CosineAnnealingWarmRestarts(o, T_0=15)
    yield "linear", lambda o: s.LinearLR(o, start_factor=0.1, end_factor=0.8, total_iters=30)
    yield "constant", lambda o: s.ConstantLR(o, factor=0.25, total_iters=13)
    yield "polynomial", lambda o: s.PolynomialLR(o, total_iters=60, power=1.7)
    yield "one_cycle", lambda o: s.OneCycleLR(o, max_lr=[0.1, 0.03], total_steps=100, cycle_momentum=False)
    yield "one_cycle_three", lambda o: s.OneCycleLR(o, max_lr=[0.1, 0.03], total_steps=100, cycle_momentum=False,
                                                    three_phase=True, anneal_strategy="linear", pct_start=0.4,
                                                    div_factor=10, final_div_factor=100)
    yield "lambda", lambda o: s.LambdaLR(o, lambda t: 0.95 ** t + 0.01 * (t % 3))
    yield "sequential", lambda o: s.SequentialLR(
        o, [s.LinearLR(o, start_factor=0.2, total_iters=10), s.CosineAnnealingLR(o, T_max=50, eta_min=0.002),
            s.ExponentialLR(o, gamma=0.9)], milestones=[10, 60])
    yield "chained", lambda o: s.ChainedScheduler([s.ConstantLR(o, factor=0.1, total_iters=20),
                                                   s.StepLR(o, step_size=30, gamma=0.5),
                                                   s.ExponentialLR(o, gamma=0.98)])
    yield "plateau", lambda o: s.ReduceLROnPlateau(o, factor=0.5, patience=4, threshold=1e-2, cooldown=3, min_lr=0.004)
    yield "plateau_max", lambda o: s.ReduceLROnPlateau(o, mode="max", factor=0.2, patience=2, threshold=1e-3,
                                                       threshold_mode="abs")


def write_all(folder):
    for name, make in schedules():
        with open(os.path.join(folder, f"schedule_{name}.txt"), "w") as out:
            for lrs in rates(make):
                out.write(" ".join(f"{lr:.15g}" for lr in lrs) + "\n")

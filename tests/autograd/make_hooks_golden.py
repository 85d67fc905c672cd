#!/usr/bin/env python3
"""Writes hooks_golden.inc: what PyTorch's hooks see, in which order, for the scenarios of hooks_golden_test.cpp.

    python3 tests/autograd/make_hooks_golden.py > tests/autograd/hooks_golden.inc
"""
import torch

torch.set_default_dtype(torch.float64)


class Log:
    def __init__(self):
        self.events = []

    def __call__(self, name, value=None):
        values = [] if value is None else value.detach().reshape(-1).tolist()
        self.events.append((name, values))

    def hook(self, name, change=lambda g: None):
        def run(g):
            self(name, g)
            return change(g)
        return run


def leaf(*values):
    return torch.tensor(values, requires_grad=True)


def leaf_hooks(log):
    x = leaf(1., 2.)
    x.register_hook(log.hook("first", lambda g: 2 * g))
    x.register_hook(log.hook("second"))
    for _ in range(2):
        (x * x + 3 * x).sum().backward()
        log("grad", x.grad)


def result_hooks(log):
    x = leaf(1., 2.)
    y = x * x
    z = (y * 3 + y).sum()
    y.register_hook(log.hook("first", lambda g: -g))
    y.register_hook(log.hook("second"))
    z.backward()
    log("grad", x.grad)


def order(log):
    x, w = leaf(1., 2.), leaf(3., 4.)
    y = x * 2
    z = y * w
    x.register_post_accumulate_grad_hook(lambda p: log("x accumulated", p.grad))
    w.register_post_accumulate_grad_hook(lambda p: log("w accumulated", p.grad))
    for name, t in (("x", x), ("w", w), ("y", y), ("z", z)):
        t.register_hook(log.hook(name))
    z.sum().backward()


def removal(log):
    x = leaf(1., 2.)
    first = x.register_hook(log.hook("first", lambda g: 2 * g))

    def once(g):
        log("once", g)
        handle.remove()
    handle = x.register_hook(once)
    x.sum().backward()
    first.remove()
    first.remove()
    x.sum().backward()
    log("grad", x.grad)


def chosen_gradients(log):
    x = leaf(1., 2.)
    y = x * x
    x.register_hook(log.hook("x", lambda g: g + 1))
    x.register_post_accumulate_grad_hook(lambda p: log("accumulated"))
    y.register_hook(log.hook("y", lambda g: g * 2))
    # One at a time: asked for both, PyTorch gives the gradient by y as it was before y's hook.
    log("by x", torch.autograd.grad((y * 3).sum(), [x], retain_graph=True)[0])
    log("by y", torch.autograd.grad((y * 3).sum(), [y])[0])
    other = leaf(5., 6.)
    other.register_hook(log.hook("other"))
    log("by x", torch.autograd.grad((x * other).sum(), [x])[0])


def higher(log):
    x = leaf(1., 2.)
    x.register_hook(log.hook("x", lambda g: g * x))
    g, = torch.autograd.grad((x * x * x).sum(), [x], create_graph=True)
    log("first", g)
    log("second", torch.autograd.grad(g.sum(), [x])[0])


def update_in_backward(log):
    a, b = leaf(1., 2.), leaf(3., 4.)

    def step(p):
        log("step", p.grad)
        with torch.no_grad():
            p -= 0.5 * p.grad
        p.grad = None
    a.register_post_accumulate_grad_hook(step)
    b.register_post_accumulate_grad_hook(step)
    for _ in range(2):
        ((a + a) + b).sum().backward()
        log("a", a)
        log("b", b)
        log("kept", a.grad)


def linear():
    layer = torch.nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1., 2.], [3., -4.]]))
        layer.bias.copy_(torch.tensor([0.5, -0.5]))
    return layer


def hook_forward(log, module, name, change_x=lambda x: None, change_y=lambda y: None):
    def before(_, args):
        log(name + " x", args[0])
        return change_x(args[0])

    def after(_, args, y):
        log(name + " in", args[0])
        log(name + " y", y)
        return change_y(y)
    module.register_forward_pre_hook(before)
    module.register_forward_hook(after)


def hook_backward(log, module, name, change=lambda g: None, change_output=lambda g: None):
    def before(_, grad_output):
        log(name + " before", grad_output[0])
        other = change_output(grad_output[0])
        return None if other is None else (other,)

    def after(_, grad_input, grad_output):
        log(name + " by y", grad_output[0])
        log(name + " by x", grad_input[0])
        other = None if grad_input[0] is None else change(grad_input[0])
        return None if other is None else (other,)
    module.register_full_backward_pre_hook(before)
    module.register_full_backward_hook(after)


def module_hooks(log):
    layer, x = linear(), leaf(1., -1.)
    hook_forward(log, layer, "first", lambda x: 2 * x, lambda y: y + 1)
    hook_forward(log, layer, "second", lambda x: x - 1)
    hook_backward(log, layer, "first", lambda g: 3 * g, lambda g: 10 * g)
    hook_backward(log, layer, "second")
    y = layer(x)
    log("y", y)
    y.sum().backward()
    log("x", x.grad)
    log("weight", layer.weight.grad)


def module_without_input_gradient(log):
    layer = linear()
    hook_backward(log, layer, "layer")
    layer(torch.tensor([1., -1.])).sum().backward()
    log("weight", layer.weight.grad)


def nested_modules(log):
    model = torch.nn.Sequential(linear(), torch.nn.ReLU(), linear())
    for name, module in (("model", model), ("0", model[0]), ("2", model[2])):
        hook_forward(log, module, name)
        hook_backward(log, module, name)
    model(leaf(1., -1.)).sum().backward()


def module_higher(log):
    layer, x = linear(), leaf(1., -1.)
    hook_backward(log, layer, "layer", lambda g: g * g)
    g, = torch.autograd.grad((layer(x) ** 3).sum(), [x], create_graph=True)
    log("first", g)
    log("second", torch.autograd.grad(g.sum(), [x])[0])


SCENARIOS = [leaf_hooks, result_hooks, order, removal, chosen_gradients, higher, update_in_backward, module_hooks,
             module_without_input_gradient, nested_modules, module_higher]

print(f"// Written by make_hooks_golden.py with PyTorch {torch.__version__.split('+')[0]}.")
for scenario in SCENARIOS:
    log = Log()
    scenario(log)
    print("{\"%s\", {" % scenario.__name__)
    for name, values in log.events:
        print("    {\"%s\", {%s}}," % (name, ", ".join(repr(v) for v in values)))
    print("}},")

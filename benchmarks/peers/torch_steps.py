"""PyTorch's steps, eager and under torch.compile: channels_last, fused optimizers, flushed denormals."""
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

import torch_models

bce = nn.functional.binary_cross_entropy_with_logits
cross_entropy = nn.functional.cross_entropy


class Training:
    """A workload: what is trained, its loss on a batch, its optimizer; `prepare`, where there is one, comes before."""

    def __init__(self, model, loss, optimizer, prepare=None):
        self.model, self.loss, self.prepare = model, loss, prepare
        self.optimizer = optimizer(model.parameters())


def adam(lr):
    return lambda parameters: torch.optim.Adam(parameters, lr=lr, fused=True)


def image_batch(shape, classes=None):
    x = torch.randn(shape).to(memory_format=torch.channels_last)
    return x, torch.randint(0, classes, shape[:1]) if classes else (torch.rand(shape[0], 1) > 0.5).float()


def mlp():
    model, x, y = torch_models.mlp(), torch.randn(32, 20), (torch.rand(32, 1) > 0.5).float()
    return Training(model, lambda: bce(model(x), y), adam(1e-3))


def cnn():
    model = torch_models.cnn().to(memory_format=torch.channels_last)
    x, y = image_batch((32, 3, 64, 64), 10)
    return Training(model, lambda: cross_entropy(model(x), y), adam(1e-3))


def vae():
    model, x = torch_models.Vae(), torch.rand(128, 784)
    return Training(model, lambda: torch_models.negative_elbo(model(x), x), adam(1e-3))


def resnet18():
    model = torch_models.ResNet().to(memory_format=torch.channels_last)
    x, y = image_batch((32, 3, 32, 32), 10)
    return Training(model, lambda: cross_entropy(model(x), y),
                    lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, fused=True))


def head():
    return nn.Sequential(nn.Linear(1280, 1024), nn.ReLU(), nn.Linear(1024, 1))


def mobilenet():
    model = nn.ModuleDict({"features": torch_models.MobileNetV2().features, "head": head()})
    model = model.to(memory_format=torch.channels_last)
    x, y = image_batch((32, 3, 224, 224))
    return Training(model, lambda: bce(model["head"](model["features"](x).mean((2, 3))), y), adam(1e-4))


def fold_norms(module):
    """Batch norm in evaluation, put into the convolution before it."""
    for name, child in module.named_children():
        fold_norms(child)
        if isinstance(module, nn.Sequential) and isinstance(child, nn.BatchNorm2d):
            at = int(name)
            module[at - 1], module[at] = fuse_conv_bn_eval(module[at - 1], child), nn.Identity()
    return module


def mobilenet_frozen(folded=False):
    features = torch_models.MobileNetV2().features.eval().requires_grad_(False)
    features = (fold_norms(features) if folded else features).to(memory_format=torch.channels_last)
    model = head()
    x, y = image_batch((32, 3, 224, 224))

    def prepare():
        with torch.no_grad():
            return features(x).mean((2, 3))

    return Training(model, lambda fixed: bce(model(fixed), y), adam(1e-4), prepare)


MAKE = {f.__name__: f for f in (mlp, cnn, vae, resnet18, mobilenet, mobilenet_frozen)}


def step_of(training, bf16, compile_parts=False):
    """The step, of which forward (and with it backward) and what comes before may be compiled."""
    prepare, loss = training.prepare, training.loss
    if compile_parts:
        prepare, loss = prepare and torch.compile(prepare), torch.compile(loss)

    def step():
        training.optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            value = loss(prepare()) if prepare else loss()
        value.backward()
        training.optimizer.step()
        return value

    return step


def count_flops(training):
    """Of a forward pass's convolutions and products, as PyTorch's own counter has them."""
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        training.loss(training.prepare()) if training.prepare else training.loss()
    return counter.get_total_flops()


def setup(peer, workload, threads, bf16):
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    training = mobilenet_frozen(folded=True) if peer == "torch_folded" else MAKE[workload]()
    facts = {"parameters": sum(p.numel() for p in training.model.parameters())}

    def frozen_by_inductor():
        torch._inductor.config.freezing = True  # folds weights of what needs no gradient
        return step_of(training, bf16, compile_parts=True)

    if peer != "torch_compile":
        facts["forward_flops"] = count_flops(training)
        return {"facts": facts, "candidates": {"eager": lambda: step_of(training, bf16)}}
    candidates = {"loss compiled": lambda: step_of(training, bf16, compile_parts=True),
                  "step compiled": lambda: torch.compile(step_of(training, bf16))}
    if workload == "mobilenet_frozen":
        candidates["features frozen"] = frozen_by_inductor
    return {"facts": facts, "candidates": candidates}

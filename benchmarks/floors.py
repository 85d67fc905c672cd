"""The least time that a workload's step can take on a machine: max(operations / peak, bytes / bandwidth).

Operations are those of convolutions and products, two a multiply-add, forward and both gradients; a 3x3 convolution of
stride 1 may take Winograd's F(4x4, 3x3), in f32. Bytes are what cannot stay in registers and caches by any fusion:
inputs, what forward keeps for backward, parameters and their optimizer's state.
"""
from dataclasses import dataclass
from math import ceil

ADAM, SGD_MOMENTUM = 28, 20  # bytes a parameter: weight, gradient and state read, weight and state written
MOBILENET = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


@dataclass
class Work:
    """What a step has to do. `passes` is 3 where the layer's input wants a gradient, 2 where not, 1 without training."""
    forward_flops: float = 0.0
    flops: float = 0.0
    winograd_flops: float = 0.0  # the same, where Winograd's algorithm is taken wherever it can be
    activations: float = 0.0  # elements moved: kept by forward once, read by backward once
    fixed_bytes: float = 0.0
    parameters: int = 0
    passes: int = 2  # of the next layer
    state: int = ADAM

    def layer(self, flops, kept, weights, speedup=1.0):
        self.forward_flops += flops
        self.flops += self.passes * flops
        self.winograd_flops += self.passes * flops / speedup
        if self.passes > 1:
            self.activations += kept
            self.parameters += weights
            self.passes = 3
        else:
            self.fixed_bytes += 4 * weights

    def linear(self, rows, n_in, n_out):
        self.layer(2 * rows * n_in * n_out, 2 * rows * n_out, n_in * n_out + n_out)

    def conv(self, n, side, n_in, n_out, kernel, stride=1, groups=1, pad=None, pool=1, norm=False):
        """Gives the side of the result, after pooling. Normalised results are read once more, since all of a batch is
        needed before any of it can be normalised."""
        pad = kernel // 2 if pad is None else pad
        out = (side + 2 * pad - kernel) // stride + 1
        speedup = 1.0
        if kernel == 3 and stride == 1 and groups == 1:
            speedup = 4.0 / (ceil(out / 4) * 4 / out) ** 2  # 36 products for 16 results of 9 each
        kept = n * n_out * (out // pool) ** 2 * (3 if norm else 2)
        weights = n_out * (n_in // groups) * kernel ** 2 + (2 if norm else 1) * n_out
        self.layer(2 * n * out ** 2 * n_out * (n_in // groups) * kernel ** 2, kept, weights, speedup)
        return out // pool


def mlp():
    work = Work(fixed_bytes=4 * 32 * 20)
    work.linear(32, 20, 128)
    work.linear(32, 128, 1)
    return work


def cnn():
    work = Work(fixed_bytes=4 * 32 * 3 * 64 * 64)
    side = work.conv(32, 64, 3, 32, 3, pad=0, pool=2)
    side = work.conv(32, side, 32, 64, 3, pad=0, pool=2)
    work.linear(32, 64 * side * side, 64)
    work.linear(32, 64, 10)
    return work


def vae():
    work = Work(fixed_bytes=4 * 128 * 784)
    for n_in, n_out in ((784, 400), (400, 20), (400, 20), (20, 400), (400, 784)):
        work.linear(128, n_in, n_out)
    return work


def mobilenet(trained=True):
    work = Work(fixed_bytes=4 * 32 * 3 * 224 * 224, passes=2 if trained else 1)
    side = work.conv(32, 224, 3, 32, 3, stride=2, norm=True)
    channels = 32
    for expand, out, blocks, stride in MOBILENET:
        for i in range(blocks):
            wide = expand * channels
            if expand > 1:
                work.conv(32, side, channels, wide, 1, norm=True)
            side = work.conv(32, side, wide, wide, 3, stride if i == 0 else 1, groups=wide, norm=True)
            work.conv(32, side, wide, out, 1, norm=True)
            channels = out
    work.conv(32, side, channels, 1280, 1, norm=True)
    if not trained:
        work.passes = 2
    work.linear(32, 1280, 1024)
    work.linear(32, 1024, 1)
    return work


def resnet18():
    work = Work(fixed_bytes=4 * 32 * 3 * 32 * 32, state=SGD_MOMENTUM)
    side = work.conv(32, 32, 3, 64, 3, norm=True)
    channels = 64
    for out in (64, 128, 256, 512):
        for block in range(2):
            stride = 2 if block == 0 and out > 64 else 1
            if stride == 2:
                work.conv(32, side, channels, out, 1, stride, norm=True)
            side = work.conv(32, side, channels, out, 3, stride, norm=True)
            work.conv(32, side, out, out, 3, norm=True)
            channels = out
    work.linear(32, 512, 10)
    return work


WORK = {"mlp": mlp, "cnn": cnn, "mobilenet_frozen": lambda: mobilenet(False), "mobilenet": mobilenet, "vae": vae,
        "resnet18": resnet18}


@dataclass
class Machine:
    """Measured limits with all threads: operations a second; cache sizes (bytes) and bandwidths (bytes a second)."""
    f32: float
    bf16: float  # 0 where there is no such instruction
    levels: tuple  # (largest working set, bandwidth), the fastest first; the last holds everything

    def bandwidth(self, size):
        return next(speed for fits, speed in self.levels if size <= fits)


def bytes_of(work, bf16=False):
    return work.fixed_bytes + (2 if bf16 else 4) * work.activations + work.state * work.parameters


def floor(workload, machine, bf16=False):
    """Seconds."""
    work = WORK[workload]()
    arithmetic = work.winograd_flops / machine.f32
    if bf16 and machine.bf16:
        arithmetic = min(arithmetic, work.flops / machine.bf16)
    size = bytes_of(work, bf16)
    return max(arithmetic, size / machine.bandwidth(size))

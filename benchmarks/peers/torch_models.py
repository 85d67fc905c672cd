"""lepton's ready-made networks in PyTorch, with the parameter names of torchvision. Golden runs use them too."""
import torch
from torch import nn


def mlp():
    return nn.Sequential(nn.Linear(20, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 1))


def cnn():
    return nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12544, 64), nn.ReLU(), nn.Linear(64, 10))


class Vae(nn.Module):
    def __init__(self, size=784, hidden=400, code=20):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(size, hidden), nn.Linear(hidden, code), nn.Linear(hidden, code)
        self.fc3, self.fc4 = nn.Linear(code, hidden), nn.Linear(hidden, size)

    def forward(self, x, noise=None):
        h = nn.functional.relu(self.fc1(x))
        mean, log_variance = self.fc21(h), self.fc22(h)
        noise = torch.randn_like(mean) if noise is None else noise
        z = mean + noise * torch.exp(0.5 * log_variance)
        return self.fc4(nn.functional.relu(self.fc3(z))), mean, log_variance


def negative_elbo(output, x):
    logits, mean, log_variance = output
    cross_entropy = nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    return cross_entropy - 0.5 * torch.sum(1 + log_variance - mean ** 2 - log_variance.exp())


class BasicBlock(nn.Module):
    def __init__(self, n_in, n_out, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False), nn.BatchNorm2d(n_out)
        self.conv2, self.bn2 = nn.Conv2d(n_out, n_out, 3, 1, 1, bias=False), nn.BatchNorm2d(n_out)
        self.downsample = None
        if stride != 1 or n_in != n_out:
            self.downsample = nn.Sequential(nn.Conv2d(n_in, n_out, 1, stride, bias=False), nn.BatchNorm2d(n_out))

    def forward(self, x):
        y = nn.functional.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y)) + (x if self.downsample is None else self.downsample(x))
        return nn.functional.relu(y, inplace=True)


class ResNet(nn.Module):
    def __init__(self, blocks=(2, 2, 2, 2), width=64, classes=10, cifar=True):
        super().__init__()
        self.pool = nn.Identity() if cifar else nn.MaxPool2d(3, 2, 1)
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False) if cifar else nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        n_in = width
        for i, n in enumerate(blocks):
            n_out = width << i
            strides = [1 if i == 0 else 2] + [1] * (n - 1)
            layer = nn.Sequential(*[BasicBlock(n_in if k == 0 else n_out, n_out, s) for k, s in enumerate(strides)])
            self.add_module(f"layer{i + 1}", layer)
            n_in = n_out
        self.fc = nn.Linear(n_in, classes)

    def forward(self, x):
        x = self.pool(nn.functional.relu(self.bn1(self.conv1(x)), inplace=True))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def conv_bn_relu6(n_in, n_out, kernel, stride=1, groups=1):
    return nn.Sequential(nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, groups=groups, bias=False),
                         nn.BatchNorm2d(n_out), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, n_in, n_out, stride, expand):
        super().__init__()
        wide = n_in * expand
        self.adds_input = stride == 1 and n_in == n_out
        self.conv = nn.Sequential(*([conv_bn_relu6(n_in, wide, 1)] if expand != 1 else []),
                                  conv_bn_relu6(wide, wide, 3, stride, wide),
                                  nn.Conv2d(wide, n_out, 1, bias=False), nn.BatchNorm2d(n_out))

    def forward(self, x):
        return x + self.conv(x) if self.adds_input else self.conv(x)


def rounded(channels):
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


class MobileNetV2(nn.Module):
    groups = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))

    def __init__(self, classes=1000, width=1.0, dropout=0.2):
        super().__init__()
        n_in, last = rounded(32 * width), rounded(1280 * max(1.0, width))
        layers = [conv_bn_relu6(3, n_in, 3, 2)]
        for expand, channels, blocks, stride in self.groups:
            n_out = rounded(channels * width)
            for i in range(blocks):
                layers.append(InvertedResidual(n_in, n_out, stride if i == 0 else 1, expand))
                n_in = n_out
        layers.append(conv_bn_relu6(n_in, last, 1))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(last, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))

"""Layers for JAX in plain functions, pictures [N, H, W, C]. A model takes a `Scope` that hands it its weights."""
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


class Scope:
    """Weights in the order of their use: made in the first run of a model, handed out again in the others.

    With `dtype` the model computes in that type; batch norm's statistics stay f32, as do the weights themselves.
    """

    def __init__(self, weights=None, running=None, key=None, dtype=jnp.float32, training=True):
        self.making = weights is None
        self.weights = [] if self.making else list(weights)
        self.running = [] if self.making else list(running)
        self.rng = np.random.default_rng(1)
        self.key, self.dtype, self.training = key, dtype, training
        self.next_weight, self.next_running = 0, 0

    def weight(self, shape, deviation, mean=0.0):
        if self.making:
            self.weights.append(np.asarray(mean + deviation * self.rng.standard_normal(shape), np.float32))
        self.next_weight += 1
        return jnp.asarray(self.weights[self.next_weight - 1])

    def random_key(self):
        if self.making:
            return jax.random.key(0)
        self.key, drawn = jax.random.split(self.key)
        return drawn

    def dense(self, x, n_out):
        n_in = x.shape[-1]
        w, b = self.weight((n_in, n_out), n_in ** -0.5), self.weight((n_out,), 0.0)
        return x @ w.astype(self.dtype) + b.astype(self.dtype)

    def conv(self, x, n_out, kernel, stride=1, groups=1, padding=None, bias=False):
        n_in = x.shape[-1] // groups
        w = self.weight((kernel, kernel, n_in, n_out), (2 / (n_out * kernel ** 2)) ** 0.5)
        pad = kernel // 2 if padding is None else padding
        y = lax.conv_general_dilated(x, w.astype(self.dtype), (stride, stride), [(pad, pad), (pad, pad)],
                                     dimension_numbers=("NHWC", "HWIO", "NHWC"), feature_group_count=groups)
        return y + self.weight((n_out,), 0.0).astype(self.dtype) if bias else y

    def batch_norm(self, x):
        """As in PyTorch: batch statistics and an update of the running ones in training, else the running ones."""
        channels = x.shape[-1]
        weight, bias = self.weight((channels,), 0.0, 1.0), self.weight((channels,), 0.0)
        i, self.next_running = self.next_running, self.next_running + 1
        if self.making:
            self.running.append((np.zeros(channels, np.float32), np.ones(channels, np.float32)))
        mean, variance = self.running[i]
        if self.training:
            wide = x.astype(jnp.float32)
            n = x.size // channels
            mean = jnp.mean(wide, (0, 1, 2))
            variance = jnp.mean(jnp.square(wide), (0, 1, 2)) - jnp.square(mean)
            if not self.making:
                old_mean, old_variance = self.running[i]
                update = lambda old, new: lax.stop_gradient(0.9 * old + 0.1 * new)
                self.running[i] = (update(old_mean, mean), update(old_variance, variance * (n / (n - 1))))
        scale = weight * lax.rsqrt(variance + 1e-5)
        return x * scale.astype(x.dtype) + (bias - mean * scale).astype(x.dtype)

    def dropout(self, x, p):
        return jnp.where(jax.random.bernoulli(self.random_key(), 1 - p, x.shape), x / (1 - p), 0)


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")


def relu6(x):
    return jnp.clip(x, 0, 6)


def bce(z, y):
    z = z.astype(jnp.float32)
    return jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))


def cross_entropy(z, y):
    log_p = jax.nn.log_softmax(z.astype(jnp.float32))
    return -jnp.mean(jnp.take_along_axis(log_p, y[:, None], 1))

"""JAX's steps: forward, backward and update in one jitted function, its buffers donated."""
from functools import partial

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from jax_layers import Scope, bce, cross_entropy, max_pool, relu6

MOBILENET = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def mlp(s, x, y):
    return jnp.mean(bce(s.dense(s.dropout(jax.nn.relu(s.dense(x, 128)), 0.5), 1), y))


def cnn(s, x, y):
    for channels in (32, 64):
        x = max_pool(jax.nn.relu(s.conv(x, channels, 3, padding=0, bias=True)))
    return cross_entropy(s.dense(jax.nn.relu(s.dense(x.reshape(x.shape[0], -1), 64)), 10), y)


def vae(s, x, y):
    h = jax.nn.relu(s.dense(x, 400))
    mean, log_variance = s.dense(h, 20), s.dense(h, 20)
    z = mean + jax.random.normal(s.random_key(), mean.shape, mean.dtype) * jnp.exp(0.5 * log_variance)
    logits = s.dense(jax.nn.relu(s.dense(z, 400)), 784)
    mean, log_variance = mean.astype(jnp.float32), log_variance.astype(jnp.float32)
    return jnp.sum(bce(logits, y)) - 0.5 * jnp.sum(1 + log_variance - mean ** 2 - jnp.exp(log_variance))


def resnet18(s, x, y):
    x = jax.nn.relu(s.batch_norm(s.conv(x, 64, 3)))
    for channels in (64, 128, 256, 512):
        for block in range(2):
            stride = 2 if block == 0 and channels > 64 else 1
            h = jax.nn.relu(s.batch_norm(s.conv(x, channels, 3, stride)))
            h = s.batch_norm(s.conv(h, channels, 3))
            x = jax.nn.relu(h + (s.batch_norm(s.conv(x, channels, 1, stride)) if stride == 2 else x))
    return cross_entropy(s.dense(jnp.mean(x, (1, 2)), 10), y)


def mobilenet_features(s, x):
    unit = lambda h, *args: relu6(s.batch_norm(s.conv(h, *args)))
    x = unit(x, 32, 3, 2)
    for expand, channels, blocks, stride in MOBILENET:
        for block in range(blocks):
            step = stride if block == 0 else 1
            wide = expand * x.shape[-1]
            h = unit(x, wide, 1) if expand > 1 else x
            h = unit(h, wide, 3, step, wide)
            h = s.batch_norm(s.conv(h, channels, 1))
            x = x + h if step == 1 and h.shape == x.shape else h
    return jnp.mean(unit(x, 1280, 1), (1, 2))


def head(s, x, y):
    return jnp.mean(bce(s.dense(jax.nn.relu(s.dense(x, 1024)), 1), y))


def mobilenet(s, x, y):
    return head(s, mobilenet_features(s, x), y)


def adam(lr):
    def start(p):
        return jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.float32(0)

    def update(p, g, state):
        m, v, t = state
        t = t + 1
        m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
        rate, root = lr / (1 - 0.9 ** t), 1 / jnp.sqrt(1 - 0.999 ** t)
        return jax.tree.map(lambda w, a, b: w - rate * a / (jnp.sqrt(b) * root + 1e-8), p, m, v), (m, v, t)

    return start, update


def sgd(lr, momentum):
    def update(p, g, state):
        state = jax.tree.map(lambda a, b: momentum * a + b, state, g)
        return jax.tree.map(lambda w, a: w - lr * a, p, state), state

    return lambda p: jax.tree.map(jnp.zeros_like, p), update


def coins(n):
    return (jax.random.uniform(jax.random.key(3), (n, 1)) > 0.5).astype(jnp.float32)


def batch(*shape):
    return jax.random.normal(jax.random.key(2), shape)


def labels(n):
    return jax.random.randint(jax.random.key(4), (n,), 0, 10)


def workload_of(name):
    """Loss, input, target, optimizer."""
    if name == "mlp":
        return mlp, batch(32, 20), coins(32), adam(1e-3)
    if name == "cnn":
        return cnn, batch(32, 64, 64, 3), labels(32), adam(1e-3)
    if name == "vae":
        x = jax.random.uniform(jax.random.key(2), (128, 784))
        return vae, x, x, adam(1e-3)
    if name == "resnet18":
        return resnet18, batch(32, 32, 32, 3), labels(32), sgd(0.1, 0.9)
    loss = {"mobilenet": mobilenet, "mobilenet_frozen": head}[name]
    return loss, batch(32, 224, 224, 3), coins(32), adam(1e-4)


def make_step(name, bf16, flat):
    """A function that takes a step and returns its loss. `flat`: all weights in one array, for the optimizer's sake."""
    loss, x, y, (start, update) = workload_of(name)
    dtype = jnp.bfloat16 if bf16 else jnp.float32
    x = x.astype(dtype)
    fixed, prepare = ((), ()), lambda fixed, h: h
    if name == "mobilenet_frozen":
        made = Scope(training=False)
        shape = jax.eval_shape(lambda h: mobilenet_features(made, h), x)
        fixed = jax.device_put((made.weights, made.running))
        prepare = lambda f, h: mobilenet_features(Scope(*f, dtype=dtype, training=False), h)
        first = jnp.zeros(shape.shape, dtype)
    else:
        first = x
    made = Scope(dtype=dtype)
    jax.eval_shape(lambda h: loss(made, h, y), first)
    weights, unravel = ravel_pytree(made.weights) if flat else (jax.device_put(made.weights), lambda w: w)

    def loss_of(w, running, key, h, target):
        scope = Scope(unravel(w), running, key, dtype)
        return loss(scope, h, target), scope.running

    @partial(jax.jit, donate_argnums=0)
    def step(state, constants, h, target):
        w, optimizer, running, key = state
        key, used = jax.random.split(key)
        value_of = jax.value_and_grad(loss_of, has_aux=True)
        (value, running), g = value_of(w, running, used, prepare(constants, h), target)
        w, optimizer = update(w, g, optimizer)
        return (w, optimizer, running, key), value

    state = [(weights, start(weights), jax.device_put(made.running), jax.random.key(5))]

    def run():
        state[0], value = step(state[0], fixed, x, y)
        return value.block_until_ready()

    return run, sum(w.size for w in made.weights)


def setup(peer, workload, threads, bf16):
    steps = {flat: make_step(workload, bf16, flat) for flat in (False, True)}
    return {"facts": {"parameters": steps[False][1]},
            "candidates": {"weights apart": lambda: steps[False][0], "weights in one array": lambda: steps[True][0]}}

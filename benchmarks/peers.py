"""The workloads of train_bench in other libraries. Run by compare.py: peers.py NAME WORKLOAD THREADS.

Prints "ready", then, for each line on standard input, the median time of a step in microseconds.
"""
import os
import statistics
import sys
import time

name, workload, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ[variable] = str(threads)
os.environ["THP_MEM_ALLOC_ENABLE"] = "1"


def torch_step(compiled):
    import torch
    from torch import nn

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    if workload == "mlp":
        model = nn.Sequential(nn.Linear(20, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 1))
        x, y = torch.randn(32, 20), (torch.rand(32, 1) > 0.5).float()
        loss_function = nn.functional.binary_cross_entropy_with_logits
    else:
        model = nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(),
                              nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12544, 64), nn.ReLU(), nn.Linear(64, 10))
        model = model.to(memory_format=torch.channels_last)
        x = torch.randn(32, 3, 64, 64).to(memory_format=torch.channels_last)
        y = torch.randint(0, 10, (32,))
        loss_function = nn.functional.cross_entropy
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return torch.compile(step) if compiled else step


def jax_step():
    import jax
    import jax.numpy as jnp

    key = jax.random.PRNGKey(1)

    def dense(n_in, n_out):
        bound = n_in ** -0.5
        return [jax.random.uniform(key, (n_in, n_out), minval=-bound, maxval=bound), jnp.zeros(n_out)]

    if workload == "mlp":
        parameters = [dense(20, 128), dense(128, 1)]
        x, y = jax.random.normal(key, (32, 20)), (jax.random.uniform(key, (32, 1)) > 0.5).astype(jnp.float32)

        def loss(p, k):
            h = jnp.maximum(x @ p[0][0] + p[0][1], 0)
            h = jnp.where(jax.random.bernoulli(k, 0.5, h.shape), h * 2, 0)
            z = h @ p[1][0] + p[1][1]
            return jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))
    else:
        kernel = lambda shape: [jax.random.normal(key, shape) * 0.05, jnp.zeros(shape[-1])]
        parameters = [kernel((3, 3, 3, 32)), kernel((3, 3, 32, 64)), dense(12544, 64), dense(64, 10)]
        x, y = jax.random.normal(key, (32, 64, 64, 3)), jax.random.randint(key, (32,), 0, 10)

        def block(h, p):
            h = jax.lax.conv_general_dilated(h, p[0], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
            h = jnp.maximum(h + p[1], 0)
            return jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

        def loss(p, k):
            h = block(block(x, p[0]), p[1]).reshape(32, -1)
            h = jnp.maximum(h @ p[2][0] + p[2][1], 0) @ p[3][0] + p[3][1]
            return -jnp.mean(jax.nn.log_softmax(h)[jnp.arange(32), y])

    zeros = jax.tree_util.tree_map(jnp.zeros_like, parameters)

    def update(state, k):
        p, m, v, t = state
        value, g = jax.value_and_grad(loss)(p, k)
        t = t + 1
        m = jax.tree_util.tree_map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
        v = jax.tree_util.tree_map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
        c1, c2 = 1 - 0.9 ** t, 1 - 0.999 ** t
        p = jax.tree_util.tree_map(lambda w, a, b: w - 1e-3 * (a / c1) / (jnp.sqrt(b / c2) + 1e-8), p, m, v)
        return (p, m, v, t), jax.random.split(k)[0], value

    compiled = jax.jit(update, donate_argnums=(0, 1))
    state = [(parameters, zeros, jax.tree_util.tree_map(jnp.zeros_like, parameters), jnp.float32(0)), key]

    def step():
        state[0], state[1], value = compiled(state[0], state[1])
        value.block_until_ready()

    return step


def keras_step():
    import numpy as np
    import tensorflow as tf
    import keras

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    rng, layers = np.random.default_rng(1), keras.layers
    if workload == "mlp":
        model = keras.Sequential([keras.Input((20,)), layers.Dense(128, "relu"), layers.Dropout(0.5), layers.Dense(1)])
        x, y = rng.normal(size=(32, 20)).astype("f4"), (rng.random((32, 1)) > 0.5).astype("f4")
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
    else:
        model = keras.Sequential([
            keras.Input((64, 64, 3)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
            layers.Dense(64, "relu"), layers.Dense(10)])
        x, y = rng.normal(size=(32, 64, 64, 3)).astype("f4"), rng.integers(0, 10, 32)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam(1e-3)
    x, y = tf.constant(x), tf.constant(y)
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=workload == "mlp")
    def step():
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        optimizer.apply_gradients(zip(tape.gradient(value, model.trainable_variables), model.trainable_variables))
        return value

    return step


def main():
    step = {"torch_eager": lambda: torch_step(False), "torch_compile": lambda: torch_step(True), "jax": jax_step,
            "keras": keras_step}[name]()
    for _ in range(20):
        step()
    print("ready", flush=True)
    for _ in sys.stdin:
        times = []
        end = time.perf_counter() + 1.0
        while time.perf_counter() < end or len(times) < 10:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        print(statistics.median(times) * 1e6, flush=True)


main()

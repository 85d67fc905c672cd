"""Keras' steps on TensorFlow: one tf.function, with and without XLA, whichever is faster."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras  # noqa: E402  (after the choice of its backend)
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402


class Training:
    """A workload: the variables that are trained, the loss on a batch, the optimizer; with inputs at hand."""

    def __init__(self, models, loss, optimizer, x, y):
        self.variables = [v for model in models for v in model.trainable_variables]
        self.loss, self.optimizer, self.x, self.y = loss, optimizer, x, y
        self.optimizer.build(self.variables)


def in_f32(x):
    return tf.cast(x, tf.float32)


bce_of = keras.losses.BinaryCrossentropy(from_logits=True)
cross_entropy_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def classifier(model, shape, classes, optimizer):
    """`model` on a random batch; two classes have one logit."""
    x = tf.random.normal(shape)
    if classes:
        y = tf.random.uniform(shape[:1], maxval=classes, dtype=tf.int64)
    else:
        y = tf.cast(tf.random.uniform((shape[0], 1)) > 0.5, tf.float32)
    criterion = cross_entropy_of if classes else bce_of
    return Training([model], lambda x, y: criterion(y, in_f32(model(x, training=True))), optimizer, x, y)


def mlp():
    model = keras.Sequential([keras.Input((20,)), layers.Dense(128, "relu"), layers.Dropout(0.5), layers.Dense(1)])
    return classifier(model, (32, 20), None, keras.optimizers.Adam(1e-3))


def cnn():
    model = keras.Sequential([
        keras.Input((64, 64, 3)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(64, "relu"),
        layers.Dense(10)])
    return classifier(model, (32, 64, 64, 3), 10, keras.optimizers.Adam(1e-3))


def vae():
    x = keras.Input((784,))
    h = layers.Dense(400, "relu")(x)
    encoder = keras.Model(x, [layers.Dense(20)(h), layers.Dense(20)(h)])
    decoder = keras.Sequential([keras.Input((20,)), layers.Dense(400, "relu"), layers.Dense(784)])

    def loss(x, _):
        mean, log_variance = encoder(x, training=True)
        z = mean + tf.random.normal(tf.shape(mean), dtype=mean.dtype) * tf.exp(0.5 * log_variance)
        logits, mean, log_variance = in_f32(decoder(z, training=True)), in_f32(mean), in_f32(log_variance)
        cross_entropy = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits))
        return cross_entropy - 0.5 * tf.reduce_sum(1 + log_variance - mean ** 2 - tf.exp(log_variance))

    x = tf.random.uniform((128, 784))
    return Training([encoder, decoder], loss, keras.optimizers.Adam(1e-3), x, x)


def resnet18():
    def unit(x, channels, kernel, stride=1):
        x = layers.Conv2D(channels, kernel, stride, "same", use_bias=False)(x)
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)

    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(unit(inputs, 64, 3))
    for channels in (64, 128, 256, 512):
        for block in range(2):
            stride = 2 if block == 0 and channels > 64 else 1
            h = unit(layers.ReLU()(unit(x, channels, 3, stride)), channels, 3)
            x = layers.ReLU()(layers.Add()([h, unit(x, channels, 1, stride) if stride == 2 else x]))
    model = keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))
    return classifier(model, (32, 32, 32, 3), 10, keras.optimizers.SGD(0.1, momentum=0.9))


def features_and_head():
    """Keras' own MobileNetV2 has as many parameters as torchvision's."""
    features = keras.applications.MobileNetV2(input_shape=(224, 224, 3), include_top=False, weights=None, pooling="avg")
    return features, keras.Sequential([keras.Input((1280,)), layers.Dense(1024, "relu"), layers.Dense(1)])


def mobilenet():
    features, head = features_and_head()
    model = keras.Sequential([features, head])
    return classifier(model, (32, 224, 224, 3), None, keras.optimizers.Adam(1e-4))


def mobilenet_frozen():
    features, head = features_and_head()
    features.trainable = False
    training = classifier(head, (32, 1280), None, keras.optimizers.Adam(1e-4))
    training.x = tf.random.normal((32, 224, 224, 3))
    training.loss = lambda x, y: bce_of(y, in_f32(head(features(x, training=False), training=True)))
    return training


MAKE = {f.__name__: f for f in (mlp, cnn, vae, resnet18, mobilenet, mobilenet_frozen)}


def step_of(training, xla):
    @tf.function(jit_compile=xla)
    def step(x, y):
        with tf.GradientTape() as tape:
            value = training.loss(x, y)
        gradients = tape.gradient(value, training.variables)
        training.optimizer.apply_gradients(zip(gradients, training.variables))
        return value

    return lambda: step(training.x, training.y).numpy()


def setup(peer, workload, threads, bf16):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    keras.utils.set_random_seed(1)
    if bf16:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    training = MAKE[workload]()
    return {"facts": {"parameters": int(sum(tf.size(v) for v in training.variables))},
            "candidates": {"graph": lambda: step_of(training, False), "XLA": lambda: step_of(training, True)}}

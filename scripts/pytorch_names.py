"""What must be compared with PyTorch: the public functions, methods and layers that the headers declare, and the names
under which tests/golden/layers stores their cases. Used by pytorch_parity.py.
"""
import re
from pathlib import Path

INCLUDE = Path(__file__).resolve().parent.parent / "include" / "lepton"
ENOUGH = 5

# Where the cases of a name have other names; those that differ in capitals and '_' alone (conv2d, Conv2d) need no line.
STORED_AS = {
    "operator+": ["add", "add_number", "number_add"], "operator-": ["sub", "sub_number", "number_sub", "neg"],
    "operator*": ["mul", "mul_number", "number_mul"], "operator/": ["div", "div_number", "number_div"],
    "operator+=": ["add_to"], "operator-=": ["sub_from"], "operator*=": ["mul_by"], "operator/=": ["div_by"],
    "operator==": ["eq", "eq_number"], "operator!=": ["ne", "ne_number"], "operator<": ["lt", "lt_number"],
    "operator<=": ["le", "le_number"], "operator>": ["gt", "gt_number"], "operator>=": ["ge", "ge_number"],
    "pow": ["pow", "pow_number"], "fmod": ["fmod", "fmod_number"], "remainder": ["remainder", "remainder_number"],
    "lerp": ["lerp", "lerp_number"], "scatter": ["scatter", "scatter_number"], "split": ["split", "split_sizes"],
    "pad": ["pad", "reflect", "replicate", "circular"], "topk": ["topk", "smallest"],
    "sort": ["sort", "sort_descending"], "reshape": ["reshape", "reshape_turned"],
    "linear": ["linear", "linear_without_bias"], "median": ["median", "median_half"],
    "batch_norm": ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"],
    "instance_norm": ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"],
    "interpolate": ["Upsample_nearest", "Upsample_linear", "Upsample_bicubic"],
    "BatchNorm": ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"],
    "InstanceNorm": ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"],
    "Upsample": ["Upsample_nearest", "Upsample_linear", "Upsample_bicubic"],
    "EmbeddingBag": ["EmbeddingBag_sum", "EmbeddingBag_mean", "EmbeddingBag_max"],
    "max_pool1d_with_indices": ["max_pool1d_indices_options"], "max_pool2d_with_indices": ["max_pool2d_indices"],
    "max_pool3d_with_indices": ["max_pool3d_indices_options"],
    "AdaptiveLogSoftmaxWithLoss": ["AdaptiveLogSoftmax_output", "AdaptiveLogSoftmax_loss", "AdaptiveLogSoftmax_log_prob"],
    "binary_cross_entropy_with_logits": ["binary_cross_entropy_with_logits", "bce_weight", "bce_pos_weight"],
    "Tensor::to": ["cast"], "quantile": ["quantile", "quantiles"], "nanquantile": ["nanquantile", "nanquantiles"],
    "cummax": ["cummax", "cummax_places"], "cummin": ["cummin", "cummin_places"], "put": ["put_add"],
    "searchsorted": ["searchsorted", "searchsorted_rows"], "bincount": ["bincount", "bincount_weights"],
    "tensordot": ["tensordot", "tensordot_axes"], "einsum": ["einsum", "einsum_ellipsis"],
}

RANDOM = "random: its distribution is tested (tests/ops, `ops/random.hpp`)"
CONTAINER = "holds other layers, which are compared"
SAME = "the same elements; the op table tests it"
NOT_COMPARED = {
    **dict.fromkeys(["rand", "randn", "uniform", "normal", "exponential", "log_normal",
                     "cauchy", "laplace", "geometric", "truncated_normal", "bernoulli", "randint", "randperm",
                     "multinomial", "dropout", "Dropout", "ChannelDropout", "AlphaDropout", "FeatureAlphaDropout"], RANDOM),
    **dict.fromkeys(["ModuleList", "ModuleDict", "Sequential", "Identity"], CONTAINER),
    **dict.fromkeys(["Tensor::clone", "Tensor::contiguous", "Tensor::zero_"], SAME),
    **dict.fromkeys(["hinge_loss", "l1_penalty", "l2_penalty"], "PyTorch has no function of this"),
    "pointwise": "what the functions of one tensor are made of",
}
# Methods of Tensor that compute nothing.
ABOUT_THE_TAPE = {"Tensor::grad", "Tensor::detach", "Tensor::set_requires_grad"}

FUNCTION = re.compile(r"(?:LEPTON_API|inline|template <class Formula>) "
                      r"(?:Tensor&?|bool|Ranked|Unique|std::vector<Tensor>|std::pair<Tensor, Tensor>) (operator[^\w\s(]+|\w+)\(")
METHOD = re.compile(r"\n  (?:const )?Tensor&? (operator\[\]|\w+)\(")
LAYER = re.compile(r"\nclass LEPTON_API (\w+) : public ")


def names_in(folder, pattern, prefix=""):
    text = "".join(re.sub(r"//[^\n]*", "", p.read_text()) for p in sorted(INCLUDE.glob(folder)))
    return {prefix + name for name in pattern.findall(re.sub(r"namespace detail \{[^}]*\}", "", text))}


def public_functions():
    return (names_in("ops/*.hpp", FUNCTION) | names_in("ops/formula/unary.hpp", FUNCTION) |
            names_in("tensor/tensor.hpp", METHOD, "Tensor::") - ABOUT_THE_TAPE)


def public_layers():
    return names_in("nn/*.hpp", LAYER)


def letters(name):
    return name.lower().replace("_", "")


def count_of(name, counts):
    """The least of the counts of the cases that stand for a name."""
    if name in STORED_AS:
        return min(counts.get(n, 0) for n in STORED_AS[name])
    bare = name.removeprefix("Tensor::")
    return counts.get(bare) or next((n for k, n in counts.items() if letters(k) == letters(bare)), 0)


def too_few(counts):
    """Names with neither enough cases nor a reason, and reasons that nothing needs."""
    wanted = public_functions() | public_layers()
    assert len(wanted) > 200, "the headers were not understood"
    for name in sorted(wanted - NOT_COMPARED.keys()):
        if (n := count_of(name, counts)) < ENOUGH:
            yield f"{name} has {n} stored cases of PyTorch, not {ENOUGH}"
    for name in sorted((NOT_COMPARED.keys() | STORED_AS.keys()) - wanted):
        yield f"{name} is in a list of scripts/pytorch_names.py, but in no header"
    for name in sorted(n for n in NOT_COMPARED if count_of(n, counts) >= ENOUGH):
        yield f"{name} is said not to be compared, but has cases"

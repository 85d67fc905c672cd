#!/usr/bin/env python3
"""Writes losses.txt: PyTorch's losses and distances. Usage: losses.py, with torch."""
import torch
import torch.nn.functional as F
from torch_cases import Index, Real, case, layer, write

SHAPES = [(3, 4), (5,), (2, 3, 2), (7, 1), (1, 6)]
REDUCTIONS = ["mean", "sum", "none", "mean", "sum"]


def pairs(name, function, options, low=-2.0, high=2.0, target=(-2.0, 2.0)):
    """Five cases of a loss of two tensors of one shape; `options` are five."""
    for shape, reduction, o in zip(SHAPES, REDUCTIONS, options):
        text = ", ".join([f"{k}={v}" for k, v in o.items()] + [f"reduction={reduction}"])
        case(name, text, lambda x, t: function(x, t, reduction=reduction, **o), Real(*shape, low=low, high=high),
             Real(*shape, low=target[0], high=target[1]))


pairs("mse_loss", F.mse_loss, [{}] * 5)
pairs("l1_loss", F.l1_loss, [{}] * 5)
pairs("huber_loss", F.huber_loss, [{"delta": d} for d in (1.0, 0.5, 2.0, 0.1, 1.5)])
pairs("smooth_l1_loss", F.smooth_l1_loss, [{"beta": b} for b in (1.0, 0.5, 2.0, 0.0, 1.5)])
pairs("poisson_nll_loss", F.poisson_nll_loss,
      [{}, {"full": True}, {"log_input": False}, {"log_input": False, "full": True, "eps": 1e-4}, {"full": True}],
      low=0.2, high=3, target=(0, 5))
pairs("kl_div", F.kl_div, [{}, {}, {"log_target": True}, {"log_target": True}, {}], low=-3, high=0, target=(0, 1))
case("kl_div", "reduction=batchmean", lambda x, t: F.kl_div(x, t, reduction="batchmean"), Real(3, 4, low=-3, high=0),
     Real(3, 4, low=0, high=1))
pairs("binary_cross_entropy", F.binary_cross_entropy, [{}] * 5, low=0.02, high=0.98, target=(0, 1))
pairs("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, [{}] * 5, low=-4, high=4, target=(0, 1))
for shape, weight, positive in (((3, 4), (4,), (4,)), ((5,), (5,), (1,)), ((2, 3, 2), (3, 1), (2,)), ((4, 2), (4, 1), (2,)),
                                ((2, 5), (1, 5), (5,))):
    w, p, t = Real(*weight, low=0, high=2, fixed=True), Real(*positive, low=0.5, high=3, fixed=True), Real(*shape, low=0, high=1)
    case("bce_weight", "weight", lambda x, y, v: F.binary_cross_entropy(x, y, v), Real(*shape, low=0.02, high=0.98), t, w)
    case("bce_pos_weight", "weight, pos_weight",
         lambda x, y, v, q: F.binary_cross_entropy_with_logits(x, y, v, pos_weight=q), Real(*shape), t, w, p)
for shape, classes in (((4, 5), 5), ((6, 3), 3), ((2, 4, 3), 4), ((2, 3, 2, 2), 3), ((5,), 5)):
    target = Index(*([shape[0]] if len(shape) > 1 else []), *shape[2:], n=classes)
    w = Real(classes, low=0.5, high=2, fixed=True)
    p = Real(*shape, low=0, high=1)
    case("cross_entropy", "", lambda x, t: F.cross_entropy(x, t), Real(*shape), target)
    case("cross_entropy_weight", "weight, ignore_index=1", lambda x, t, v: F.cross_entropy(x, t, v, ignore_index=1),
         Real(*shape), target, w)
    case("cross_entropy_smooth", "weight, label_smoothing=0.1, ignore_index=2",
         lambda x, t, v: F.cross_entropy(x, t, v, ignore_index=2, label_smoothing=0.1), Real(*shape), target, w)
    case("cross_entropy_sum", "label_smoothing=0.3, reduction=sum",
         lambda x, t: F.cross_entropy(x, t, label_smoothing=0.3, reduction="sum"), Real(*shape), target)
    case("cross_entropy_none", "weight, reduction=none", lambda x, t, v: F.cross_entropy(x, t, v, reduction="none"),
         Real(*shape), target, w)
    case("cross_entropy_probabilities", "weight, label_smoothing=0.2",
         lambda x, t, v: F.cross_entropy(x, t, v, label_smoothing=0.2), Real(*shape), p, w)
    case("nll_loss", "weight, ignore_index=0", lambda x, t, v: F.nll_loss(x, t, v, ignore_index=0), Real(*shape), target, w)
for (shape, last), full, reduction in zip((((3, 4), 1), ((5,), 5), ((2, 3, 2), 1), ((7, 2), 2), ((1, 6), 6)),
                                          (False, True, True, False, False), REDUCTIONS):
    case("gaussian_nll_loss", f"full={full}, reduction={reduction}",
         lambda x, t, v: F.gaussian_nll_loss(x, t, v, full=full, reduction=reduction), Real(*shape), Real(*shape),
         Real(*shape[:-1], last, low=0, high=2))
for i, (shape, margin, reduction) in enumerate(zip(SHAPES, (0.0, 0.5, -0.3, 1.0, 2.0), REDUCTIONS)):
    text = f"margin={margin}, reduction={reduction}"

    def signs(t):
        return 2.0 * t.double() - 1
    case("hinge_embedding_loss", text, lambda x, t: F.hinge_embedding_loss(x, signs(t), margin=margin, reduction=reduction),
         Real(*shape), Index(*shape, n=2))
    case("margin_ranking_loss", text,
         lambda x, y, t: F.margin_ranking_loss(x, y, signs(t), margin=margin, reduction=reduction), Real(*shape),
         Real(*shape), Index(*shape, n=2))
    row = [(4, 3), (5,), (2, 6), (7, 2), (1, 4)][i]
    if margin <= 1:
        case("cosine_embedding_loss", text,
             lambda x, y, t: F.cosine_embedding_loss(x, y, signs(t), margin=margin, reduction=reduction), Real(*row),
             Real(*row), Index(*row[:-1], n=2))
    case("soft_margin_loss", f"reduction={reduction}",
         lambda x, t: F.soft_margin_loss(x, signs(t), reduction=reduction), Real(*shape), Index(*shape, n=2))
    case("multilabel_margin_loss", f"reduction={reduction}",
         lambda x, t: F.multilabel_margin_loss(x, t - 1, reduction=reduction), Real(*row), Index(*row, n=row[-1] + 1))
    case("multilabel_soft_margin_loss", f"reduction={reduction}{', weight' if i % 2 else ''}",
         lambda x, t, w: F.multilabel_soft_margin_loss(x, t, w if i % 2 else None, reduction=reduction), Real(*row),
         Real(*row, low=0, high=1), Real(row[-1], low=0.5, high=2, fixed=True))
    def distance(a, b):
        return (a - b).abs().amax(-1)
    case("triplet_margin_with_distance_loss", f"margin={margin + 1}, swap={i in (1, 3)}, reduction={reduction}, "
         + ("distance_function" if i % 2 else "euclidean"),
         lambda a, b, c: F.triplet_margin_with_distance_loss(
             a, b, c, distance_function=distance if i % 2 else None, margin=margin + 1, swap=i in (1, 3),
             reduction=reduction), Real(*row), Real(*row), Real(*row))
    p, swap = (2, 1, 3, 2, 1)[i], i in (1, 3)
    case("triplet_margin_loss", f"{text}, p={p}, swap={swap}",
         lambda a, b, c: F.triplet_margin_loss(a, b, c, margin=margin + 1, p=p, swap=swap, reduction=reduction), Real(*row),
         Real(*row), Real(*row))
    classes = (5, 3, 4, 2, 6)[i]
    case("multi_margin_loss", f"margin={margin + 0.7:g}, p={1 + i % 2}, weight",
         lambda x, t, w: F.multi_margin_loss(x, t, p=1 + i % 2, margin=margin + 0.7, weight=w, reduction=reduction),
         Real(4, classes), Index(4, n=classes), Real(classes, low=0.5, high=2, fixed=True))
case("cosine_embedding_loss", "margin=0.2", lambda x, y, t: F.cosine_embedding_loss(x, y, signs(t), margin=0.2), Real(6, 3),
     Real(6, 3), Index(6, n=2))
for a, b, axis in (((3, 4), (3, 4), 1), ((5,), (5,), 0), ((2, 3, 4), (2, 3, 4), 1), ((2, 3), (1, 3), -1), ((4, 2), (4, 2), 0)):
    case("cosine_similarity", f"dim={axis}", lambda x, y: F.cosine_similarity(x, y, dim=axis), Real(*a), Real(*b))
for (a, b), p, keep in zip((((3, 4), (3, 4)), ((5,), (5,)), ((2, 3), (1, 3)), ((4, 2), (4, 2)), ((2, 6), (2, 6))),
                           (2.0, 1.0, 3.0, float("inf"), 0.5), (False, False, True, False, True)):
    case("pairwise_distance", f"p={p}, keepdim={keep}", lambda x, y: F.pairwise_distance(x, y, p=p, keepdim=keep), Real(*a),
         Real(*b))
for t, n, c, s, lengths, o in ((6, 2, 4, 2, (6, 5), {}), (8, 3, 5, 3, (8, 7, 8), {"reduction": "sum"}),
                               (5, 1, 3, 2, (5,), {"blank": 2}), (4, 2, 6, 3, (4, 2), {"zero_infinity": True}),
                               (7, 2, 4, 1, (3, 7), {"reduction": "none"})):
    blank = o.get("blank", 0)

    def ctc(x, y):
        labels = (y + 1 + blank) % c
        return F.ctc_loss(F.log_softmax(x, 2), labels, torch.tensor(lengths), torch.full((n,), s), **o)
    case("ctc_loss", f"input_lengths={lengths}, {o}", ctc, Real(t, n, c), Index(n, s, n=c - 1))
case("ctc_loss_1d", "targets one after the other, lengths 1 and 3", lambda x, y: F.ctc_loss(
    F.log_softmax(x, 2), y + 1, torch.tensor([5, 6]), torch.tensor([1, 3])), Real(6, 2, 5), Index(4, n=4))
for n, features, classes, cutoffs, o in ((5, 8, 12, [4], {}), (3, 6, 10, [2, 5], {"div_value": 2.0}),
                                         (7, 8, 9, [3, 5, 7], {"div_value": 1.5, "head_bias": True}),
                                         (1, 4, 6, [1], {"head_bias": True}), (6, 5, 20, [8, 15], {"div_value": 1.0})):
    module = torch.nn.AdaptiveLogSoftmaxWithLoss(features, classes, cutoffs, **o)
    for part in ("output", "loss"):
        layer(f"AdaptiveLogSoftmax_{part}", f"{features}, {classes}, cutoffs={cutoffs}, {o}", module, Real(n, features),
              Index(n, n=classes), call=lambda x, t: getattr(module(x, t), part))
    layer("AdaptiveLogSoftmax_log_prob", f"{features}, {classes}, cutoffs={cutoffs}, {o}", module, Real(n, features),
          call=module.log_prob)
write("losses")

// Splitting rows.
#include "lepton/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "lepton/core/error.hpp"
#include "lepton/data/random_stream.hpp"

namespace lepton::data {
namespace {

using Rows = std::vector<std::int64_t>;

Rows counted(std::int64_t n) {
  Rows rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

void shuffle(Rows& rows, RandomStream& random) {
  for (std::size_t i = rows.size(); i > 1; --i)
    std::swap(rows[i - 1], rows[std::size_t(random.below(std::int64_t(i)))]);
}

/// Rows by label, labels in the order of their first rows.
std::vector<Rows> by_label(std::span<const std::int64_t> labels) {
  std::map<std::int64_t, std::size_t> place;
  std::vector<Rows> rows;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto [found, is_new] = place.emplace(labels[i], rows.size());
    if (is_new) rows.emplace_back();
    rows[found->second].push_back(std::int64_t(i));
  }
  return rows;
}

/// How many of each class are among `draws` rows: the share of each, rounded down, and one more for the
/// largest fractions, between equal ones by the seed (scikit-learn's _approximate_mode).
Rows shares(const Rows& counts, std::int64_t draws, RandomStream& random) {
  const double all = double(std::accumulate(counts.begin(), counts.end(), std::int64_t(0)));
  Rows taken;
  std::vector<double> fraction;
  for (const std::int64_t count : counts) {
    const double exact = double(count) / all * double(draws);
    taken.push_back(std::int64_t(exact));
    fraction.push_back(exact - std::floor(exact));
  }
  Rows order = counted(std::int64_t(counts.size()));
  shuffle(order, random);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return fraction[std::size_t(a)] > fraction[std::size_t(b)];
  });
  std::int64_t left = draws - std::accumulate(taken.begin(), taken.end(), std::int64_t(0));
  for (std::size_t i = 0; left > 0; ++i, --left) ++taken[std::size_t(order[i % order.size()])];
  return taken;
}

struct Sizes {
  std::int64_t train, validation, test;
};

Sizes sizes_of(std::int64_t n, const SplitOptions& o, const char* what) {
  const auto part = [&](double share, const char* name) {
    if (!(share >= 0 && share < 1))
      throw Error("split_rows",
                  std::string(name) + " is a share from 0 to below 1, not " + std::to_string(share));
    return std::int64_t(std::ceil(share * double(n)));
  };
  const std::int64_t test = part(o.test, "test"), validation = part(o.validation, "validation");
  if (n - test - validation < 1)
    throw Error("split_rows", "nothing is left to train on of " + std::to_string(n) + " " + what + ": " +
                                  std::to_string(test) + " test, " + std::to_string(validation) +
                                  " validate");
  return {n - test - validation, validation, test};
}

/// The parts of classes of rows, each of which is drawn from by itself.
Parts split_classes(std::vector<Rows> classes, const Sizes& sizes, RandomStream& random) {
  Rows counts;
  for (const Rows& rows : classes) counts.push_back(std::int64_t(rows.size()));
  const Rows train = shares(counts, sizes.train, random);
  for (std::size_t c = 0; c < counts.size(); ++c) counts[c] -= train[c];
  const Rows test = sizes.test + sizes.validation > 0 ? shares(counts, sizes.test, random) : counts;
  Parts parts;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    shuffle(classes[c], random);
    for (std::size_t i = 0; i < classes[c].size(); ++i) {
      Rows& part = std::int64_t(i) < train[c]             ? parts.train
                   : std::int64_t(i) < train[c] + test[c] ? parts.test
                                                          : parts.validation;
      part.push_back(classes[c][i]);
    }
  }
  return parts;
}

/// Groups in place of rows become the rows in them.
Parts rows_of(const Parts& parts, const std::vector<Rows>& groups) {
  Parts out;
  for (const auto& [from, to] :
       {std::pair(&parts.train, &out.train), std::pair(&parts.validation, &out.validation),
        std::pair(&parts.test, &out.test)})
    for (const std::int64_t g : *from)
      to->insert(to->end(), groups[std::size_t(g)].begin(), groups[std::size_t(g)].end());
  return out;
}

void check_length(const std::vector<std::int64_t>& given, std::int64_t rows, const char* name) {
  if (!given.empty() && std::int64_t(given.size()) != rows)
    throw Error("split_rows",
                std::to_string(given.size()) + " " + name + " for " + std::to_string(rows) + " rows");
}

}  // namespace

Parts split_rows(std::int64_t rows, const SplitOptions& o) {
  if (rows < 1) throw Error("split_rows", "there are no rows to split");
  check_length(o.labels, rows, "labels");
  check_length(o.groups, rows, "groups");
  if (!o.labels.empty() && !o.groups.empty())
    throw Error("split_rows",
                "takes labels or groups, not both: a group may not be cut, so no share can be kept");
  RandomStream random(o.seed, Purpose::rows, 0);
  Parts parts;
  if (!o.groups.empty()) {
    const std::vector<Rows> groups = by_label(o.groups);
    const std::int64_t n = std::int64_t(groups.size());
    parts = rows_of(split_classes({counted(n)}, sizes_of(n, o, "groups"), random), groups);
  } else {
    std::vector<Rows> classes = o.labels.empty() ? std::vector<Rows>{counted(rows)} : by_label(o.labels);
    parts = split_classes(std::move(classes), sizes_of(rows, o, "rows"), random);
  }
  for (Rows* part : {&parts.train, &parts.validation, &parts.test}) std::sort(part->begin(), part->end());
  return parts;
}

namespace {

void check_folds(std::int64_t folds, std::int64_t most, const char* who, const char* what) {
  if (folds < 2 || folds > most)
    throw Error(who, "cannot cut " + std::to_string(most) + " " + what + " into " + std::to_string(folds) +
                         " folds; there must be at least 2, and no more than " + what);
}

/// From the number of the fold that each row tests in.
std::vector<Fold> folds_from(const Rows& fold_of, std::int64_t folds) {
  std::vector<Fold> out(static_cast<std::size_t>(folds));
  for (std::size_t row = 0; row < fold_of.size(); ++row)
    for (std::size_t f = 0; f < out.size(); ++f)
      (fold_of[row] == std::int64_t(f) ? out[f].test : out[f].train).push_back(std::int64_t(row));
  return out;
}

RandomStream fold_stream(const FoldOptions& o) { return RandomStream(o.seed, Purpose::folds, 0); }

}  // namespace

std::vector<Fold> k_fold(std::int64_t rows, std::int64_t folds, const FoldOptions& options) {
  check_folds(folds, rows, "k_fold", "rows");
  Rows order = counted(rows);
  RandomStream random = fold_stream(options);
  if (options.order == FoldOrder::drawn) shuffle(order, random);
  Rows fold_of(order.size());
  std::size_t at = 0;
  for (std::int64_t f = 0; f < folds; ++f)
    for (std::int64_t left = rows / folds + (f < rows % folds); left > 0; --left)
      fold_of[std::size_t(order[at++])] = f;
  return folds_from(fold_of, folds);
}

std::vector<Fold> stratified_k_fold(std::span<const std::int64_t> labels, std::int64_t folds,
                                    const FoldOptions& options) {
  check_folds(folds, std::int64_t(labels.size()), "stratified_k_fold", "rows");
  const std::vector<Rows> classes = by_label(labels);
  std::size_t most = 0;
  for (const Rows& rows : classes) most = std::max(most, rows.size());
  if (std::int64_t(most) < folds)
    throw Error("stratified_k_fold", "no label has " + std::to_string(folds) +
                                         " rows, one for each fold; at most " + std::to_string(most));

  // Rows sorted by class are dealt out in turn: how many of each class a fold gets.
  std::vector<Rows> count(classes.size(), Rows(static_cast<std::size_t>(folds)));
  std::int64_t dealt = 0;
  for (std::size_t c = 0; c < classes.size(); ++c)
    for (std::size_t i = 0; i < classes[c].size(); ++i) ++count[c][std::size_t(dealt++ % folds)];

  RandomStream random = fold_stream(options);
  Rows fold_of(labels.size());
  for (std::size_t c = 0; c < classes.size(); ++c) {
    Rows numbers;
    for (std::int64_t f = 0; f < folds; ++f)
      numbers.insert(numbers.end(), std::size_t(count[c][std::size_t(f)]), f);
    if (options.order == FoldOrder::drawn) shuffle(numbers, random);
    for (std::size_t i = 0; i < numbers.size(); ++i) fold_of[std::size_t(classes[c][i])] = numbers[i];
  }
  return folds_from(fold_of, folds);
}

std::vector<Fold> group_k_fold(std::span<const std::int64_t> groups, std::int64_t folds,
                               const FoldOptions& options) {
  const std::vector<Rows> members = by_label(groups);
  check_folds(folds, std::int64_t(members.size()), "group_k_fold", "groups");
  Rows order = counted(std::int64_t(members.size()));
  RandomStream random = fold_stream(options);
  if (options.order == FoldOrder::drawn) shuffle(order, random);
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return members[std::size_t(a)].size() > members[std::size_t(b)].size();
  });
  Rows weight(static_cast<std::size_t>(folds)), fold_of(groups.size());
  for (const std::int64_t g : order) {
    const auto lightest = std::min_element(weight.begin(), weight.end());
    for (const std::int64_t row : members[std::size_t(g)])
      fold_of[std::size_t(row)] = lightest - weight.begin();
    *lightest += std::int64_t(members[std::size_t(g)].size());
  }
  return folds_from(fold_of, folds);
}

}  // namespace lepton::data

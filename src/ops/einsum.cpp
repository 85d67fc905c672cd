// einsum: two operands at a time become one batched matrix product.
#include "lepton/ops/einsum.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include "lepton/ops/arrange.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"

namespace lepton {
namespace {

/// A tensor and a letter for each of its axes.
struct Labelled {
  Tensor x;
  std::string letters;

  std::int64_t size(char letter) const { return x.shape()[int(letters.find(letter))]; }
  bool has(char letter) const { return letters.find(letter) != std::string::npos; }
};

bool contains(std::string_view text, char letter) { return text.find(letter) != std::string_view::npos; }

/// Axes of the same letter become their diagonal.
Labelled with_diagonals(Labelled t) {
  for (std::size_t i = 0; i < t.letters.size(); ++i)
    for (std::size_t k = i + 1; k < t.letters.size(); ++k)
      if (t.letters[i] == t.letters[k]) {
        const char letter = t.letters[i];
        const Tensor pair = moveaxis(moveaxis(t.x, std::int64_t(i), -1), std::int64_t(k) - 1, -1);
        if (pair.size(-1) != pair.size(-2))
          throw Error("einsum", std::string(1, letter) + " is both " + std::to_string(pair.size(-2)) +
                                    " and " + std::to_string(pair.size(-1)));
        t.x = diagonal(pair);
        t.letters.erase(k, 1);
        t.letters.erase(i, 1);
        t.letters += letter;
        return with_diagonals(std::move(t));
      }
  return t;
}

/// Summed over the letters that nobody needs any more.
Labelled without(const Labelled& t, std::string_view needed) {
  Dims gone;
  std::string left;
  for (std::size_t i = 0; i < t.letters.size(); ++i)
    if (contains(needed, t.letters[i])) left += t.letters[i];
    else gone.push_back(std::int64_t(i));
  return gone.rank() ? Labelled{sum(t.x, gone), left} : t;
}

/// The axes in the order of `letters`.
Tensor ordered(const Labelled& t, std::string_view letters) {
  Dims order;
  for (const char letter : letters) order.push_back(std::int64_t(t.letters.find(letter)));
  return permute(t.x, order);
}

std::int64_t size_of_all(const Labelled& t, std::string_view letters) {
  std::int64_t n = 1;
  for (const char letter : letters) n *= t.size(letter);
  return n;
}

/// a and b multiplied, and summed over what they share and nobody needs.
Labelled multiply(const Labelled& a, const Labelled& b, std::string_view needed) {
  std::string batch, summed, left, right;
  for (const char letter : a.letters)
    if (!b.has(letter)) left += letter;
    else if (a.size(letter) != b.size(letter))
      throw Error("einsum", std::string(1, letter) + " is both " + std::to_string(a.size(letter)) + " and " +
                                std::to_string(b.size(letter)));
    else (contains(needed, letter) ? batch : summed) += letter;
  for (const char letter : b.letters)
    if (!a.has(letter)) right += letter;
  const std::int64_t n = size_of_all(a, batch), k = size_of_all(a, summed);
  const Tensor p = reshape(ordered(a, batch + left + summed), {n, size_of_all(a, left), k});
  const Tensor q = reshape(ordered(b, batch + summed + right), {n, k, size_of_all(b, right)});
  Shape shape;
  for (const char letter : batch + left) shape.push_back(a.size(letter));
  for (const char letter : right) shape.push_back(b.size(letter));
  return {reshape(matmul(p, q), shape), batch + left + right};
}

/// The letters of an operand or of the result, where "..." stands for digits, the last axis being 0: they line up at
/// the end, as shapes do that broadcast.
std::string spelled(std::string_view part, int ellipsis, std::string_view text) {
  std::string letters;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == ' ') continue;
    if (ellipsis >= 0 && part.substr(i, 3) == "...") {
      for (int k = ellipsis - 1; k >= 0; --k) letters += char('0' + k);
      ellipsis = -1;  // there is one at most
      i += 2;
    } else if (std::isalpha(static_cast<unsigned char>(part[i]))) {
      letters += part[i];
    } else {
      throw Error("einsum",
                  "letters name axes, not '" + std::string(1, part[i]) + "', in " + std::string(text));
    }
  }
  return letters;
}

/// "ij,jk->ik" in parts: letters of each operand, and of the result.
struct Parsed {
  std::vector<std::string> inputs;
  std::string output;
  Shape ellipsis;  ///< what the axes of all "..." broadcast to

  Parsed(std::string_view text, const std::vector<Tensor>& operands) {
    const std::size_t arrow = text.find("->");
    std::vector<std::string_view> parts{text.substr(0, arrow)};
    for (std::size_t comma; (comma = parts.back().find(',')) != std::string_view::npos;) {
      const std::string_view rest = parts.back();
      parts.back() = rest.substr(0, comma);
      parts.push_back(rest.substr(comma + 1));
    }
    if (parts.size() != operands.size())
      throw Error("einsum", std::string(text) + " names " + std::to_string(parts.size()) +
                                " operands, given " + std::to_string(operands.size()));
    for (std::size_t i = 0; i < parts.size(); ++i) read(parts[i], operands[i], text);
    if (arrow != std::string_view::npos)
      set_output(spelled(text.substr(arrow + 2), ellipsis.rank(), text), text);
    else output = implied();
  }

 private:
  void read(std::string_view part, const Tensor& x, std::string_view text) {
    const int named = int(spelled(part, 0, text).size());
    const bool open = part.find("...") != std::string_view::npos;
    if (open ? x.rank() < named : x.rank() != named)
      throw Error("einsum", std::string(part) + " does not name the axes of " + to_string(x.shape()));
    const int left = x.rank() - named, at = int(spelled(part.substr(0, part.find("...")), -1, text).size());
    Shape own;
    for (int i = 0; open && i < left; ++i) own.push_back(x.size(at + i));
    ellipsis = broadcast(ellipsis, own, "einsum");
    inputs.push_back(spelled(part, left, text));
  }
  void set_output(const std::string& letters, std::string_view text) {
    output = letters;
    std::string all;
    for (const std::string& input : inputs) all += input;
    for (const char c : output)
      if (!contains(all, c) || std::count(output.begin(), output.end(), c) > 1)
        throw Error("einsum", std::string(1, c) + " behind the arrow must stand once before it, in " +
                                  std::string(text));
  }
  /// The axes of "...", and then, in alphabetical order, the letters that occur once.
  std::string implied() const {
    std::string all, once;
    for (const std::string& input : inputs) all += input;
    std::sort(all.begin(), all.end());
    for (int k = ellipsis.rank() - 1; k >= 0; --k) once += char('0' + k);
    for (const char c : all)
      if (std::isalpha(static_cast<unsigned char>(c)) && std::count(all.begin(), all.end(), c) == 1)
        once += c;
    return once;
  }
};

/// x with its axes of "..." stretched to what they broadcast to.
Tensor stretched(const Tensor& x, std::string_view letters, const Shape& ellipsis) {
  Shape shape = x.shape();
  for (int i = 0; i < x.rank(); ++i)
    if (const char c = letters[std::size_t(i)]; c <= '9')
      shape[i] = ellipsis[ellipsis.rank() - 1 - (c - '0')];
  return shape == x.shape() ? x : expand(x, shape);
}

}  // namespace

Tensor einsum(std::string_view letters, const std::vector<Tensor>& operands) {
  const Parsed parsed(letters, operands);
  Labelled result;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const std::string& own = parsed.inputs[i];
    std::string later = parsed.output;
    for (std::size_t k = i + 1; k < operands.size(); ++k) later += parsed.inputs[k];
    Labelled next = with_diagonals({stretched(operands[i], own, parsed.ellipsis), own});
    next = without(next, later + (i ? result.letters : ""));
    result = i == 0 ? next : multiply(result, next, later);
    result = without(result, later);
  }
  return ordered(result, parsed.output);
}

Tensor outer(const Tensor& a, const Tensor& b) {
  if (a.rank() != 1 || b.rank() != 1)
    throw Error("outer", "takes two vectors, not " + to_string(a.shape()) + " and " + to_string(b.shape()));
  return a.unsqueeze(1) * b.unsqueeze(0);
}

Tensor dot(const Tensor& a, const Tensor& b) {
  if (a.rank() != 1 || a.shape() != b.shape())
    throw Error(
        "dot", "takes two vectors of one size, not " + to_string(a.shape()) + " and " + to_string(b.shape()));
  return sum(a * b);
}

}  // namespace lepton

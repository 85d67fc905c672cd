// The header of an npy file, a Python literal.
#include <algorithm>
#include <charconv>
#include <utility>

#include "lepton/core/error.hpp"
#include "src/io/npy/npy.hpp"

namespace lepton::io::npy {
namespace {

/// Reads the literals that NumPy writes, from left to right.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Header header() {
    Header out;
    bool seen[3] = {};
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") seen[0] = true, type(out);
      else if (key == "fortran_order") seen[1] = true, out.columns_first = boolean();
      else if (key == "shape") seen[2] = true, out.shape = shape();
      else fail("has the unknown key '" + key + "'");
      if (!take(',') && !at('}')) fail("misses a comma or a closing brace");
    }
    skip();
    if (at_ != text_.size()) fail("goes on after its closing brace");
    if (!seen[0] || !seen[1] || !seen[2]) fail("lacks one of descr, fortran_order and shape");
    return out;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(file_, "is no sound npy file: its header " + what);
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool at(char c) {
    skip();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool take(char c) {
    if (!at(c)) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail(std::string("misses a '") + c + "' at its character " + std::to_string(at_ + 1));
  }

  std::string quoted() {
    skip();
    const char quote = at('"') ? '"' : '\'';
    expect(quote);
    const std::size_t end = text_.find(quote, at_);
    if (end == text_.npos) fail("has a text without an end");
    const std::string out(text_.substr(at_, end - at_));
    at_ = end + 1;
    return out;
  }

  bool boolean() {
    skip();
    for (const auto& [word, value] : {std::pair("True", true), std::pair("False", false)})
      if (text_.substr(at_).starts_with(word)) return at_ += std::string_view(word).size(), value;
    fail("says neither True nor False for fortran_order");
  }

  /// "<f4": byte order, kind, bytes.
  void type(Header& out) {
    if (at('['))
      throw Error(file_,
                  "holds records with fields, which are no tensor; save each field by itself: "
                  "numpy.savez(file, a=x['a'], b=x['b'])");
    const std::string text = quoted();
    int bytes = 0;
    const bool ordered = text.size() >= 3 && std::string_view("<>|=").find(text[0]) != std::string_view::npos;
    const char* const end = text.data() + text.size();
    const bool sized = ordered && std::from_chars(text.data() + 2, end, bytes).ptr == end;
    if (!sized || !is_known(text[1], bytes))
      throw Error(file_, "holds NumPy's type '" + text + "', " + (ordered ? advice(text[1]) : advice(0)));
    out.kind = text[1];
    out.bytes = bytes;
    out.swapped = text[0] == '>' && bytes > 1;
  }

  static bool is_known(char kind, int bytes) {
    switch (kind) {
      case 'f': return bytes == 2 || bytes == 4 || bytes == 8;
      case 'i': return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
      case 'u': return bytes == 1 || bytes == 2 || bytes == 4;
      case 'b': return bytes == 1;
      default: return false;
    }
  }

  static const char* advice(char kind) {
    switch (kind) {
      case 'f': return "which lepton has not; save x.astype('float64')";
      case 'u': return "which lepton has not; save x.astype('int64')";
      case 'c': return "complex numbers, which lepton has not; save x.real and x.imag";
      case 'O':
        return "Python objects, which are not read, since they may run code; save x.astype('float64')";
      case 'U':
      case 'S': return "text, which is no tensor";
      default: return "which lepton does not know";
    }
  }

  /// (3, 4), (3,) or ().
  Shape shape() {
    Shape out;
    expect('(');
    double product = 1;
    while (!take(')')) {
      skip();
      std::int64_t size = -1;
      const auto [stop, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      if (error != std::errc() || size < 0) fail("has a size that is no whole number of at least 0");
      at_ = std::size_t(stop - text_.data());
      take('L');  // of Python 2
      if (out.rank() == kMaxRank)
        throw Error(
            file_, "has more than " + std::to_string(kMaxRank) + " axes; reshape the array before saving it");
      out.push_back(size);
      product *= double(std::max<std::int64_t>(size, 1));  // as if none were empty, for products of a part
      if (product > 0x1p60) fail("has sizes beyond any memory");
      if (!take(',') && !at(')')) fail("misses a comma between sizes");
    }
    return out;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
};

}  // namespace

Header parse_header(std::string_view text, const std::string& file) { return Reader(text, file).header(); }

}  // namespace lepton::io::npy

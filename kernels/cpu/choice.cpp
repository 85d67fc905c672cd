// Lookup of the way that a product or a convolution is computed.
#include "kernels/cpu/choice.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/cpu/choice_table.hpp"
#include "kernels/cpu/tuning.hpp"

namespace lepton::kernels::cpu {
namespace {

thread_local constinit QueryLog* current_log = nullptr;

constexpr const char* kOpNames[] = {"matmul", "conv2d", "conv2d_input_grad", "conv2d_weight_grad"};
constexpr std::array<const char*, kSizes> kSizeNames{
    "batch",    "m",        "n",     "k",     "trans_a",    "trans_b",    "in",     "height", "width", "out", "kernel_h",
    "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w", "dilation_h", "dilation_w", "groups", "work"};

}  // namespace

const char* name_of(ChoiceOp op) { return kOpNames[int(op)]; }
const char* name_of(Size size) { return kSizeNames[std::size_t(size)]; }
bool has_size(ChoiceOp op, Size size) {
  return size == Size::work || (size < Size::in) == (op == ChoiceOp::matmul);
}

Query query(const MatmulArgs& a, DType allowed) {
  Query q{.op = ChoiceOp::matmul, .allowed = allowed};
  q.sizes = {a.batch, a.m, a.n, a.k, a.trans_a, a.trans_b};
  q.sizes[std::size_t(Size::work)] = a.m * a.n * a.k;
  return q;
}

Query query(const ConvShape& s, ConvPass pass) {
  Query q{.op = ChoiceOp(int(ChoiceOp::conv2d) + int(pass)), .allowed = s.compute, .images = s.n};
  const std::int64_t sizes[] = {s.ic,    s.ih,    s.iw,         s.oc,         s.kh,    s.kw, s.stride_h, s.stride_w,
                                s.pad_h, s.pad_w, s.dilation_h, s.dilation_w, s.groups};
  std::copy(std::begin(sizes), std::end(sizes), q.sizes.begin() + int(Size::in));
  q.sizes[std::size_t(Size::work)] = s.oh * s.ow * s.oc * (s.ic / s.groups) * s.kh * s.kw;
  return q;
}

ConvPass conv_pass(ChoiceOp op) { return ConvPass(int(op) - int(ChoiceOp::conv2d)); }

ConvShape conv_shape(const Query& q) {
  using enum Size;
  ConvShape s{};
  s.n = q.images, s.ic = q[in], s.ih = q[height], s.iw = q[width], s.oc = q[out], s.kh = q[kernel_h], s.kw = q[kernel_w];
  s.stride_h = q[stride_h], s.stride_w = q[stride_w], s.pad_h = q[pad_h], s.pad_w = q[pad_w];
  s.dilation_h = q[dilation_h], s.dilation_w = q[dilation_w], s.groups = q[groups];
  s.oh = (s.ih + 2 * s.pad_h - s.dilation_h * (s.kh - 1) - 1) / s.stride_h + 1;
  s.ow = (s.iw + 2 * s.pad_w - s.dilation_w * (s.kw - 1) - 1) / s.stride_w + 1;
  s.dtype = f32;
  s.compute = q.allowed;
  return s;
}

ChoiceRow row_for(const Query& q, const Choice& then) {
  ChoiceRow row{q.op, q.allowed, {}, then};
  std::size_t used = 0;
  for (int i = 0; i < int(Size::work); ++i)  // work follows from the others
    if (has_size(q.op, Size(i))) row.where[used++] = {Size(i), q[Size(i)], q[Size(i)]};
  return row;
}

bool holds(const ChoiceRow& row, const Query& q) {
  if (row.op != q.op || row.allowed != q.allowed) return false;
  for (const Condition& c : row.where) {
    if (c.size == Size::none) break;
    if (q[c.size] < c.from || q[c.size] > c.to) return false;
  }
  return true;
}

Choice choose(const Query& q, std::span<const ChoiceRow> rows) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const ChoiceRow& r) { return holds(r, q); });
  return row == rows.end() ? Choice{} : row->then;
}

Choice choose(const Query& q) {
  static const std::span<const ChoiceRow> table = table_for(this_cpu());
  if (current_log) current_log->note(q);
  if (const Tuning* tuning = current_tuning())
    for (const ChoiceRow& row : tuning->rows)
      if (holds(row, q)) return row.then;
  return choose(q, table);
}

const ConvPlan* prepare_chosen_conv(const ConvShape& allowed, ConvPass pass) {
  ConvShape shape = allowed;
  if (shape.dtype != f32) return prepare_conv(shape, pass);
  const Choice way = choose(query(allowed, pass));
  shape.compute = way.compute;
  const ConvAlgorithmNames names = conv_algorithms(shape, pass);
  const auto known = [&](const char* name) { return !way.algorithm || std::strcmp(name, way.algorithm) == 0; };
  if (std::any_of(names.name, names.name + names.count, known)) return prepare_conv(shape, pass, way.algorithm);
  shape.compute = f32;
  return prepare_conv(shape, pass);
}

QueryLog::QueryLog() : outer_(current_log) { current_log = this; }
QueryLog::~QueryLog() { current_log = outer_; }

void QueryLog::note(const Query& q) {
  for (Query& known : queries_)
    if (known.op == q.op && known.allowed == q.allowed && known.sizes == q.sizes) {
      known.images = std::max(known.images, q.images);
      return;
    }
  queries_.push_back(q);
}

std::uint64_t choice_state() { return tuning_version() << 1 | std::uint64_t(current_log != nullptr); }

}  // namespace lepton::kernels::cpu

// Wrong input of every kind, as a user might give it: each error says where (file, row, shapes) and what to do.
#include <functional>

#include "lepton/lepton.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Texts = std::vector<std::string>;

/// A folder to put files into, and one line each for doing so.
struct Place : TempFolder {
  std::string file(const std::string& name, const std::string& text) const {
    return write(name, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  Table csv(const std::string& text, const CsvOptions& options = {}) const {
    return read_csv(file("rows.csv", text), options);
  }
};

struct Case {
  const char* name;
  std::function<void(const Place&)> run;
  Texts where;  // each of these is in the message,
  Texts what;   // and each of these
};

const std::string kGood = "age,town,class\n1,Ulm,a\n2,Bonn,b\n3,Ulm,a\n4,Bonn,b\n";

TabularPipeline pipeline(const Place& p, const TabularOptions& options = {}) {
  return TabularPipeline(p.csv(kGood), options);
}

/// Bytes that PNG, JPEG, IDX and gzip readers take for theirs.
const std::string kPng("\x89PNG\r\n\x1a\n", 8), kJpeg("\xff\xd8\xff\xe0", 4), kGzip("\x1f\x8b\x08", 3);
std::string idx(const std::string& sizes, const std::string& elements) {
  return std::string("\0\0\x08", 3) + char(sizes.size() / 4) + sizes + elements;
}
std::string be(int n) { return {0, 0, char(n >> 8), char(n)}; }
std::string npy(const std::string& header, const std::string& elements) {
  return "\x93NUMPY" + std::string{1, 0, char(header.size()), 0} + header + elements;
}

Report train(const Dataset& data, std::int64_t features, std::int64_t classes) {
  nn::Linear model(features, classes);
  optim::Adam adam(model.parameters(), {});
  return fit(model, adam, cross_entropy, data, {});
}
Dataset samples(const Shape& x, const Tensor& y) { return TensorDataset(zeros(x), y); }
Tensor labels(std::vector<std::int64_t> values) {
  const std::int64_t n = std::int64_t(values.size());
  return tensor(values, {n});
}

const Case kTables[] = {
    {"no such file", [](const Place& p) { read_csv(p / "none.csv"); }, {"none.csv"}, {"No such file"}},
    {"a folder", [](const Place& p) { read_csv(p.path()); }, {"lepton-test"}, {"folder"}},
    {"an empty file", [](const Place& p) { p.csv(""); }, {"rows.csv"}, {"empty", "no rows"}},
    {"a header alone", [](const Place& p) { p.csv("a,b\n"); }, {"rows.csv"}, {"no rows"}},
    {"a short row",
     [](const Place& p) { p.csv("a,b\n1,2\n3\n"); },
     {"rows.csv", "row 2", "line 3"},
     {"1", "2"}},
    {"a long row",
     [](const Place& p) { p.csv("a,b\n1,2\n3,4,5\n"); },
     {"rows.csv", "row 2", "line 3"},
     {"3", "2"}},
    {"an open quote", [](const Place& p) { p.csv("a,b\n1,\"x\n"); }, {"rows.csv", "line 2"}, {"quote"}},
    {"Latin-1", [](const Place& p) { p.csv("a,b\n1,J\xf6rg\n"); }, {"rows.csv", "row 1", "'b'"}, {"iconv"}},
    {"UTF-16",
     [](const Place& p) {
       p.csv(
           std::string("\xff\xfe"
                       "a\0,\0b\0\n\0",
                       10));
     },
     {"rows.csv"},
     {"UTF-8"}},
    {"broken gzip",
     [](const Place& p) { read_csv(p.file("a.csv.gz", kGzip + "xxxxxxxxxxxxxxx")); },
     {"a.csv.gz"},
     {"gzip"}},
    {"another type than told",
     [](const Place& p) {
       p.csv(kGood, {.types = {{"town", ColumnType::number}}});
     },
     {"rows.csv", "row 1", "'town'"},
     {"Ulm", "number", "missing values"}},
    {"a type for no column",
     [](const Place& p) {
       p.csv(kGood, {.types = {{"city", ColumnType::text}}});
     },
     {"rows.csv", "'city'"},
     {"age, town, class"}},
    {"a target that is not there",
     [](const Place& p) { pipeline(p, {.target = "klass"}); },
     {"rows.csv", "'klass'"},
     {"age, town, class"}},
    {"a target beyond the last column",
     [](const Place& p) { pipeline(p, {.target = "9"}); },
     {"rows.csv", "9"},
     {"3 columns", "counted from 1"}},
    {"regression on text",
     [](const Place& p) { pipeline(p, {.task = TabularTask::regression}); },
     {"rows.csv", "'class'"},
     {"text", "--target"}},
    {"one class",
     [](const Place& p) { TabularPipeline(p.csv("a,b\n1,x\n2,x\n")); },
     {"rows.csv", "'b'"},
     {"one class", "--target"}},
    {"a missing target",
     [](const Place& p) { TabularPipeline(p.csv("a,b\n1,x\n2,y\n3,\n")); },
     {"rows.csv", "row 3", "'b'"},
     {"complete_rows"}},
    {"an infinite number",
     [](const Place& p) { TabularPipeline(p.csv("a,b\n1,x\ninf,y\n")); },
     {"rows.csv", "row 2", "'a'"},
     {"inf"}},
    {"no features",
     [](const Place& p) { TabularPipeline(p.csv("b\nx\ny\nx\ny\n")); },
     {"rows.csv", "'b'"},
     {"features"}},
    {"a column that is gone",
     [](const Place& p) { pipeline(p).features(p.csv("age,class\n1,a\n2,b\n")); },
     {"rows.csv", "'town'"},
     {"age, class", "trained with"}},
    {"a column of another type",
     [](const Place& p) { pipeline(p).features(p.csv("age,town\nold,Ulm\nnew,Bonn\n")); },
     {"rows.csv", "'age'"},
     {"text", "number"}},
    {"an unknown class",
     [](const Place& p) { pipeline(p).targets(p.csv(kGood + "5,Ulm,c\n")); },
     {"rows.csv", "row 5", "'c'"},
     {"a, b"}},
    {"an unknown category",
     [](const Place& p) {
       pipeline(p, {.texts = {.unknown = Unknown::error}}).features(p.csv("age,town\n1,Rom\n2,Ulm\n"));
     },
     {"rows.csv", "row 1", "'Rom'"},
     {"Bonn"}},
    {"preparation that is none",
     [](const Place&) { TabularPipeline::from_json("{}", "m.safetensors"); },
     {"m.safetensors"},
     {"preparation"}},
    {"a database that is not there",
     [](const Place& p) { read_sql("sqlite:" + (p / "none.db"), "SELECT 1"); },
     {"none.db"},
     {"unable to open"}},
    {"another kind of database",
     [](const Place&) { read_sql("mysql://host/db", "SELECT 1"); },
     {"read_sql"},
     {"sqlite:", "postgresql://"}},
};

const Case kFiles[] = {
    {"no picture",
     [](const Place& p) { decode_image(p.file("a.jpg", "hello, hello")); },
     {"a.jpg"},
     {"JPEG", "PNG", "convert"}},
    {"an empty picture",
     [](const Place& p) { decode_image(p.file("a.png", "")); },
     {"a.png"},
     {"empty", "anew"}},
    {"half a JPEG",
     [](const Place& p) { decode_image(p.file("a.jpg", kJpeg + std::string(40, '\0'))); },
     {"a.jpg"},
     {"broken", "anew"}},
    {"half a PNG",
     [](const Place& p) { decode_image(p.file("a.png", kPng + std::string(3, '\0'))); },
     {"a.png"},
     {"truncated", "anew"}},
    {"a folder without classes",
     [](const Place& p) { load_images(p.path()); },
     {"lepton-test"},
     {"looked for", "train/"}},
    {"pictures without classes",
     [](const Place& p) { p.file("a.png", kPng), load_images(p.path()); },
     {"lepton-test"},
     {"not in a folder a class"}},
    {"a file for a folder",
     [](const Place& p) { load_images(p.file("a.png", kPng)); },
     {"a.png"},
     {"folder of pictures"}},
    {"one class of pictures",
     [](const Place& p) { p.file("cats/a.png", kPng), load_images(p.path()); },
     {"\"cats\""},
     {"two or more"}},
    {"a class without pictures",
     [](const Place& p) {
       p.file("cats/a.png", kPng), p.file("dogs/readme.txt", "none yet"), load_images(p.path());
     },
     {"dogs"},
     {".jpg, .jpeg or .png"}},
    {"no IDX file",
     [](const Place& p) { read_idx(p.file("train-images-idx3-ubyte", "hello, hello")); },
     {"train-images-idx3-ubyte"},
     {"IDX"}},
    {"half an IDX file",
     [](const Place& p) { read_idx(p.file("x-idx1-ubyte", idx(be(5), "abc"))); },
     {"x-idx1-ubyte"},
     {"3 of the 5 bytes"}},
    {"a long IDX file",
     [](const Place& p) { read_idx(p.file("x-idx1-ubyte", idx(be(2), "abc"))); },
     {"x-idx1-ubyte"},
     {"goes on", "another kind of file"}},
    {"MNIST in part",
     [](const Place& p) { p.file("train-images-idx3-ubyte", "x"), read_mnist(p.path()); },
     {"lepton-test"},
     {"train-labels-idx1-ubyte"}},
    {"CIFAR in part",
     [](const Place& p) { p.file("data_batch_1.bin", std::string(3073, '\1')), read_cifar10(p.path()); },
     {"data_batch_2.bin"},
     {"not there", "data_batch_5.bin and test_batch.bin"}},
    {"no npy file", [](const Place& p) { io::load_npy(p.file("x.npy", "PK\3\4")); }, {"x.npy"}, {"NUMPY"}},
    {"half an npy file",
     [](const Place& p) {
       io::load_npy(
           p.file("x.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", "abcd")));
     },
     {"x.npy", "[2, 3]"},
     {"truncated", "24 bytes"}},
    {"Python objects in npy",
     [](const Place& p) {
       io::load_npy(
           p.file("x.npy", npy("{'descr': '|O8', 'fortran_order': False, 'shape': (1,)}", "abcdefgh")));
     },
     {"x.npy"},
     {"Python objects", "astype"}},
    {"no npz file", [](const Place& p) { io::load_npz(p.file("x.npz", "hello")); }, {"x.npz"}, {"zip"}},
    {"no safetensors file",
     [](const Place& p) { io::load_safetensors(p.file("m.safetensors", "hello, hello")); },
     {"m.safetensors"},
     {"safetensors"}},
    {"weights of another model",
     [](const Place& p) {
       nn::Linear small(3, 2), large(4, 2);
       io::save_model(p / "m.safetensors", small);
       io::load_model(p / "m.safetensors", large);
     },
     {"m.safetensors", "[2, 3]", "[2, 4]"},
     {"weight"}},
};

const Case kSamples[] = {
    {"x and y of different lengths",
     [](const Place&) {
       TensorDataset(zeros({4, 2}), labels({0, 1}));
     },
     {"[4, 2] and [2]"},
     {"first sizes differ", "counts samples"}},
    {"a scalar as samples", [](const Place&) { TensorDataset{zeros({})}; }, {"scalar"}, {"axis"}},
    {"a span that does not fit",
     [](const Place&) {
       const std::vector<float> x(7), y(2);
       from_spans<float, float>(x, {3}, y);
     },
     {"7 numbers", "[3]"},
     {"whole number"}},
    {"a sample that is not there",
     [](const Place&) {
       subset(samples({2, 3}, labels({0, 1})), {2});
     },
     {"no sample 2 among 2"},
     {}},
    {"no samples to load",
     [](const Place&) {
       Loader(samples({0, 3}, labels({})));
     },
     {"Loader"},
     {"empty"}},
    {"a batch larger than all",
     [](const Place&) {
       Loader(samples({2, 3}, labels({0, 1})), {.batch_size = 8, .last = LastBatch::drop});
     },
     {"2 samples", "batch of 8"},
     {"LastBatch::drop"}},
    {"weights for other samples",
     [](const Place&) {
       Loader(samples({2, 3}, labels({0, 1})), {.weights = {1}});
     },
     {"1 weights for 2 samples"},
     {"sample_weights"}},
    {"a class that weighs nothing",
     [](const Place&) {
       balanced_weights(std::vector<std::int64_t>{0, 2});
     },
     {"class 1"},
     {"no samples"}},
    {"a split that leaves nothing",
     [](const Place&) { split_rows(3, {.test = 0.9}); },
     {"3 rows"},
     {"nothing is left"}},
    {"more folds than rows", [](const Place&) { k_fold(3, 5); }, {"3 rows", "5 folds"}, {"at least 2"}},
    {"numbers scaled in another width",
     [](const Place&) {
       StandardScaler().fit(zeros({4, 3})).transform(zeros({4, 2}));
     },
     {"[rows, 3]", "[4, 2]"},
     {"columns of its training"}},
    {"a crop larger than the picture",
     [](const Place&) {
       transformed(samples({1, 3, 8, 8}, labels({0})), {CentreCrop{9, 9}})
           .batch(std::vector<std::int64_t>{0});
     },
     {"9 x 9 out of 8 x 8"},
     {"resize"}},
    {"rows where pictures belong",
     [](const Place&) {
       transformed(samples({1, 8}, labels({0})), {Flip{}}).batch(std::vector<std::int64_t>{0});
     },
     {"[1, 8]"},
     {"[N, C, H, W]"}},
    {"features that the model does not take",
     [](const Place&) {
       train(samples({4, 5}, labels({0, 1, 0, 1})), 3, 2);
     },
     {"samples", "[4, 5]", "[2, 3]"},
     {"[linear]", "[out, in]"}},
    {"a label that is no class",
     [](const Place&) {
       train(samples({4, 3}, labels({0, 1, 2, 7})), 3, 2);
     },
     {"2"},
     {"target 7", "[0, 2)"}},
    {"a label below 0",
     [](const Place&) {
       train(samples({2, 3}, labels({0, -1})), 3, 2);
     },
     {"-1"},
     {"[0, 2)"}},
    {"numbers where classes belong",
     [](const Place&) {
       train(samples({2, 3}, zeros({2})), 3, 2);
     },
     {"i64"},
     {"class indices", "i64"}},
    {"NaN in the features",
     [](const Place&) {
       train(TensorDataset(full({4, 3}, Column::kMissing), labels({0, 1, 0, 1})), 3, 2);
     },
     {"epoch 1"},
     {"learning rate"}},
};

void expect_all(std::span<const Case> cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const Place place;
    try {
      c.run(place);
      ADD_FAILURE() << "no error was thrown";
    } catch (const Error& error) {
      const std::string text = error.what();
      EXPECT_TRUE(text.starts_with("[")) << text;
      for (const Texts* parts : {&c.where, &c.what})
        for (const std::string& part : *parts)
          EXPECT_NE(text.find(part), text.npos) << "\"" << part << "\" is not in: " << text;
    }
  }
}

TEST(WrongInput, Tables) { expect_all(kTables); }
TEST(WrongInput, Files) { expect_all(kFiles); }
TEST(WrongInput, Samples) { expect_all(kSamples); }

}  // namespace
}  // namespace lepton::data

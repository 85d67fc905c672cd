// Wrong files of pictures, arrays and weights: each error says where and what to do.
#include "tests/data/wrong_input.hpp"

namespace lepton::data {
namespace {

/// Bytes that PNG, JPEG and IDX readers take for theirs.
const std::string kPng("\x89PNG\r\n\x1a\n", 8), kJpeg("\xff\xd8\xff\xe0", 4);
std::string idx(const std::string& sizes, const std::string& elements) {
  return std::string("\0\0\x08", 3) + char(sizes.size() / 4) + sizes + elements;
}
std::string be(int n) { return {0, 0, char(n >> 8), char(n)}; }
std::string npy(const std::string& header, const std::string& elements) {
  return "\x93NUMPY" + std::string{1, 0, char(header.size()), 0} + header + elements;
}

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
    {"pictures still packed",
     [](const Place& p) { p.file("photos.tar.gz", "x"), load_images(p.path()); },
     {"lepton-test", "photos.tar.gz"},
     {"unpack it"}},
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

TEST(WrongInput, Files) { expect_all(kFiles); }

}  // namespace
}  // namespace lepton::data

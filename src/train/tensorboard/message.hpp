// Message: protocol buffers as bytes, as far as event files need them.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace lepton::detail {

/// A message under construction: fields by number, in any order.
/// https://protobuf.dev/programming-guides/encoding
class Message {
 public:
  Message& integer(int field, std::int64_t value) {
    key(field, 0);
    varint(std::uint64_t(value));
    return *this;
  }
  Message& number(int field, double value) {
    key(field, 1);
    append(&value, sizeof value);
    return *this;
  }
  Message& number(int field, float value) {
    key(field, 5);
    append(&value, sizeof value);
    return *this;
  }
  Message& bytes(int field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& message(int field, const Message& value) { return bytes(field, value.bytes_); }
  /// A repeated field in its packed form.
  Message& numbers(int field, std::span<const double> values) {
    return bytes(field, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }

  const std::string& text() const { return bytes_; }

 private:
  void key(int field, unsigned wire_type) { varint(unsigned(field) << 3 | wire_type); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += char(value | 0x80);
    bytes_ += char(value);
  }
  void append(const void* from, std::size_t count) { bytes_.append(static_cast<const char*>(from), count); }

  std::string bytes_;
};

}  // namespace lepton::detail

// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <bit>
#include <cmath>
#include <limits>

namespace mlp {
namespace {

template <typename Number>
void append(std::string& out, Number value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xff);
  }
}

template <typename Number>
Number parse(std::string_view bytes) {
  Number value = 0;
  for (const char c : bytes) value = static_cast<Number>(value << 8 | static_cast<unsigned char>(c));
  return value;
}

}  // namespace

ByteWriter& ByteWriter::u8(std::uint8_t value) {
  bytes_ += static_cast<char>(value);
  return *this;
}

ByteWriter& ByteWriter::u32(std::uint32_t value) {
  append(bytes_, value);
  return *this;
}

ByteWriter& ByteWriter::u64(std::uint64_t value) {
  append(bytes_, value);
  return *this;
}

ByteWriter& ByteWriter::f64(double value) {
  if (value == 0) value = 0;
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  return u64(std::bit_cast<std::uint64_t>(value));
}

ByteWriter& ByteWriter::text(std::string_view value) {
  MLP_CHECK(value.size() <= std::numeric_limits<std::uint32_t>::max());
  u32(static_cast<std::uint32_t>(value.size()));
  bytes_ += value;
  return *this;
}

ByteWriter& ByteWriter::digest(const Digest& value) {
  bytes_ += value.view();
  return *this;
}

std::string_view ByteReader::take(std::size_t count) {
  if (rest_.size() < count) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint8_t ByteReader::u8() { return parse<std::uint8_t>(take(1)); }
std::uint32_t ByteReader::u32() { return parse<std::uint32_t>(take(4)); }
std::uint64_t ByteReader::u64() { return parse<std::uint64_t>(take(8)); }
double ByteReader::f64() { return std::bit_cast<double>(u64()); }
std::string_view ByteReader::text() { return take(u32()); }

Digest ByteReader::digest() {
  const std::string_view raw = take(32);
  return ok_ ? Digest::from_bytes(raw) : Digest{};
}

}  // namespace mlp

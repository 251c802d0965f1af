// SPDX-License-Identifier: Apache-2.0
//
// The byte encoding of everything that is digested: typed by its reader, length-prefixed,
// big-endian. Never change what a writer writes without a new version in front of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace mlp {

/// Appends fields. u8/u32/u64 big-endian; text as u32 length and bytes; a digest as 32 bytes.
class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t value);
  ByteWriter& u32(std::uint32_t value);
  ByteWriter& u64(std::uint64_t value);
  ByteWriter& i64(std::int64_t value) { return u64(static_cast<std::uint64_t>(value)); }
  /// The 64 bits of IEEE 754; -0 is written as 0 and every NaN as one.
  ByteWriter& f64(double value);
  ByteWriter& text(std::string_view value);
  ByteWriter& digest(const Digest& value);

  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads the fields back. After a short or over-long field ok() is false and all reads give zero.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  double f64();
  std::string_view text();
  Digest digest();

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view take(std::size_t count);
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace mlp

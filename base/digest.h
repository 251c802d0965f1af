// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 digests, the names of objects and keys. The one door to OpenSSL's hashing.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mlp {

/// 32 bytes of SHA-256 (FIPS 180-4). All zero means "none".
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Digest&) const = default;
  explicit operator bool() const;
  /// 64 lower-case hexadecimal digits.
  std::string to_hex() const;
  /// The 32 bytes as they are, for keys in the store.
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  static Result<Digest> from_hex(std::string_view hex);
  /// From exactly 32 bytes.
  static Digest from_bytes(std::string_view raw);
};

/// Digest of one string. Thread-safe; about 0.2 us for 64 bytes.
Digest sha256(std::string_view data);

/// Digest of a stream of bytes. Not thread-safe; may be used again after finish().
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  void update(std::string_view data);
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Cryptographically secure random bytes, for tokens.
std::string random_bytes(std::size_t count);

/// Lower-case hexadecimal text of any bytes.
std::string to_hex(std::string_view bytes);

/// Compares in time that depends on the lengths only, for secrets.
bool equal_secret(std::string_view a, std::string_view b);

}  // namespace mlp

template <>
struct std::hash<mlp::Digest> {
  std::size_t operator()(const mlp::Digest& digest) const noexcept {
    std::size_t h = 0;
    __builtin_memcpy(&h, digest.bytes.data(), sizeof h);
    return h;
  }
};

// SPDX-License-Identifier: Apache-2.0
//
// Chance behind a seam, so that a seed determines a simulated run.
#pragma once

#include <cstdint>

namespace mlp {

/// Seam: where chance comes from. Not for secrets (see random_bytes in digest.h).
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;

  /// Evenly from 0 to bound - 1; bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// Evenly from 0 to 1, without 1.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
};

/// splitmix64 (Steele, Lea, Flood 2014): the same seed gives the same numbers everywhere.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace mlp

// SPDX-License-Identifier: Apache-2.0
//
// A megabyte of anything: texts of the largest size a front takes, each hard in its own way, and
// the measure they are held to.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"

namespace mlp::tests {

inline constexpr std::size_t kMegabyte = 1 << 20;

/// A name for messages, and a text that is made when it is its turn.
struct Shape {
  std::string name;
  std::function<std::string()> text;
};
using Shapes = std::vector<Shape>;

/// `front`, then `piece` as often as it and `back` fit into `size` bytes, then `back`.
std::string filled(const std::string& piece, const std::string& front = "",
                   const std::string& back = "", std::size_t size = kMegabyte);
/// As above; each piece is made from its number.
std::string counted_up(const std::function<std::string(std::size_t)>& piece,
                       const std::string& front = "", const std::string& back = "");
/// Pieces drawn by a seed.
std::string drawn(std::uint64_t seed, const std::function<std::string(Random&)>& piece);

/// Bytes of no format, which every front is given.
Shapes junk();

/// Calls `take` with the text of each shape. Fails the test where one takes a second of its
/// thread's processor time or more (the load of the machine does not count); a build with
/// sanitizers, being some times slower, is given some times more.
void expect_each_under_a_second(const Shapes& shapes,
                                const std::function<void(const std::string& text)>& take);
void expect_under_a_second(const std::function<void()>& work);

}  // namespace mlp::tests

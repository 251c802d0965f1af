// SPDX-License-Identifier: Apache-2.0
//
// What every fuzz target is: one function that takes any bytes. A property that does not hold fails
// an MLP_CHECK, as our own bugs do. Deterministic: the same input takes the same way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"

namespace mlp::fuzz {

void take(std::string_view input);

/// The first byte, which chooses among `count` ways, taken from the front; 0 of an empty input.
inline std::size_t take_choice(std::string_view& input, std::size_t count) {
  if (input.empty()) return 0;
  const std::size_t choice = static_cast<unsigned char>(input.front()) % count;
  input.remove_prefix(1);
  return choice;
}

}  // namespace mlp::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mlp::fuzz::take({reinterpret_cast<const char*>(data), size});
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
//
// Typed numbers: a RunId cannot be passed where an AttemptId is asked for.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace mlp {

/// A number of one kind. Zero means "none".
template <typename Tag, typename Number = std::uint64_t>
struct Id {
  Number value = 0;

  constexpr Id() = default;
  constexpr explicit Id(Number number) : value(number) {}
  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
  std::string to_string() const { return std::to_string(value); }
};

}  // namespace mlp

template <typename Tag, typename Number>
struct std::hash<mlp::Id<Tag, Number>> {
  std::size_t operator()(const mlp::Id<Tag, Number>& id) const noexcept {
    return std::hash<Number>{}(id.value);
  }
};

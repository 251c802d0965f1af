// SPDX-License-Identifier: Apache-2.0
//
// The version of mlpctl, as the build names it.
#pragma once

#include <string_view>

namespace mlp::mlpctl {

inline constexpr std::string_view kVersion = MLP_VERSION;

}  // namespace mlp::mlpctl

// SPDX-License-Identifier: Apache-2.0
//
// Reads and parses a file and all it imports, and enters what they declare into their tables of
// names. Says what is missing, declared twice or imported in a circle; knows nothing of types.
#pragma once

#include <string>

#include "compiler/check/context.h"

namespace mlp::check {

/// Files in one compilation; more is a mistake or an attack.
inline constexpr std::size_t kMaxModules = 256;

/// The entry becomes the program's first module. An error when the entry itself cannot be read.
Status load_program(Context& context, const std::string& path);

}  // namespace mlp::check

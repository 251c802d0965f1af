// SPDX-License-Identifier: Apache-2.0
//
// An object on its way into the store: the bytes of an artifact, a value, a plan or a manifest.
#pragma once

#include <cstdint>
#include <string>

#include "base/digest.h"

namespace mlp::model {

/// Bytes; up to this an object or a log is a value in the store, above it is a file.
inline constexpr std::uint64_t kSmallObject = 16 * 1024;

/// An object to be recorded. Up to kSmallObject its bytes are in `bytes`; a larger one is already a
/// complete, durable file in objects/.
struct NewObject {
  Digest digest;
  std::uint64_t size = 0;
  bool is_manifest = false;
  std::string bytes;
  bool is_file = false;
};

}  // namespace mlp::model

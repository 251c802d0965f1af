// SPDX-License-Identifier: Apache-2.0
//
// Types as keys have them: as written, but records and enums by what they consist of. Their names
// are free to change; their parts are not.
#pragma once

#include <map>
#include <string>

#include "compiler/plan/type.h"

namespace mlp::cache {

class Shapes {
 public:
  /// `has_defaults`: defaults of fields are told, as a value that is read must know them.
  /// `types` must outlive it.
  Shapes(const plan::TypeTable& types, bool has_defaults)
      : types_(types), has_defaults_(has_defaults) {}

  /// "[(accuracy: float, f1: float? = null)]", "enum (day, night)", "File<csv>". A part of more
  /// than 1,000 bytes stands as its digest, so types of types stay short. Each type is taken apart
  /// once.
  const std::string& of(plan::TypeId type);

 private:
  std::string taken_apart(const plan::Type& type);
  std::string record(const plan::Type& type);

  const plan::TypeTable& types_;
  bool has_defaults_;
  std::map<plan::TypeId, std::string> known_;
};

}  // namespace mlp::cache

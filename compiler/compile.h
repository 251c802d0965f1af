// SPDX-License-Identifier: Apache-2.0
//
// The compiler: a .mlp file of a project to the plan of one of its pipelines, or to what is wrong
// with it. Pure: reads only through the loader, runs nothing, always ends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/plan/plan.h"
#include "compiler/source/source.h"

namespace mlp {

struct Compiled {
  std::optional<plan::Plan> plan;        // when nothing is wrong; never of check_file()
  diagnostics::Diagnostics diagnostics;  // what to say, warnings too
  source::SourceMap sources;             // for printing them
  std::string pipeline_chosen;           // empty when none was
  std::vector<std::string> pipelines;    // of the file, in the order written

  bool has_errors() const { return diagnostics.has_errors(); }
};

/// `path` is relative to the project's root. The pipeline is the one named; without a name the only
/// one of the file, else the one named like the file. A file that cannot be read is a diagnostic.
Compiled compile(source::SourceLoader& loader, const std::string& path,
                 const std::string& pipeline = "");

/// Everything in the file, whether a pipeline calls it or not: `mlpctl check`.
Compiled check_file(source::SourceLoader& loader, const std::string& path);

}  // namespace mlp

// SPDX-License-Identifier: Apache-2.0
//
// One output of an attempt: found, checked against its type, taken into the object store. Every
// error is a sentence that begins with the output's name. Knows nothing of attempts' ends or logs.
#pragma once

#include <string>
#include <vector>

#include "compiler/plan/plan.h"
#include "runtime/execute/local/task_files.h"
#include "runtime/model/object.h"
#include "runtime/model/run.h"
#include "runtime/objects/object_store.h"

namespace mlp::execute {

struct OutputOrder {
  const plan::TypeTable& types;
  const plan::TaskOutput& output;
  std::string place;   // below the working folder, or a pattern; empty for `at stdout`
  std::string folder;  // the working folder
  std::string stdout_file;
};

/// What collecting works with.
struct CollectTools {
  Files& files;
  TaskFiles& task_files;
  objects::ObjectStore& objects;
};

/// kConflict when somebody still writes a file of it.
Result<model::Output> collect_output(const CollectTools& tools, const OutputOrder& order,
                                     std::vector<model::NewObject>& new_objects);

}  // namespace mlp::execute

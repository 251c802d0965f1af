// SPDX-License-Identifier: Apache-2.0
//
// One output of an attempt: found, checked against its type, taken into the object store. Every
// error is a sentence that begins with the output's name. Knows nothing of attempts' ends or logs.
#pragma once

#include <string>
#include <vector>

#include "compiler/plan/plan.h"
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

/// Holds a lease on each file while it is looked at: kConflict when somebody still writes it.
Result<model::Output> collect_output(Files& files, objects::ObjectStore& objects,
                                     const OutputOrder& order,
                                     std::vector<model::NewObject>& new_objects);

/// kConflict while any process has the file open for writing (F_SETLEASE); fine where the file
/// system has no leases.
Status check_not_written(const std::string& path);

}  // namespace mlp::execute

// SPDX-License-Identifier: Apache-2.0
//
// Where artifacts come from and who reads them: which task of which run of which pipeline version,
// with which parameters and inputs. Told from records only.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/cache/cache_key.h"
#include "runtime/lineage/why.h"

namespace mlp::lineage {

inline constexpr std::size_t kMaxLineage = 200;  // artifacts and readers in one answer

/// The attempt that made something, with what it was made from.
struct Origin {
  model::TaskRunId task_run;
  std::string name;                   // "12/fit[2]"
  model::AttemptId attempt;
  std::string pipeline;
  Digest plan;                        // the version of the pipeline
  Digest snapshot;
  Instant at;
  std::vector<std::pair<std::string, plan::Value>> parameters;  // of the run
  std::vector<cache::KeyInput> inputs;                          // of the task run
};

/// A task that took the artifact as an input.
struct Reader {
  model::RunId run;
  std::string task;                   // Task::name
  std::string pipeline;
};

struct ArtifactLineage {
  Digest digest;
  std::uint64_t size = 0;
  bool is_folder = false;
  std::uint32_t distance = 0;  // task runs between it and the artifact that was asked for
  std::string name;                   // base name, where an output or input gives one
  std::string output;                 // the output it was made as, where known
  std::optional<Origin> origin;       // none: it came from outside (a file of a project)
  std::vector<Reader> readers;
};

/// The artifact first, then what it was made from, nearest first; at most kMaxLineage in all.
/// kNotFound when the store has no such object.
Result<std::vector<ArtifactLineage>> trace_upstream(const Sources& sources, const Digest& artifact);
/// The artifact first, then what was made from it, nearest first.
Result<std::vector<ArtifactLineage>> trace_downstream(const Sources& sources,
                                                      const Digest& artifact);

/// One output of a task run that is an artifact, or holds some.
struct RunArtifact {
  model::TaskRunId task_run;
  std::string task_run_name;
  std::string output;
  plan::Artifact artifact;
  model::Source source = model::Source::kNone;
};

/// By task, then items; at most `limit`, after `skip`.
Result<std::vector<RunArtifact>> list_artifacts(const Sources& sources, model::RunId run,
                                                std::size_t limit, std::size_t skip = 0);

}  // namespace mlp::lineage

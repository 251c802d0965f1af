// SPDX-License-Identifier: Apache-2.0
//
// What a task runs in: the host as it is, or a Python environment made from a lock file. What tells
// two apart (fingerprints, parts of keys), and how one is made. Knows nothing of tasks or runs.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "compiler/plan/plan.h"

namespace mlp::environment {

/// What makes results differ: for the host its OS release and shell; for a venv the lock file, the
/// version of the interpreter that serves it, and the shell. Starts helper programs: may take 100
/// ms for a Python it has not seen yet. Thread-safe. kNotFound when no interpreter fits: the
/// message names what was found.
Result<Digest> fingerprint(const plan::Environment& environment);

/// How to run something in an environment.
struct Prepared {
  std::string path_prefix;  // goes before PATH; empty for the host
  std::string python;       // absolute path of its interpreter; "python3" for the host
  std::vector<std::pair<std::string, std::string>> variables;
};

/// The bash of this machine, or its sh; found once.
struct Shell {
  std::string path;
  bool is_bash = false;
};
const Shell& host_shell();

/// Makes environments and keeps them, by fingerprint, in a folder of the daemon.
class Environments {
 public:
  /// `folder`: absolute, the data folder's environments/. It need not exist.
  Environments(Files& files, std::string folder);
  /// Ends helpers that are still working.
  ~Environments();

  /// One that is complete and not damaged; nullopt when prepare() has to be called. Cheap.
  std::optional<Prepared> find(const plan::Environment& environment, const Digest& fingerprint);

  /// Builds it unless it is there. Asked twice at once it is built once and both get it. Blocks for
  /// as long as that takes. `requirements`: the lock file's text. The error quotes the end of what
  /// the tool said; the whole of it is in <fingerprint>.log.
  Result<Prepared> prepare(const plan::Environment& environment, const Digest& fingerprint,
                           const std::string& requirements);

  /// What is being built, one line each. Thread-safe.
  std::vector<std::string> activities() const;

  /// Ends the helpers; prepare() then fails soon.
  void stop();

 private:
  std::string folder_of(const Digest& fingerprint) const;
  Prepared make_prepared(const std::string& folder) const;
  bool is_whole(const Digest& fingerprint);
  Status build(const plan::Environment& environment, const Digest& fingerprint,
               const std::string& requirements);
  Status write_marker(const Digest& fingerprint, const std::string& python);

  Files& files_;
  std::string folder_;
  mutable std::mutex mutex_;
  std::condition_variable built_;
  std::map<Digest, std::string> building_;  // and what is said of it
  std::map<Digest, std::int64_t> checked_;  // deeply checked: when its marker was written
  std::shared_ptr<class HelperGroup> helpers_;
};

}  // namespace mlp::environment

// SPDX-License-Identifier: Apache-2.0
#include "runtime/environment/environment.h"

#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "runtime/environment/helper_process.h"
#include "runtime/environment/python.h"

namespace mlp::environment {
namespace {

constexpr std::chrono::minutes kBuildTime{60};  // a large lock file over a slow line
constexpr std::uint64_t kMarkerLimit = 64 * 1024;
constexpr std::uint64_t kQuotedLog = 2000;  // bytes of the log's end in an error

std::size_t count_requirements(const std::string& text) {
  std::size_t count = 0;
  for (const std::string& line : split(text, '\n')) {
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#' || content.front() == '-') continue;
    // A line that begins with blanks goes on from the one before (hashes).
    count += line.front() != ' ' && line.front() != '\t' ? 1 : 0;
  }
  return count;
}

/// Digest over path and size of every file under lib/, byte code apart: what a deletion changes.
Result<std::string> describe_files(Files& files, const std::string& folder) {
  Hasher hasher;
  const Status walked = walk_tree(files, join_path(folder, "lib"),
                                  [&](const std::string& path, const FileInfo& info) {
                                    if (info.kind != FileKind::kFile || path.ends_with(".pyc"))
                                      return Status();
                                    hasher.update(path + "\n" + std::to_string(info.size) + "\n");
                                    return Status();
                                  });
  MLP_TRY(walked);
  return hasher.finish().to_hex();
}

std::string end_of_log(Files& files, const std::string& path) {
  const auto info = files.stat(path);
  if (!info) return {};
  const std::uint64_t from = info->size > kQuotedLog ? info->size - kQuotedLog : 0;
  const auto text = files.read_range(path, from, kQuotedLog);
  if (!text) return {};
  std::vector<std::string> lines = split(trim(*text), '\n');
  constexpr std::size_t kLines = 8;
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  for (std::string& line : lines) line = printable(line);
  return join(lines, "\n");
}

}  // namespace

Environments::Environments(Files& files, std::string folder)
    : files_(files), folder_(std::move(folder)), helpers_(std::make_shared<HelperGroup>()) {}

Environments::~Environments() {
  stop();
}

void Environments::stop() {
  helpers_->stop();
}

std::string Environments::folder_of(const Digest& fingerprint) const {
  return join_path(folder_, fingerprint.to_hex());
}

Prepared Environments::make_prepared(const std::string& folder) const {
  Prepared prepared;
  prepared.path_prefix = folder + "/bin";
  prepared.python = folder + "/bin/python";
  prepared.variables = {{"VIRTUAL_ENV", folder},
                        // Caches of libraries (matplotlib's fonts) are made once for all attempts.
                        {"XDG_CACHE_HOME", folder + "/cache"},
                        // Byte code beside the project's files would have to be cleaned away.
                        {"PYTHONDONTWRITEBYTECODE", "1"}};
  return prepared;
}

std::optional<Prepared> Environments::find(const plan::Environment& environment,
                                           const Digest& fingerprint) {
  if (environment.kind == plan::EnvironmentKind::kHost) return Prepared{{}, "python3", {}};
  if (!is_whole(fingerprint)) return std::nullopt;
  return make_prepared(folder_of(fingerprint));
}

bool Environments::is_whole(const Digest& fingerprint) {
  const std::string folder = folder_of(fingerprint);
  const std::string marker = folder + "/complete";
  const auto info = files_.stat(marker);
  if (!info || ::access((folder + "/bin/python").c_str(), X_OK) != 0) return false;
  const std::lock_guard lock(mutex_);
  if (const auto it = checked_.find(fingerprint);
      it != checked_.end() && it->second == info->mtime_ns) {
    return true;
  }
  const auto text = files_.read(marker, kMarkerLimit);
  if (!text) return false;
  const auto json = parse_json(*text);
  const auto described = describe_files(files_, folder);
  if (!json || !described || get_string_or(*json, "files", "") != *described) return false;
  checked_[fingerprint] = info->mtime_ns;
  return true;
}

Result<Prepared> Environments::prepare(const plan::Environment& environment,
                                       const Digest& fingerprint, const std::string& requirements) {
  {
    std::unique_lock lock(mutex_);
    built_.wait(lock, [&] { return building_.count(fingerprint) == 0; });
    building_[fingerprint] = "environment " + environment.name + ": checking";
  }
  Status built;
  auto found = find(environment, fingerprint);
  if (!found) built = build(environment, fingerprint, requirements);
  {
    const std::lock_guard lock(mutex_);
    building_.erase(fingerprint);
  }
  built_.notify_all();
  if (!built) return built.error().with_context("environment `" + environment.name + "`");
  return found ? *found : make_prepared(folder_of(fingerprint));
}

std::vector<std::string> Environments::activities() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const auto& [fingerprint, line] : building_) lines.push_back(line);
  return lines;
}

/// In its own place, since the programs of a venv name it; the marker is written last.
Status Environments::build(const plan::Environment& environment, const Digest& fingerprint,
                           const std::string& requirements) {
  const std::string folder = folder_of(fingerprint);
  const std::string log = folder + ".log";
  MLP_TRY(make_folders(files_, folder_, 0700));
  MLP_TRY(remove_tree(files_, folder));
  MLP_TRY(files_.write(log, "", 0600));
  MLP_ASSIGN(const Python python, find_python(*helpers_, environment.python));
  const std::string what = "installing " + counted(count_requirements(requirements), "package");
  {
    const std::lock_guard lock(mutex_);
    building_[fingerprint] = "environment " + environment.name + ": " + what;
  }
  log::info("environment is being made", {{"name", environment.name}, {"folder", folder}});

  const std::string uv = find_on_path("uv");
  const std::string lock_file = folder + ".requirements";
  MLP_TRY(files_.write(lock_file, requirements, 0600));
  const auto run = [&](std::vector<std::string> arguments, const std::string& failed) -> Status {
    MLP_ASSIGN(const HelperEnd end, run_helper(*helpers_, {std::move(arguments), log, kBuildTime}));
    if (end.exit_code == 0) return {};
    const std::string why =
        end.timed_out ? "took over an hour" : "exit code " + std::to_string(end.exit_code);
    return Error{ErrorCode::kUnavailable,
                 failed + " failed (" + why + "):\n" + end_of_log(files_, log)};
  };

  std::vector<std::string> install;
  if (uv.empty()) {
    std::vector<std::string> make = {python.path, "-m", "venv", folder};
    if (count_requirements(requirements) == 0) make.push_back("--without-pip");
    MLP_TRY(run(make, "python -m venv"));
    install = {folder + "/bin/python",        "-m", "pip",    "install", "--no-input",
               "--disable-pip-version-check", "-r", lock_file};
  } else {
    MLP_TRY(run({uv, "venv", "--python", python.path, folder}, "uv venv"));
    install = {uv, "pip", "install", "--python", folder + "/bin/python", "-r", lock_file};
  }
  if (requirements.find("--hash=") != std::string::npos) install.push_back("--require-hashes");
  if (count_requirements(requirements) > 0) MLP_TRY(run(install, what));
  (void)files_.remove(lock_file);
  return write_marker(fingerprint, python.version);
}

Status Environments::write_marker(const Digest& fingerprint, const std::string& python) {
  const std::string folder = folder_of(fingerprint);
  MLP_TRY(files_.make_folder(folder + "/cache", 0700));
  MLP_ASSIGN(const std::string described, describe_files(files_, folder));
  const Json marker =
      JsonObject{{"fingerprint", fingerprint.to_hex()}, {"python", python}, {"files", described}};
  MLP_TRY(write_atomic(files_, folder + "/complete", to_pretty_text(marker), 0600));
  const std::lock_guard lock(mutex_);
  checked_.erase(fingerprint);
  return {};
}

}  // namespace mlp::environment

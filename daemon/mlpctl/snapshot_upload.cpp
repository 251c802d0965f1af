// SPDX-License-Identifier: Apache-2.0
#include "daemon/mlpctl/snapshot_upload.h"

#include <map>

#include "base/text.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/snapshot.h"

namespace mlp::mlpctl {
namespace {

constexpr std::uint64_t kPartBytes = 256 * 1024;
/// A lost connection costs one round of asking what is still missing.
constexpr int kMaxRounds = 5;
constexpr int kWrongDigest = 422;

using Write = std::function<bool(std::string_view)>;

struct Missing {
  std::vector<source::ProjectFile> small;
  std::vector<source::ProjectFile> large;
  std::uint64_t bytes = 0;
};

Missing find_missing(const std::vector<std::string>& digests,
                     const std::vector<source::ProjectFile>& files) {
  std::map<std::string, const source::ProjectFile*> by_digest;
  for (const auto& file : files) by_digest.emplace(file.digest.to_hex(), &file);
  Missing missing;
  for (const auto& digest : digests) {
    auto found = by_digest.find(digest);
    if (found == by_digest.end()) continue;
    const auto& file = *found->second;
    (file.size <= wire::kMaxFramedObject ? missing.small : missing.large).push_back(file);
    missing.bytes += file.size;
  }
  return missing;
}

Error changed(const source::ProjectFile& file) {
  return Error{ErrorCode::kConflict, "`" + printable(file.path) +
                                         "` changed while it was being sent\n  = help: run the "
                                         "same command again"};
}

Error gone() {
  return Error{ErrorCode::kUnavailable, "the connection was lost while sending"};
}

/// Counts what goes through.
class Uploader {
 public:
  Uploader(ApiClient& client, DiskLoader& loader, const UploadProgress& progress,
           std::uint64_t total)
      : client_(client), loader_(loader), progress_(progress), total_(total) {}

  Status send_small(const std::vector<source::ProjectFile>& files) {
    if (files.empty()) return {};
    StreamedBody body;
    for (const auto& file : files) body.length += wire::kObjectFrameHead + file.size;
    body.produce = [&](const Write& write) -> Status {
      for (const auto& file : files) MLP_TRY(send_frame(file, write));
      return {};
    };
    MLP_ASSIGN(auto answer, client_.post_stream(std::string(wire::path::kObjects), body));
    if (answer.status == kWrongDigest) return changed(files.front());
    if (!answer.is_success()) return to_error(answer);
    return {};
  }

  Status send_large(const source::ProjectFile& file) {
    StreamedBody body;
    body.length = file.size;
    body.produce = [&](const Write& write) { return send_parts(file, write); };
    MLP_ASSIGN(auto answer, client_.put_stream(wire::path::object(file.digest.to_hex()), body));
    if (answer.status == kWrongDigest) return changed(file);
    if (!answer.is_success()) return to_error(answer);
    return {};
  }

 private:
  Status send_frame(const source::ProjectFile& file, const Write& write) {
    MLP_ASSIGN(auto content, loader_.content(file.path));
    if (content.size() != file.size) return changed(file);
    if (!write(wire::make_object_frame_head(file.digest.view(), file.size)) || !write(content))
      return gone();
    return advance(content.size());
  }

  Status send_parts(const source::ProjectFile& file, const Write& write) {
    MLP_ASSIGN(auto path, loader_.locate(file.path));
    for (std::uint64_t offset = 0; offset < file.size;) {
      auto count = std::min(kPartBytes, file.size - offset);
      MLP_ASSIGN(auto part, real_files().read_range(path, offset, count));
      if (part.size() != count) return changed(file);
      if (!write(part)) return gone();
      offset += count;
      MLP_TRY(advance(count));
    }
    return {};
  }

  Status advance(std::uint64_t count) {
    sent_ += count;
    if (progress_) progress_(sent_, total_);
    return {};
  }

  ApiClient& client_;
  DiskLoader& loader_;
  const UploadProgress& progress_;
  std::uint64_t total_;
  std::uint64_t sent_ = 0;
};

Status send_all(ApiClient& client, DiskLoader& loader, const Missing& missing,
                const UploadProgress& progress) {
  Uploader uploader(client, loader, progress, missing.bytes);
  MLP_TRY(uploader.send_small(missing.small));
  for (const auto& file : missing.large) MLP_TRY(uploader.send_large(file));
  return {};
}

}  // namespace

Result<std::string> upload_snapshot(ApiClient& client, DiskLoader& loader,
                                    const UploadProgress& progress) {
  auto files = loader.touched();
  if (files.size() > wire::kMaxManifestEntries)
    return Error{
        ErrorCode::kInvalid,
        "the pipeline uses " + counted(files.size(), "file") + " of the project; at most " +
            std::to_string(wire::kMaxManifestEntries) +
            " are taken\n  = help: pass a folder as an input instead of a pattern of files"};
  wire::Manifest manifest;
  for (const auto& file : files)
    manifest.manifest.push_back({file.path, file.digest.to_hex(), file.size, file.executable});
  Status sent;
  for (int round = 0; round < kMaxRounds; ++round) {
    MLP_ASSIGN(auto answer,
               client.post_as<wire::SnapshotAnswer>(std::string(wire::path::kSnapshots), manifest));
    if (answer.missing.empty()) return answer.snapshot;
    sent = send_all(client, loader, find_missing(answer.missing, files), progress);
    if (!sent && sent.error().code != ErrorCode::kUnavailable) return sent.error();
    if (sent) return answer.snapshot;
  }
  return sent.error();
}

}  // namespace mlp::mlpctl

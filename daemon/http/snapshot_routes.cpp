// SPDX-License-Identifier: Apache-2.0
//
// Projects on their way in: manifests, and the objects the daemon lacks.
#include <algorithm>
#include <future>
#include <set>

#include "base/bytes.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "daemon/http/handlers.h"
#include "daemon/http/load.h"
#include "daemon/wire/snapshot.h"

namespace mlp::http {
namespace {

using engine::Engine;
using model::NewObject;

/// Uploaded objects are recorded in batches of this many, or of this many bytes kept in memory.
constexpr std::size_t kMaxBatch = 256;
constexpr std::uint64_t kMaxBatchBytes = 256 * 1024;
/// While the disk is full the engine stands still; the client may try again later.
constexpr std::chrono::seconds kRecordTime{30};

Result<objects::Manifest> read_manifest(const Request& request) {
  MLP_ASSIGN(wire::Manifest sent, parse_body<wire::Manifest>(request));
  if (sent.manifest.size() > wire::kMaxManifestEntries) {
    return Error{ErrorCode::kLimit, "a project of " + std::to_string(sent.manifest.size()) +
                                        " files is larger than " +
                                        std::to_string(wire::kMaxManifestEntries) + " files"};
  }
  objects::Manifest manifest;
  for (wire::ManifestEntry& entry : sent.manifest) {
    MLP_TRY(SafeRelPath::from(entry.path));
    objects::ManifestEntry& added = manifest.entries.emplace_back();
    MLP_ASSIGN(added.digest, Digest::from_hex(entry.digest));
    added.path = std::move(entry.path);
    added.is_executable = entry.executable;
    added.size = entry.size;
  }
  return manifest;
}

std::vector<std::string> find_missing(const objects::Manifest& manifest, Context& context) {
  const auto view = context.engine->view();
  std::set<Digest> seen;
  std::vector<std::string> missing;
  for (const objects::ManifestEntry& entry : manifest.entries) {
    if (!seen.insert(entry.digest).second) continue;
    if (!context.objects->is_present(*view, entry.digest)) missing.push_back(entry.digest.to_hex());
  }
  return missing;
}

Response refuse_object(const Error& error, const Digest& digest) {
  if (error.code != ErrorCode::kInvalid) return refusal(error);
  return refusal(422, "unprocessable", "the bytes sent as " + digest.to_hex() + " are others",
                 "a file may have changed while it was sent; try again");
}

/// Has objects recorded and waits for it, on a worker.
std::optional<Response> record(Engine& engine, std::vector<NewObject> objects) {
  auto done = std::make_shared<std::promise<Status>>();
  auto future = done->get_future();
  CRASH_POINT("upload.before_record");
  engine.put_objects(std::move(objects),
                     [done](Status status) { done->set_value(std::move(status)); });
  if (future.wait_for(kRecordTime) != std::future_status::ready) {
    return refusal(507, "no_space", "nothing can be recorded at the moment", "is the disk full?");
  }
  const Status status = future.get();
  if (!status) return refusal(status.error());
  return std::nullopt;
}

/// Takes frames apart as they come (the format is in daemon/wire/snapshot.h).
/// Whether there is disk for more is asked again after so much.
constexpr std::uint64_t kSpaceEvery = 16ULL << 20;

/// An upload that looks at the disk while it grows: nothing is taken that would fill it.
class SpaceGuard {
 public:
  explicit SpaceGuard(Context& context) : context_(context) {}

  std::optional<Response> take(std::uint64_t bytes) {
    left_ -= std::min(left_, bytes);
    if (left_ > 0) return std::nullopt;
    left_ = kSpaceEvery;
    if (!context_.disk().is_low) return std::nullopt;
    return refusal(507, "no_space", "the disk of the data folder is nearly full",
                   "free some space and send it again");
  }

 private:
  Context& context_;
  std::uint64_t left_ = kSpaceEvery;
};

/// Many small objects, taken apart as they come: what is kept of one that has not come whole is
/// little.
class FrameReader {
 public:
  explicit FrameReader(Context& context) : context_(context), space_(context) {}

  std::optional<Response> take(std::string_view bytes) {
    if (auto refused = space_.take(bytes.size())) return refused;
    while (!bytes.empty()) {
      auto refused = upload_ ? take_content(bytes) : take_head(bytes);
      if (refused) return refused;
    }
    return std::nullopt;
  }

  Response finish() {
    if (upload_ || !head_.empty()) {
      return refusal(400, "bad_request", "the last object is cut off");
    }
    if (auto refused = flush()) return std::move(*refused);
    return document(wire::UploadAnswer{received_});
  }

 private:
  std::optional<Response> take_head(std::string_view& bytes) {
    const std::size_t count = std::min(bytes.size(), wire::kObjectFrameHead - head_.size());
    head_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (head_.size() < wire::kObjectFrameHead) return std::nullopt;
    left_ = ByteReader(std::string_view(head_).substr(32, 8)).u64();
    if (left_ > wire::kMaxFramedObject) {
      return refusal(413, "too_large", "an object of this size goes by PUT, one by one");
    }
    upload_.emplace(context_.objects->begin_upload());
    return left_ == 0 ? put() : std::nullopt;
  }

  std::optional<Response> take_content(std::string_view& bytes) {
    const std::string_view part = bytes.substr(0, left_);
    bytes.remove_prefix(part.size());
    left_ -= part.size();
    const Status status = upload_->append(part);
    if (!status) return refusal(status.error());
    return left_ == 0 ? put() : std::nullopt;
  }

  std::optional<Response> put() {
    const Digest digest = Digest::from_bytes(std::string_view(head_).substr(0, 32));
    auto object = upload_->finish(digest);
    upload_.reset();
    head_.clear();
    if (!object) return refuse_object(object.error(), digest);
    kept_bytes_ += object->bytes.size();
    batch_.push_back(std::move(*object));
    ++received_;
    if (batch_.size() < kMaxBatch && kept_bytes_ < kMaxBatchBytes) return std::nullopt;
    return flush();
  }

  std::optional<Response> flush() {
    if (batch_.empty()) return std::nullopt;
    kept_bytes_ = 0;
    return record(*context_.engine, std::exchange(batch_, {}));
  }

  Context& context_;
  SpaceGuard space_;
  std::string head_;                       // of the frame that comes
  std::uint64_t left_ = 0;                 // bytes of its content
  std::optional<objects::Upload> upload_;  // there from its head to its end
  std::vector<NewObject> batch_;
  std::uint64_t kept_bytes_ = 0;
  std::uint64_t received_ = 0;
};

/// One object of any size, straight to disk.
class ObjectTaker {
 public:
  ObjectTaker(Context& context, std::string_view name)
      : context_(context), space_(context), digest_(Digest::from_hex(name)) {
    if (digest_) upload_.emplace(context.objects->begin_upload());
  }

  std::optional<Response> take(std::string_view bytes) {
    if (!digest_) return refusal(digest_.error());
    if (auto refused = space_.take(bytes.size())) return refused;
    const Status status = upload_->append(bytes);
    if (!status) return refusal(status.error());
    return std::nullopt;
  }

  Response finish() {
    if (!digest_) return refusal(digest_.error());
    auto object = upload_->finish(*digest_);
    if (!object) return refuse_object(object.error(), *digest_);
    const bool was_there = context_.objects->is_present(*context_.engine->view(), *digest_);
    if (auto refused = record(*context_.engine, {std::move(*object)})) return std::move(*refused);
    return document(wire::UploadAnswer{1}, was_there ? 200 : 201);
  }

 private:
  Context& context_;
  SpaceGuard space_;
  Result<Digest> digest_;
  std::optional<objects::Upload> upload_;
};

template <typename Taker>
UploadSink make_sink(std::shared_ptr<Taker> taker) {
  UploadSink sink;
  sink.write = [taker](std::string_view bytes) { return taker->take(bytes); };
  sink.finish = [taker](const Answer& answer) { answer(taker->finish()); };
  return sink;
}

}  // namespace

void take_manifest(const Request& request, Context& context, Answer answer) {
  auto manifest = read_manifest(request);
  if (!manifest) return answer(refusal(manifest.error()));
  wire::SnapshotAnswer result;
  result.missing = find_missing(*manifest, context);
  auto object = context.objects->put(objects::encode(std::move(*manifest)), true);
  if (!object) return answer(refusal(object.error()));
  result.snapshot = object->digest.to_hex();
  context.engine->put_objects({std::move(*object)}, [answer, result](const Status& status) {
    answer(status ? document(result) : refusal(status.error()));
  });
}

UploadSink take_objects(const Request&, Context& context) {
  return make_sink(std::make_shared<FrameReader>(context));
}

UploadSink take_object(const Request& request, Context& context) {
  return make_sink(std::make_shared<ObjectTaker>(context, request.arguments.at(0)));
}

}  // namespace mlp::http

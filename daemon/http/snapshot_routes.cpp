// SPDX-License-Identifier: Apache-2.0
//
// Projects on their way in: manifests, and the objects the daemon lacks.
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
constexpr std::uint64_t kMaxBatchBytes = 4ULL << 20;
/// While the disk is full the engine stands still; the client may try again later.
constexpr std::chrono::seconds kRecordTime{30};

Result<objects::Manifest> read_manifest(const Request& request) {
  MLP_ASSIGN(wire::Manifest sent, wire::parse_text<wire::Manifest>(request.body));
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

Response wrong_digest(const Digest& digest) {
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
class FrameReader {
 public:
  explicit FrameReader(Context& context) : context_(context) {}

  std::optional<Response> take(std::string_view bytes) {
    pending_.append(bytes);
    std::size_t used = 0;
    while (pending_.size() - used >= wire::kObjectFrameHead) {
      const std::string_view rest = std::string_view(pending_).substr(used);
      ByteReader head(rest.substr(32, 8));
      const std::uint64_t length = head.u64();
      if (length > wire::kMaxFramedObject) {
        return refusal(413, "too_large", "an object of this size goes by PUT, one by one");
      }
      if (rest.size() < wire::kObjectFrameHead + length) break;
      const Digest digest = Digest::from_bytes(rest.substr(0, 32));
      if (auto refused = put(digest, rest.substr(wire::kObjectFrameHead, length))) return refused;
      used += wire::kObjectFrameHead + length;
    }
    pending_.erase(0, used);
    return std::nullopt;
  }

  Response finish() {
    if (!pending_.empty()) return refusal(400, "bad_request", "the last object is cut off");
    if (auto refused = flush()) return std::move(*refused);
    return document(wire::UploadAnswer{received_});
  }

 private:
  std::optional<Response> put(const Digest& digest, std::string_view bytes) {
    if (sha256(bytes) != digest) return wrong_digest(digest);
    auto object = context_.objects->put(bytes);
    if (!object) return refusal(object.error());
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
  std::string pending_;
  std::vector<NewObject> batch_;
  std::uint64_t kept_bytes_ = 0;
  std::uint64_t received_ = 0;
};

/// One object of any size, straight to disk.
class ObjectTaker {
 public:
  ObjectTaker(Context& context, std::string_view name)
      : context_(context), digest_(Digest::from_hex(name)) {
    if (digest_) upload_.emplace(context.objects->begin_upload());
  }

  std::optional<Response> take(std::string_view bytes) {
    if (!digest_) return refusal(digest_.error());
    const Status status = upload_->append(bytes);
    if (!status) return refusal(status.error());
    return std::nullopt;
  }

  Response finish() {
    if (!digest_) return refusal(digest_.error());
    auto object = upload_->finish(*digest_);
    if (!object) {
      if (object.error().code == ErrorCode::kInvalid) return wrong_digest(*digest_);
      return refusal(object.error());
    }
    if (auto refused = record(*context_.engine, {std::move(*object)})) return std::move(*refused);
    return document(wire::UploadAnswer{1}, 201);
  }

 private:
  Context& context_;
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

// SPDX-License-Identifier: Apache-2.0
#include "base/crash_point.h"
#include "runtime/objects/object_store.h"

namespace mlp::objects {
namespace {
constexpr std::size_t kPiece = 256 << 10;  // bytes gathered before a write
}  // namespace

Upload::Upload(Upload&& other) noexcept
    : store_(other.store_),
      path_(std::move(other.path_)),
      pending_(std::move(other.pending_)),
      has_file_(std::exchange(other.has_file_, false)),
      size_(other.size_),
      hasher_(std::move(other.hasher_)) {}

Upload::~Upload() {
  // Whether it is there or not, nothing is lost: uploads/ is emptied at each start too.
  if (has_file_) static_cast<void>(store_.files_.remove(path_));
}

Status Upload::flush() {
  if (pending_.empty()) return {};
  if (has_file_) {
    MLP_TRY(store_.files_.append(path_, pending_));
  } else {
    has_file_ = true;
    MLP_TRY(store_.files_.write(path_, pending_, 0600));
    CRASH_POINT("upload.file_made");
  }
  pending_.clear();
  return {};
}

Status Upload::append(std::string_view data) {
  hasher_.update(data);
  size_ += data.size();
  pending_.append(data);
  if (pending_.size() < kPiece) return {};
  return flush();
}

Result<NewObject> Upload::finish(const std::optional<Digest>& expected, bool is_manifest) {
  NewObject object;
  object.digest = hasher_.finish();
  object.size = size_;
  object.is_manifest = is_manifest;
  if (expected && *expected != object.digest) {
    return Error{ErrorCode::kInvalid, "the bytes sent as " + expected->to_hex() +
                                          " have the digest " + object.digest.to_hex() +
                                          "; did the file change while it was read?"};
  }
  object.is_file = size_ > model::kSmallObject;
  if (!object.is_file) {
    object.bytes = std::move(pending_);
    return object;
  }
  MLP_TRY(flush());
  CRASH_POINT("upload.written");
  MLP_TRY(store_.publish(path_, object.digest, size_));
  CRASH_POINT("upload.published");
  return object;
}

}  // namespace mlp::objects

// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/flips.h"

#include "runtime/objects/stat_index.h"
#include "runtime/store/latest_view.h"
#include "runtime/store/object_records.h"
#include "tests/faults/trial.h"
#include "tests/faults/workload.h"

namespace mlp::faults {
namespace {

constexpr std::uint64_t kMostBytes = 64 << 20;
constexpr int kRefused = 11;
constexpr int kTold = 79;
constexpr int kWrong = 80;

/// Digest of every record, every value and every object, or why one cannot be read.
Result<std::string> read_all(store::Kv& kv, const std::string& data) {
  Hasher hasher;
  std::vector<Digest> objects;
  const auto view = kv.view();
  for (const store::Family family : {store::Family::kRecords, store::Family::kBytes}) {
    MLP_TRY(view->scan(family, "", "", [&](std::string_view key, std::string_view value) {
      hasher.update(key);
      hasher.update(value);
      if (family == store::Family::kRecords && key.starts_with('o')) {
        objects.push_back(Digest::from_bytes(key.substr(1)));
      }
      return true;
    }));
  }
  const objects::ObjectStore store(real_files(), data);
  for (const Digest& digest : objects) {
    MLP_ASSIGN(const objects::Condition found, store.verify(*view, digest));
    if (found == objects::Condition::kWhole) continue;
    return Error{ErrorCode::kCorrupt, "object " + digest.to_hex() + " is damaged"};
  }
  return hasher.finish().to_hex();
}

/// What opening and reading a data folder comes to; the text is its digest or the words told.
int open_and_read(const std::string& data, std::string& text) {
  auto folder = store::DataFolder::open(data, {0, 1});
  if (!folder) return text = folder.error().message, kRefused;
  auto kv = store::open_store(**folder, {});
  if (!kv) return text = kv.error().message, kRefused;
  const auto before = store::get_meta(store::LatestView(**kv));
  if (!before) return text = before.error().message, kRefused;
  const auto all = read_all(**kv, data);
  if (!all) return text = all.error().message, kTold;
  SystemClock clock;
  objects::StatIndex index(real_files(), clock);
  index.load((*folder)->part("stat-index"));
  const auto remembered = index.find("/some/file", {});
  if (remembered && *remembered != sha256("some")) return text = "another digest", kWrong;
  text = *all;
  const auto begun = (*folder)->begin_epoch(**kv);
  if (!begun) return text = begun.error().message, kRefused;
  return 0;
}

void copy_tree(const std::string& from, const std::string& to) {
  Files& files = real_files();
  MLP_CHECK(files.make_folder(to, 0700).has_value());
  const Status copied =
      walk_tree(files, from, [&](const std::string& path, const FileInfo& info) -> Status {
        if (info.kind == FileKind::kFolder) return files.make_folder(join_path(to, path), 0700);
        if (info.kind != FileKind::kFile) return {};
        MLP_ASSIGN(const std::string bytes, files.read(join_path(from, path), kMostBytes));
        return files.write(join_path(to, path), bytes, 0600);
      });
  MLP_CHECK(copied.has_value());
}

}  // namespace

FlipWorld::FlipWorld(std::string folder) : folder_(std::move(folder)) {
  const Disk disk{folder_ + "/disk", real_files(), nullptr};
  MLP_CHECK(real_files().make_folder(disk.folder, 0700).has_value());
  const int made = in_process(folder_ + "/log", [&] {
    return run_workload(disk, Acknowledged(folder_ + "/acknowledged")) ? 0 : 1;
  });
  MLP_CHECK(made == 0);
  const std::string data = disk.folder + "/data";
  copy_tree(data, folder_ + "/whole");
  const int read = in_process(folder_ + "/log", [&] {
    std::string text;
    const int code = open_and_read(folder_ + "/whole", text);
    static_cast<void>(real_files().write(folder_ + "/expected", text, 0600));
    return code;
  });
  MLP_CHECK(read == 0);
  expected_ = real_files().read(folder_ + "/expected", kMostBytes).value();
  MLP_CHECK(walk_tree(real_files(), data,
                      [&](const std::string& path, const FileInfo& info) -> Status {
                        if (info.kind != FileKind::kFile || info.size == 0) return {};
                        // One piece of the ballast is as good as the others.
                        const bool is_alike = path.starts_with("ballast/") && path != "ballast/10";
                        if (!is_alike) targets_.push_back({path, info.size});
                        return {};
                      })
                .has_value());
}

std::string FlipWorld::flip(const Target& target, std::uint64_t byte, int bit,
                            std::string& finding) const {
  const std::string copy = folder_ + "/copy";
  Files& files = real_files();
  copy_tree(folder_ + "/disk/data", copy);
  const std::string file = copy + "/" + target.file;
  std::string bytes = files.read(file, kMostBytes).value();
  bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << bit));
  MLP_CHECK(files.write(file, bytes, 0600).has_value());
  const int code = in_process(folder_ + "/log", [&] {
    std::string text;
    const int read = open_and_read(copy, text);
    static_cast<void>(files.write(folder_ + "/said", text, 0600));
    return read == 0 && text != expected_ ? kWrong : read;
  });
  MLP_CHECK(remove_tree(files, copy).has_value());
  if (code == 0) return "harmless";
  if (code == kRefused) return "refused";
  if (code == kTold) return "told";
  const auto said = files.read(folder_ + "/said", kMostBytes);
  finding = "byte " + std::to_string(byte) + " of " + target.file + ": " +
            (code == kWrong ? "other data was read" : "ended with " + std::to_string(code)) + "\n" +
            (said ? *said : "");
  return code == kWrong ? "silently wrong" : "died";
}

}  // namespace mlp::faults

// SPDX-License-Identifier: Apache-2.0
//
// A log is blocks of 32 KiB; in them records of a masked CRC-32C (4 bytes, of type and payload), a
// length (2), a type (1) and the payload. What is left of a block when no header fits is zeros.
#include "runtime/store/rocks_log.h"

#include <array>
#include <cstring>

namespace mlp::store {
namespace {

constexpr std::size_t kBlock = 32 << 10;
constexpr std::size_t kHeader = 7;
constexpr unsigned char kLastType = 4;  // full, first, middle, last
constexpr std::uint64_t kMostBytes = 1ull << 30;

std::array<std::uint32_t, 256> make_crc_table() {
  constexpr std::uint32_t kCastagnoli = 0x82f63b78;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ kCastagnoli : crc >> 1;
    table[byte] = crc;
  }
  return table;
}

std::uint32_t masked_crc(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = make_crc_table();
  std::uint32_t crc = ~0u;
  for (const char byte : bytes) {
    crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

/// How many bytes the record at `at` takes up; 0 when there is none that makes sense.
std::size_t record_at(std::string_view bytes, std::size_t at) {
  const std::size_t room = std::min(bytes.size(), (at / kBlock + 1) * kBlock) - at;
  if (room < kHeader) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
  const std::size_t length = byte(4) | static_cast<std::size_t>(byte(5)) << 8;
  if (byte(6) == 0 || byte(6) > kLastType || length > room - kHeader) return 0;
  std::uint32_t expected = 0;
  std::memcpy(&expected, bytes.data() + at, sizeof expected);
  const bool is_whole = masked_crc(bytes.substr(at + kHeader - 1, length + 1)) == expected;
  return is_whole ? kHeader + length : 0;
}

bool is_padding(std::string_view bytes, std::size_t at) {
  return kBlock - at % kBlock < kHeader &&
         bytes.substr(at, kBlock - at % kBlock).find_first_not_of('\0') == std::string_view::npos;
}

/// Any record after `at`, at whatever place it begins.
bool has_record_after(std::string_view bytes, std::size_t at) {
  for (++at; at < bytes.size(); ++at) {
    if (record_at(bytes, at) > 0) return true;
  }
  return false;
}

std::string say(const std::string& log, const LogDamage& damage) {
  const std::string place = " from byte " + std::to_string(damage.at) + " on";
  if (damage.is_at_end) {
    return "The end of its log " + log + " is lost" + place +
           ": the disk did not keep what it had said was safe (a power cut), or the file was cut "
           "short. Before going on, see that the disk keeps what is synced";
  }
  return "Its log " + log + " is damaged in the middle, at byte " + std::to_string(damage.at) +
         ": what was written was changed afterwards, by the disk or by another program. Before going "
         "on, check the disk";
}

}  // namespace

std::optional<LogDamage> find_log_damage(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t taken = record_at(bytes, at);
    if (taken == 0 && !is_padding(bytes, at)) return LogDamage{at, !has_record_after(bytes, at)};
    at += taken > 0 ? taken : kBlock - at % kBlock;
  }
  return std::nullopt;
}

std::string why_it_ends_early(Files& files, const std::string& folder) {
  std::size_t logs = 0;
  const auto names = files.list(folder);
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (!name.ends_with(".log")) continue;
    ++logs;
    const std::string path = join_path(folder, name);
    const Result<std::string> bytes = files.read(path, kMostBytes);
    if (!bytes) return "Its log " + path + " cannot be read: " + bytes.error().message;
    if (const auto damage = find_log_damage(*bytes)) return say(path, *damage);
  }
  if (logs == 0) {
    return "Its write-ahead log is gone: a file that ends in .log was removed from " + folder +
           ". Put that file back";
  }
  return "Its files are whole, but from an earlier time: an older copy of the store was put back, its "
         "newest files were removed, or the disk did not keep the end of a log that it had said was "
         "safe (a power cut). Put the newest copy back if there is one";
}

}  // namespace mlp::store

// SPDX-License-Identifier: Apache-2.0
//
// A plan as bytes and back. All fields in the order of plan_fields.h: numbers big-endian, text and
// lists with a 32-bit count in front, an optional with a byte.
#include <concepts>
#include <limits>

#include "base/bytes.h"
#include "compiler/plan/check_plan.h"
#include "compiler/plan/evaluator.h"
#include "compiler/plan/plan_fields.h"
#include "compiler/plan/plan_json.h"
#include "compiler/plan/value_json.h"

namespace mlp::plan {
namespace {

class Writer {
 public:
  explicit Writer(ByteWriter& out) : out_(out) {}

  void write(bool value) { out_.u8(value ? 1 : 0); }
  void write(int value) { out_.i64(value); }
  void write(std::uint32_t value) { out_.u32(value); }
  void write(std::uint64_t value) { out_.u64(value); }
  void write(const std::string& value) { out_.text(value); }
  void write(const Digest& value) { out_.digest(value); }
  void write(const Value& value) { encode(value, out_); }

  template <typename Tag>
  void write(Id<Tag, std::uint32_t> id) {
    out_.u32(id.value);
  }
  template <Worded Enum>
  void write(Enum value) {
    out_.u8(static_cast<std::uint8_t>(value));
  }
  template <typename T>
  void write(const std::optional<T>& value) {
    write(value.has_value());
    if (value) write(*value);
  }
  template <typename T>
  void write(const std::vector<T>& items) {
    out_.u32(static_cast<std::uint32_t>(items.size()));
    for (const T& item : items) write(item);
  }
  void write(const TypeTable& types) {
    out_.u32(static_cast<std::uint32_t>(types.size()));
    for (std::uint32_t id = 1; id <= types.size(); ++id) write(types.get(TypeId(id)));
  }
  template <Described Struct>
  void write(const Struct& object) {
    visit_fields<Struct>([&](const char*, auto member) {
      write(object.*member);
      return true;
    });
  }

 private:
  ByteWriter& out_;
};

/// Each read gives false for bytes that are no such thing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}

  bool at_end() const { return in_.ok() && in_.at_end(); }

  bool read(bool& value) {
    const std::uint8_t byte = in_.u8();
    value = byte == 1;
    return in_.ok() && byte <= 1;
  }
  bool read(int& value) {
    const std::int64_t wide = in_.i64();
    value = static_cast<int>(wide);
    return in_.ok() && value == wide;
  }
  bool read(std::uint32_t& value) { return value = in_.u32(), in_.ok(); }
  bool read(std::uint64_t& value) { return value = in_.u64(), in_.ok(); }
  bool read(std::string& value) { return value = std::string(in_.text()), in_.ok(); }
  bool read(Digest& value) { return value = in_.digest(), in_.ok(); }
  bool read(Value& value) {
    Result<Value> result = decode_value(in_);
    if (result) value = std::move(result).value();
    return result.has_value();
  }

  template <typename Tag>
  bool read(Id<Tag, std::uint32_t>& id) {
    return read(id.value);
  }
  template <Worded Enum>
  bool read(Enum& value) {
    const std::uint8_t number = in_.u8();
    value = static_cast<Enum>(number);
    return in_.ok() && number < Names<Enum>::names.size();
  }
  template <typename T>
  bool read(std::optional<T>& value) {
    bool has_value = false;
    if (!read(has_value)) return false;
    return !has_value || read(value.emplace());
  }
  template <typename T>
  bool read(std::vector<T>& items) {
    std::uint32_t count = 0;
    // An item has at least a byte: a count cannot ask for more memory than the bytes are worth.
    if (!read(count) || count > in_.left()) return false;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!read(items.emplace_back())) return false;
    }
    return true;
  }
  bool read(Expression& expression) {
    if (nesting_ >= kMostExpressionNesting) return false;
    ++nesting_;
    const bool is_read = read_struct(expression);
    --nesting_;
    return is_read;
  }
  bool read(TypeTable& types) {
    std::vector<Type> in_order;
    return read(in_order) && intern_in_order(std::move(in_order), types);
  }
  template <Described Struct>
  bool read(Struct& object) {
    return read_struct(object);
  }

 private:
  template <typename Struct>
  bool read_struct(Struct& object) {
    return visit_fields<Struct>([&](const char*, auto member) { return read(object.*member); });
  }

  ByteReader in_;
  int nesting_ = 0;
};

}  // namespace

std::string encode(const Plan& plan) {
  ByteWriter out;
  Writer writer(out);
  writer.write(kPlanVersion);
  writer.write(plan);
  return out.take();
}

Digest digest_of(const Plan& plan) { return sha256(encode(plan)); }

Result<Plan> decode_plan(std::string_view bytes) {
  Reader reader(bytes);
  std::uint32_t version = 0;
  if (!reader.read(version)) return Error{ErrorCode::kCorrupt, "the plan has no version"};
  if (version != kPlanVersion) {
    return Error{ErrorCode::kUnsupported, "the plan has version " + std::to_string(version) +
                                              ", this program reads version " +
                                              std::to_string(kPlanVersion)};
  }
  Plan plan;
  if (!reader.read(plan) || !reader.at_end()) {
    return Error{ErrorCode::kCorrupt, "the bytes are no plan"};
  }
  const Status status = check_plan(plan);
  if (!status) return Error{ErrorCode::kCorrupt, status.error().message};
  return plan;
}

}  // namespace mlp::plan

// SPDX-License-Identifier: Apache-2.0
//
// A plan as JSON and back. Members are the fields of plan_fields.h; one that has what a new object
// has is left out, so that a plan is short to read. Values carry their kind: {"duration": "5min"}.
#include "compiler/plan/plan_json.h"

#include <algorithm>
#include <limits>

#include "compiler/plan/check_plan.h"
#include "compiler/plan/evaluator.h"
#include "compiler/plan/plan_fields.h"
#include "compiler/plan/tagged_value.h"

namespace mlp::plan {
namespace {

// ---- out --------------------------------------------------------------------------------------

Json write(bool value) { return value; }
Json write(int value) { return value; }
Json write(std::uint32_t value) { return value; }
Json write(std::uint64_t value) { return value; }
Json write(const std::string& value) { return Json(value); }
Json write(const Digest& value) { return Json(value.to_hex()); }
Json write(const Value& value) { return to_tagged_json(value); }

template <typename Tag>
Json write(Id<Tag, std::uint32_t> id) {
  return id.value;
}

template <Worded Enum>
Json write(Enum value) {
  return Json(Names<Enum>::names[static_cast<std::size_t>(value)]);
}

template <Described Struct>
Json write(const Struct& object);

template <typename T>
Json write(const std::vector<T>& items) {
  JsonArray array;
  array.reserve(items.size());
  for (const T& item : items) array.push_back(write(item));
  return array;
}

template <typename T>
Json write(const std::optional<T>& value) {
  return write(*value);
}

Json write(const TypeTable& types) {
  JsonArray array;
  for (std::uint32_t id = 1; id <= types.size(); ++id) array.push_back(write(types.get(TypeId(id))));
  return array;
}

// What is left out.
template <typename T>
bool is_left_out(const T& value, const T& usual) {
  if constexpr (Worded<T>) {
    return Names<T>::names[static_cast<std::size_t>(value)] == "none";
  } else if constexpr (Described<T> || std::is_same_v<T, TypeTable>) {
    return false;
  } else {
    return value == usual;
  }
}
template <typename T>
bool is_left_out(const std::vector<T>& items, const std::vector<T>&) {
  return items.empty();
}
template <typename T>
bool is_left_out(const std::optional<T>& value, const std::optional<T>&) {
  return !value.has_value();
}

template <Described Struct>
Json write(const Struct& object) {
  [[maybe_unused]] static const Struct usual{};
  JsonObject json;
  visit_fields<Struct>([&](const char* name, auto member) {
    if (!is_left_out(object.*member, usual.*member)) json[name] = write(object.*member);
    return true;
  });
  return json;
}

// ---- in ---------------------------------------------------------------------------------------

/// Each read gives false after a mistake, which says where it is.
class Reader {
 public:
  bool read(const Json& json, bool& value) {
    if (!json.is_bool()) return expected("true or false");
    value = json.get_bool();
    return true;
  }
  bool read(const Json& json, int& value) { return read_number(json, value); }
  bool read(const Json& json, std::uint32_t& value) { return read_number(json, value); }
  bool read(const Json& json, std::uint64_t& value) { return read_number(json, value); }
  bool read(const Json& json, std::string& value) {
    if (!json.is_string()) return expected("a string");
    value = std::string(json.get_string());
    return true;
  }
  bool read(const Json& json, Digest& value) {
    std::string hex;
    if (!read(json, hex)) return false;
    const Result<Digest> digest = Digest::from_hex(hex);
    if (!digest) return expected("64 hexadecimal digits");
    value = *digest;
    return true;
  }
  bool read(const Json& json, Value& value) {
    Result<Value> result = from_tagged_json(json);
    if (!result) return expected(result.error().message);
    value = std::move(result).value();
    return true;
  }
  template <typename Tag>
  bool read(const Json& json, Id<Tag, std::uint32_t>& id) {
    return read_number(json, id.value);
  }
  template <Worded Enum>
  bool read(const Json& json, Enum& value) {
    constexpr auto& names = Names<Enum>::names;
    std::string word;
    if (!read(json, word)) return false;
    const auto at = std::find(names.begin(), names.end(), word);
    if (at == names.end()) return expected("a known word");
    value = static_cast<Enum>(at - names.begin());
    return true;
  }
  template <typename T>
  bool read(const Json& json, std::optional<T>& value) {
    return read(json, value.emplace());
  }
  template <typename T>
  bool read(const Json& json, std::vector<T>& items) {
    if (!json.is_array()) return expected("a list");
    for (const Json& item : json.get_array()) {
      if (read(item, items.emplace_back())) continue;
      return fail_in("[" + std::to_string(items.size() - 1) + "]");
    }
    return true;
  }
  bool read(const Json& json, Expression& expression) {
    if (nesting_ >= kMostExpressionNesting) return expected("less nesting");
    ++nesting_;
    const bool is_read = read_struct(json, expression);
    --nesting_;
    return is_read;
  }
  bool read(const Json& json, TypeTable& types) {
    std::vector<Type> in_order;
    if (!read(json, in_order)) return false;
    return intern_in_order(std::move(in_order), types) || expected("types in the order of use");
  }
  template <Described Struct>
  bool read(const Json& json, Struct& object) {
    return read_struct(json, object);
  }

  Error mistake() const { return {ErrorCode::kInvalid, path_ + ": " + message_}; }

 private:
  template <typename Number>
  bool read_number(const Json& json, Number& value) {
    boost::system::error_code error;
    const auto number = json.to_number<Number>(error);
    if (error || json.is_double()) return expected("a number in range");
    value = number;
    return true;
  }

  template <typename Struct>
  bool read_struct(const Json& json, Struct& object) {
    if (!json.is_object()) return expected("an object");
    std::size_t found = 0;
    const bool is_read = visit_fields<Struct>([&](const char* name, auto member) {
      const Json* value = find_member(json, name);
      if (value == nullptr) return true;
      ++found;
      return read(*value, object.*member) || fail_in(std::string(".") + name);
    });
    if (!is_read) return false;
    return found == json.get_object().size() || expected("no other members");
  }

  bool expected(std::string_view what) {
    message_ = "expected " + std::string(what);
    return false;
  }
  bool fail_in(const std::string& part) {
    path_ = part + path_;
    return false;
  }

  std::string path_;
  std::string message_;
  int nesting_ = 0;
};

}  // namespace

Json to_json(const Plan& plan) {
  JsonObject json{{"version", kPlanVersion}};
  json["plan"] = write(plan);
  return json;
}

Result<Plan> plan_from_json(const Json& json) {
  const std::int64_t version = get_int_or(json, "version", 0);
  const Json* body = find_member(json, "plan");
  if (version != kPlanVersion || body == nullptr) {
    return Error{ErrorCode::kUnsupported,
                 "expected a plan of version " + std::to_string(kPlanVersion)};
  }
  Plan plan;
  Reader reader;
  if (!reader.read(*body, plan)) return reader.mistake().with_context("plan");
  MLP_TRY(check_plan(plan));
  return plan;
}

}  // namespace mlp::plan

// SPDX-License-Identifier: Apache-2.0
//
// Result<T>: a value, or what the world (disk, network, another process) refused and why.
// The shape of std::expected, which C++20 lacks.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace mlp {

enum class ErrorCode {
  kInvalid,      // the request makes no sense
  kNotFound,     // the thing named does not exist
  kConflict,     // it exists already, or is in a state that forbids this
  kDenied,       // not allowed
  kUnavailable,  // the other side does not answer; trying later may help
  kTimeout,
  kNoSpace,      // ENOSPC, EDQUOT
  kLimit,        // a bound of ours was reached
  kCorrupt,      // bytes are not what they must be
  kUnsupported,
  kIo,           // any other failure of the system
};

/// What went wrong, in one sentence a user can act on.
struct Error {
  ErrorCode code = ErrorCode::kIo;
  std::string message;

  /// The same error with "context: " put before its message.
  Error with_context(std::string_view context) const {
    return {code, std::string(context) + ": " + message};
  }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & { MLP_CHECK(has_value()); return std::get<0>(state_); }
  const T& value() const& { MLP_CHECK(has_value()); return std::get<0>(state_); }
  T&& value() && { MLP_CHECK(has_value()); return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { MLP_CHECK(!has_value()); return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  const Error& error() const { MLP_CHECK(!has_value()); return *error_; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace mlp

/// Hands an error up: MLP_TRY(write_file(...));
#define MLP_TRY(expression)                                  \
  do {                                                       \
    if (auto mlp_try_ = (expression); !mlp_try_) return mlp_try_.error(); \
  } while (false)

#define MLP_CONCAT_(a, b) a##b
#define MLP_CONCAT(a, b) MLP_CONCAT_(a, b)
#define MLP_ASSIGN_(temp, target, expression) \
  auto temp = (expression);                   \
  if (!temp) return temp.error();             \
  target = std::move(temp).value()

/// Hands an error up or binds the value: MLP_ASSIGN(auto text, read_file(path));
#define MLP_ASSIGN(target, expression) \
  MLP_ASSIGN_(MLP_CONCAT(mlp_result_, __LINE__), target, expression)

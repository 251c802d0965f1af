// SPDX-License-Identifier: Apache-2.0
//
// How record values become bytes: one leading byte, then the message. Shared by <noun>_records.cpp;
// templates, so that no header names the messages.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/result.h"
#include "compiler/plan/value_json.h"
#include "runtime/model/run.h"

namespace mlp::store {

/// First byte of records without a state.
inline constexpr char kRecordVersion = 1;

template <typename Message>
std::string to_record(char first, const Message& message) {
  std::string bytes;
  bytes.reserve(1 + message.ByteSizeLong());
  bytes.push_back(first);
  message.AppendPartialToString(&bytes);
  return bytes;
}

inline Error damaged_record(std::string_view noun) {
  return {ErrorCode::kCorrupt, "the store's record of " + std::string(noun) + " is damaged"};
}

/// Reads what follows the leading byte.
template <typename Message>
Status from_record(std::string_view noun, std::string_view bytes, Message& message) {
  if (bytes.empty() ||
      !message.ParseFromArray(bytes.data() + 1, static_cast<int>(bytes.size() - 1))) {
    return damaged_record(noun);
  }
  return {};
}

/// The 32 bytes, or nothing for no digest.
inline std::string to_bytes(const Digest& digest) {
  return digest ? std::string(digest.view()) : std::string();
}

inline Digest to_digest(const std::string& bytes) {
  return bytes.size() == 32 ? Digest::from_bytes(bytes) : Digest();
}

inline std::string to_bytes(const plan::Value& value) {
  ByteWriter out;
  plan::encode(value, out);
  return out.take();
}

inline Result<plan::Value> to_value(std::string_view bytes) {
  ByteReader in(bytes);
  return plan::decode_value(in);
}

template <typename OutputMessage>
void fill_output(OutputMessage& message, const model::Output& output) {
  message.set_name(output.name);
  message.set_value(to_bytes(output.value));
  message.set_digest(to_bytes(output.digest));
  message.set_size(output.size);
}

template <typename OutputMessage>
Result<model::Output> read_output(const OutputMessage& message) {
  model::Output output;
  output.name = message.name();
  MLP_ASSIGN(output.value, to_value(message.value()));
  output.digest = to_digest(message.digest());
  output.size = message.size();
  return output;
}

/// The numbers of ids, and back.
template <typename Field, typename IdType>
void fill_ids(Field& field, const std::vector<IdType>& ids) {
  for (const IdType id : ids) field.Add(id.value);
}

}  // namespace mlp::store

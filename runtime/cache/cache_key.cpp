// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/cache_key.h"

#include <algorithm>

#include "base/bytes.h"
#include "compiler/plan/value_json.h"
#include "runtime/cache/canonical.h"

namespace mlp::cache {
namespace {

/// Text pieces that follow each other become one: how a body was cut must not matter.
void add_text(std::vector<BodyPart>& body, const std::string& text) {
  if (text.empty()) return;
  if (!body.empty() && !body.back().is_expression) {
    body.back().text += text;
  } else {
    body.push_back({false, text});
  }
}

void write_optional(ByteWriter& out, const std::optional<std::string>& text) {
  out.u8(text ? 1 : 0);
  if (text) out.text(*text);
}

std::string run_value(Shapes& shapes, const plan::TaskDefinition& definition,
                      const plan::RunPart& part) {
  ByteWriter out;
  out.u8(static_cast<std::uint8_t>(part.quoting));
  write_optional(out, part.separator);
  write_optional(out, part.flag);
  encode_canonical(shapes, definition, *part.value, out);
  return out.take();
}

std::vector<BodyPart> describe_body(Shapes& shapes, const plan::TaskDefinition& definition) {
  const plan::Body& body = definition.body;
  std::vector<BodyPart> parts;
  switch (body.kind) {
    case plan::BodyKind::kRun:
      for (const plan::RunPart& part : body.run) {
        add_text(parts, part.text);
        if (part.value) parts.push_back({true, run_value(shapes, definition, part)});
      }
      break;
    case plan::BodyKind::kExec:
      for (const plan::Expression& argument : body.exec) {
        parts.push_back({true, to_canonical(shapes, definition, argument)});
      }
      break;
    case plan::BodyKind::kScript:
      parts = {{false, body.interpreter}, {false, body.script}};
      break;
    case plan::BodyKind::kPython:
      parts = {{false, body.file}, {false, body.function}};
      break;
  }
  return parts;
}

KeyOutput describe_output(Shapes& values, Shapes& expressions,
                          const plan::TaskDefinition& definition, const plan::TaskOutput& output) {
  KeyOutput described;
  described.name = output.name;
  described.type = values.of(output.type);
  described.is_stdout = output.is_stdout;
  ByteWriter place;
  place.u8(output.place ? 1 : 0);
  if (output.place) {
    encode_canonical(expressions, definition, *output.place, place);
  } else {
    place.text(output.default_place);
  }
  described.place = place.take();
  return described;
}

template <typename Item, typename Name>
void sort_by(std::vector<Item>& items, Name name) {
  std::sort(items.begin(), items.end(),
            [&](const Item& a, const Item& b) { return a.*name < b.*name; });
}

Error damaged() {
  return {ErrorCode::kCorrupt, "the stored description of a key is damaged"};
}

/// A count that the bytes left can hold, each item at least one byte.
bool read_count(ByteReader& in, std::uint32_t& count) {
  count = in.u32();
  return in.ok() && count <= in.left();
}

void write_rest(const KeyBase& base, ByteWriter& out) {
  out.u32(static_cast<std::uint32_t>(base.outputs.size()));
  for (const KeyOutput& output : base.outputs) {
    out.text(output.name).text(output.type).text(output.place).u8(output.is_stdout ? 1 : 0);
  }
  out.u32(static_cast<std::uint32_t>(base.variables.size()));
  for (const KeyVariable& variable : base.variables) out.text(variable.name).text(variable.value);
  out.u32(static_cast<std::uint32_t>(base.secrets.size()));
  for (const std::string& secret : base.secrets) out.text(secret);
  out.u8(base.has_network ? 1 : 0);
}

bool read_body_and_files(ByteReader& in, KeyBase& base) {
  std::uint32_t count = 0;
  base.body_kind = static_cast<plan::BodyKind>(in.u8());
  if (base.body_kind > plan::BodyKind::kPython || !read_count(in, count)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool is_expression = in.u8() != 0;
    base.body.push_back({is_expression, std::string(in.text())});
  }
  if (!read_count(in, count)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    plan::SeenFile file;
    file.path = in.text();
    file.is_executable = in.u8() != 0;
    file.digest = in.digest();
    base.files.push_back(std::move(file));
  }
  base.environment = in.digest();
  return in.ok();
}

bool read_rest(ByteReader& in, KeyBase& base) {
  std::uint32_t count = 0;
  if (!read_count(in, count)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    KeyOutput output;
    output.name = in.text();
    output.type = in.text();
    output.place = in.text();
    output.is_stdout = in.u8() != 0;
    base.outputs.push_back(std::move(output));
  }
  if (!read_count(in, count)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string name(in.text());
    base.variables.push_back({std::move(name), std::string(in.text())});
  }
  if (!read_count(in, count)) return false;
  for (std::uint32_t i = 0; i < count; ++i) base.secrets.emplace_back(in.text());
  base.has_network = in.u8() != 0;
  return in.ok() && in.at_end();
}

}  // namespace

KeyBase describe(const plan::Plan& plan, const plan::TaskDefinition& definition,
                 const Digest& environment) {
  Shapes values(plan.types, true);
  Shapes expressions(plan.types, false);
  KeyBase base;
  base.body_kind = definition.body.kind;
  base.body = describe_body(expressions, definition);
  base.files = definition.files;
  base.environment = environment;
  for (const plan::TaskOutput& output : definition.outputs) {
    base.outputs.push_back(describe_output(values, expressions, definition, output));
  }
  for (const plan::Variable& variable : definition.vars) {
    base.variables.push_back(
        {variable.name, to_canonical(expressions, definition, variable.value)});
  }
  sort_by(base.files, &plan::SeenFile::path);
  sort_by(base.outputs, &KeyOutput::name);
  sort_by(base.variables, &KeyVariable::name);
  return base;
}

std::string encode(const KeyBase& base) {
  ByteWriter out;
  out.u8(kKeyScheme).u8(static_cast<std::uint8_t>(base.body_kind));
  out.u32(static_cast<std::uint32_t>(base.body.size()));
  for (const BodyPart& part : base.body) out.u8(part.is_expression ? 1 : 0).text(part.text);
  out.u32(static_cast<std::uint32_t>(base.files.size()));
  for (const plan::SeenFile& file : base.files) {
    out.text(file.path).u8(file.is_executable ? 1 : 0).digest(file.digest);
  }
  out.digest(base.environment);
  write_rest(base, out);
  return out.take();
}

Result<KeyBase> decode_base(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kKeyScheme) {
    return Error{ErrorCode::kUnsupported, "the key was made by another version of mlp"};
  }
  KeyBase base;
  if (!read_body_and_files(in, base) || !read_rest(in, base)) return damaged();
  // One form only: a flag that is 2, or a list out of order, would be another key for the same
  // task.
  if (encode(base) != bytes) return damaged();
  return base;
}

std::vector<KeyInput> key_inputs(const plan::TaskDefinition& definition,
                                 const std::vector<plan::Value>& values) {
  MLP_CHECK(values.size() == definition.inputs.size());
  std::vector<KeyInput> inputs;
  inputs.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const plan::TaskInput& input = definition.inputs[i];
    if (input.is_in_key) inputs.push_back({input.name, input.place, values[i]});
  }
  sort_by(inputs, &KeyInput::name);
  return inputs;
}

std::string encode_inputs(const std::vector<KeyInput>& inputs) {
  ByteWriter out;
  out.u8(kKeyScheme).u32(static_cast<std::uint32_t>(inputs.size()));
  for (const KeyInput& input : inputs) {
    out.text(input.name).text(input.place);
    plan::encode(input.value, out);
  }
  return out.take();
}

Result<std::vector<KeyInput>> decode_inputs(std::string_view bytes) {
  ByteReader in(bytes);
  std::uint32_t count = 0;
  if (in.u8() != kKeyScheme || !read_count(in, count)) return damaged();
  std::vector<KeyInput> inputs;
  for (std::uint32_t i = 0; i < count; ++i) {
    KeyInput input;
    input.name = in.text();
    input.place = in.text();
    MLP_ASSIGN(input.value, plan::decode_value(in));
    inputs.push_back(std::move(input));
  }
  if (!in.ok() || !in.at_end()) return damaged();
  return inputs;
}

Digest key_of(const Digest& base, const std::vector<KeyInput>& inputs) {
  ByteWriter out;
  out.u8(kKeyScheme).digest(base).u32(static_cast<std::uint32_t>(inputs.size()));
  for (const KeyInput& input : inputs) {
    out.text(input.name).text(input.place);
    plan::encode_for_key(input.value, out);
  }
  return sha256(out.bytes());
}

}  // namespace mlp::cache

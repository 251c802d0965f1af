// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/canonical.h"

#include "compiler/plan/evaluate.h"
#include "compiler/plan/value_json.h"
#include "runtime/cache/cache_key.h"

namespace mlp::cache {
namespace {

using plan::Expression;
using plan::ExpressionKind;

/// What the expression names, by a name that does not depend on order or plan.
std::string named(const plan::TaskDefinition& definition, const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kInput: return definition.inputs.at(expression.number).name;
    case ExpressionKind::kOutputPath: return definition.outputs.at(expression.number).name;
    case ExpressionKind::kField:
    case ExpressionKind::kLast: return expression.name;
    default: return {};
  }
}

std::uint32_t number_of(const Expression& expression) {
  if (expression.kind == ExpressionKind::kLocal) return expression.number;
  if (expression.kind == ExpressionKind::kStatement) return expression.statement.value;
  return 0;
}

bool has_names(const Expression& expression) {
  return expression.kind == ExpressionKind::kRecord || expression.kind == ExpressionKind::kFunction;
}

}  // namespace

void encode_canonical(Shapes& shapes, const plan::TaskDefinition& definition,
                      const Expression& expression, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>(expression.kind)).text(shapes.of(expression.type));
  out.u8(static_cast<std::uint8_t>(expression.op));
  out.u8(static_cast<std::uint8_t>(expression.function));
  out.text(named(definition, expression)).u32(number_of(expression));
  if (has_names(expression)) {
    out.u32(static_cast<std::uint32_t>(expression.names.size()));
    for (const std::string& name : expression.names) out.text(name);
  } else {
    out.u32(0);
  }
  if (expression.kind == ExpressionKind::kLiteral) plan::encode(expression.literal, out);
  out.u32(static_cast<std::uint32_t>(expression.children.size()));
  for (const Expression& child : expression.children) {
    encode_canonical(shapes, definition, child, out);
  }
}

std::string to_canonical(Shapes& shapes, const plan::TaskDefinition& definition,
                         const Expression& expression) {
  ByteWriter out;
  encode_canonical(shapes, definition, expression, out);
  return out.take();
}

std::optional<std::string> constant_text(std::string_view canonical) {
  ByteReader in(canonical);
  const auto kind = static_cast<ExpressionKind>(in.u8());
  if (kind != ExpressionKind::kLiteral) return std::nullopt;
  in.text();
  in.u8();
  in.u8();
  in.text();
  in.u32();
  if (in.u32() != 0) return std::nullopt;
  const Result<plan::Value> value = plan::decode_value(in);
  if (!value) return std::nullopt;
  return plan::to_text(*value);
}

}  // namespace mlp::cache

// SPDX-License-Identifier: Apache-2.0
#include "compiler/check/pure.h"

#include "base/check.h"

namespace mlp::check {
namespace {

using plan::Expression;
using plan::ExpressionKind;

class Converter {
 public:
  Converter(Types& types, Bindings& bindings) : types_(types), bindings_(bindings) {}

  Expression convert(const Typed& typed) {
    switch (typed.kind) {
      case TypedKind::kPlain:
        return plain(typed);
      case TypedKind::kBinding:
        return binding(typed);
      case TypedKind::kLoop:
        return loop(typed);
      case TypedKind::kChoice:
        return choice(typed);
      case TypedKind::kCall:
        break;
    }
    MLP_CHECK(typed.kind != TypedKind::kCall);
    return {};
  }

 private:
  Expression plain(const Typed& typed) {
    Expression made = typed.expression;
    const bool is_lambda = made.kind == ExpressionKind::kLambda;
    if (is_lambda) bind_local(typed.binding, TypeId{});
    for (const Typed& child : typed.children) made.children.push_back(convert(child));
    if (is_lambda) --depth_;
    return made;
  }

  Expression binding(const Typed& typed) {
    const auto found = bindings_.find(typed.binding);
    MLP_CHECK(found != bindings_.end());
    Expression made = found->second;
    made.type = typed.type();
    made.place = typed.expression.place;
    return made;
  }

  void bind_local(BindingId name, TypeId type) {
    Expression local;
    local.kind = ExpressionKind::kLocal;
    local.number = depth_++;
    local.type = type;
    bindings_[name] = std::move(local);
  }

  Expression loop(const Typed& typed) {
    Expression made = typed.expression;
    // The names of the lists before it are on the stack while a list is evaluated.
    for (const LoopSource& source : typed.loop->sources) {
      made.children.push_back(convert(source.list));
      bind_local(source.item, TypeId{});
    }
    made.children.push_back(block(typed.loop->body, 0, typed.expression));
    depth_ -= static_cast<std::uint32_t>(typed.loop->sources.size());
    return made;
  }

  Expression choice(const Typed& typed) {
    Expression made = typed.expression;
    made.children.push_back(convert(typed.choice->condition));
    made.children.push_back(block(typed.choice->then_block, 0, typed.expression));
    if (typed.choice->else_block) {
      made.children.push_back(block(*typed.choice->else_block, 0, typed.expression));
      return made;
    }
    Expression null;
    null.type = typed.type();
    null.place = typed.expression.place;
    made.children.push_back(std::move(null));
    return made;
  }

  /// The statements from `at` on. A binding `x = e` before the rest is first(for x in [e] { rest
  /// }).
  Expression block(const TypedBlock& block_of, std::size_t at, const Expression& around) {
    while (at + 1 < block_of.statements.size() &&
           block_of.statements[at].kind != TypedStatementKind::kBind)
      ++at;
    const TypedStatement& statement = block_of.statements[at];
    if (at + 1 == block_of.statements.size()) return convert(statement.value);
    Expression list =
        made_of(ExpressionKind::kList, types_.list_of(statement.value.type()), around);
    list.children.push_back(convert(statement.value));
    bind_local(statement.binding, statement.value.type());
    Expression rest = block(block_of, at + 1, around);
    --depth_;
    Expression each = made_of(ExpressionKind::kComprehension, types_.list_of(rest.type), around);
    Expression first = made_of(ExpressionKind::kFunction, rest.type, around);
    first.function = plan::Function::kFirst;
    each.children.push_back(std::move(list));
    each.children.push_back(std::move(rest));
    first.children.push_back(std::move(each));
    return first;
  }

  static Expression made_of(ExpressionKind kind, TypeId type, const Expression& around) {
    Expression made;
    made.kind = kind;
    made.type = type;
    made.place = around.place;
    return made;
  }

  Types& types_;
  Bindings& bindings_;
  std::uint32_t depth_ = 0;
};

}  // namespace

plan::Expression pure_expression(const Typed& typed, Types& types, Bindings& bindings) {
  return Converter(types, bindings).convert(typed);
}

}  // namespace mlp::check

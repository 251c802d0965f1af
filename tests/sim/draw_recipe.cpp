// SPDX-License-Identifier: Apache-2.0
//
// Trees of pieces.
#include "tests/sim/draw_recipe.h"

#include <algorithm>

namespace mlp::sim {
namespace {

/// A piece that what is drawn now may read.
struct Visible {
  std::uint32_t id = 0;
  PieceKind kind = PieceKind::kLet;
  bool is_rich = false;  // has more to read than a number
};

class Drawing {
 public:
  Drawing(Random& random, std::vector<RecipeTask> tasks, RecipeSize size)
      : random_(random), size_(size) {
    recipe_.tasks = std::move(tasks);
  }

  Recipe draw() {
    std::uint64_t parameters = random_.below(3);
    for (std::uint64_t i = 0; i < parameters; ++i) {
      Piece& piece = recipe_.pieces.emplace_back();
      piece.id = ++last_;
      piece.kind = PieceKind::kParameter;
      see(piece);
    }
    std::vector<Piece> rest = draw_block(size_.depth);
    std::move(rest.begin(), rest.end(), std::back_inserter(recipe_.pieces));
    recipe_.result = any_use();
    recipe_.has_result = chance(80);
    return std::move(recipe_);
  }

 private:
  bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
  std::int64_t small() { return static_cast<std::int64_t>(random_.below(5)); }

  // ---- what can be read -----------------------------------------------------------------------

  void see(const Piece& piece) {
    bool is_rich = piece.kind == PieceKind::kFor ||
                   (piece.kind == PieceKind::kCall && !piece.is_optional &&
                    recipe_.tasks[piece.task].outputs.size() > 1);
    visible_.push_back({piece.id, piece.kind, is_rich});
  }

  // The newer the likelier, so that chains are drawn; sometimes a constant.
  Use any_use() { return choose(25, [](const Visible&) { return true; }); }
  Use rich_use() {
    Use use = choose(0, [](const Visible& each) { return each.is_rich; });
    return use.piece == 0 ? any_use() : use;
  }

  template <typename Wanted>
  Use choose(std::uint64_t percent_constant, const Wanted& wanted) {
    Use use{0, small()};
    if (chance(percent_constant)) return use;
    for (auto at = visible_.rbegin(); at != visible_.rend(); ++at) {
      if (!wanted(*at)) continue;
      use.piece = at->id;
      if (chance(40)) break;
    }
    return use;
  }

  // ---- pieces ---------------------------------------------------------------------------------

  std::vector<Piece> draw_block(std::uint32_t depth) {
    std::vector<Visible> outer = visible_;
    std::vector<Piece> pieces;
    std::uint64_t count = 1 + random_.below(size_.pieces);
    for (std::uint64_t i = 0; i < count; ++i) pieces.push_back(draw_piece(depth));
    last_use_ = any_use();
    visible_ = std::move(outer);
    return pieces;
  }

  Piece draw_piece(std::uint32_t depth) {
    Piece piece;
    piece.id = ++last_;
    std::uint64_t what = random_.below(100);
    if (what < 45 || (depth == 0 && what < 65)) {
      draw_call(piece);
    } else if (depth == 0 || what < 57) {
      what % 3 == 0 ? draw_check(piece) : draw_let(piece);
    } else if (what < 78) {
      draw_for(piece, depth);
    } else if (what < 89) {
      draw_if(piece, depth);
    } else {
      draw_called(piece, depth);
    }
    if (piece.kind != PieceKind::kCheck) see(piece);
    return piece;
  }

  void draw_call(Piece& piece) {
    piece.kind = PieceKind::kCall;
    piece.task = static_cast<std::uint32_t>(random_.below(recipe_.tasks.size()));
    for (InputKind kind : recipe_.tasks[piece.task].inputs) {
      bool is_rich = kind != InputKind::kNumber && kind != InputKind::kCores;
      piece.uses.push_back(is_rich ? rich_use() : any_use());
    }
    piece.is_optional = chance(12);
    if (chance(12)) piece.after.push_back(any_use().piece);
  }

  void draw_let(Piece& piece) {
    piece.kind = PieceKind::kLet;
    std::uint64_t what = random_.below(40);
    if (what < 12) piece.formula = Formula::kProduct;
    if (what >= 32) piece.formula = Formula::kCount;
    if (what == 30) piece.formula = Formula::kFirst;
    if (what == 31) piece.formula = Formula::kQuotient;
    if (what == 29) piece.formula = Formula::kLong;
    piece.uses = {what >= 30 ? rich_use() : any_use(), any_use()};
  }

  void draw_condition(Piece& piece, std::int64_t least) {
    piece.uses = {any_use()};
    piece.bound = least + small();
  }

  void draw_check(Piece& piece) {
    piece.kind = PieceKind::kCheck;
    draw_condition(piece, 3);
  }

  void draw_for(Piece& piece, std::uint32_t depth) {
    piece.kind = PieceKind::kFor;
    draw_lists(piece);
    if (chance(30)) draw_limit(piece);
    if (chance(30)) {
      piece.tolerate = 1 + static_cast<std::uint32_t>(random_.below(2));
      piece.is_percent = chance(30);
      if (piece.is_percent) piece.tolerate *= 30;
    }
    std::vector<Visible> outer = visible_;
    for (std::size_t i = 0; i < piece.uses.size(); ++i) {
      piece.items.push_back(++last_);
      visible_.push_back({last_, PieceKind::kItem});
    }
    piece.body = draw_block(depth - 1);
    piece.result = last_use_;
    visible_ = std::move(outer);
  }

  void draw_lists(Piece& piece) {
    auto is_for = [](const Visible& each) { return each.kind == PieceKind::kFor; };
    Use stream = chance(60) ? choose(0, is_for) : Use{};
    piece.is_streamed = stream.piece != 0;
    piece.uses.push_back(piece.is_streamed ? stream : chance(50) ? rich_use() : Use{0, small()});
    if (chance(20)) piece.uses.push_back(Use{0, small()});
  }

  // A limit of 0 is a fault.
  void draw_limit(Piece& piece) {
    piece.has_limit = true;
    piece.limit = chance(10) ? any_use() : Use{0, 1 + small()};
  }

  void draw_if(Piece& piece, std::uint32_t depth) {
    piece.kind = PieceKind::kIf;
    draw_condition(piece, 1);
    piece.body = draw_block(depth - 1);
    piece.result = last_use_;
    piece.has_otherwise = chance(60);
    if (!piece.has_otherwise) return;
    piece.otherwise = draw_block(depth - 1);
    piece.other_result = last_use_;
  }

  void draw_called(Piece& piece, std::uint32_t depth) {
    piece.kind = PieceKind::kBlock;
    piece.is_optional = chance(50);
    std::vector<Visible> outer = visible_;
    piece.body = draw_block(depth - 1);
    piece.result = last_use_;
    visible_ = std::move(outer);
  }

  Random& random_;
  RecipeSize size_;
  Recipe recipe_;
  std::vector<Visible> visible_;
  std::uint32_t last_ = 0;
  Use last_use_;  // the value of the block drawn last
};

}  // namespace

Recipe random_recipe(Random& random, std::vector<RecipeTask> tasks, RecipeSize size) {
  return Drawing(random, std::move(tasks), size).draw();
}

}  // namespace mlp::sim

// SPDX-License-Identifier: Apache-2.0
//
// What an attempt wrote: from the store or its file when it has ended, from its slot while it runs.
#include "daemon/http/handlers.h"
#include "daemon/http/load.h"
#include "runtime/store/attempt_records.h"

namespace mlp::http {
namespace {

/// A growing file tells nobody: while someone follows a running attempt it is looked at this often.
constexpr Duration kLookAgain = std::chrono::milliseconds(200);

/// One reader of one log. Used by one worker at a time; kept alive by its stream.
class LogReader : public std::enable_shared_from_this<LogReader> {
 public:
  LogReader(Context& context, model::AttemptId attempt, std::uint64_t offset, bool is_following)
      : context_(context), attempt_(attempt), offset_(offset), is_following_(is_following) {}

  void read(std::size_t most, const Give& give) {
    auto piece = next_piece(most);
    if (piece) offset_ += piece->size();
    if (!piece || !piece->empty() || is_over_ || !is_following_) return give(std::move(piece));
    context_.run_after(kLookAgain, [weak = weak_from_this(), most, give] {
      if (auto self = weak.lock()) self->read(most, give);
    });
  }

 private:
  Result<std::string> next_piece(std::size_t most) {
    auto live = context_.read_live_log(attempt_, offset_, most);
    if (live || live.error().code != ErrorCode::kNotFound) return live;
    const auto view = context_.engine->view();
    MLP_ASSIGN(const auto attempt, store::find_attempt(*view, attempt_));
    if (!attempt) return Error{ErrorCode::kNotFound, "there is no such attempt"};
    // Given and not yet started, or ended and not yet published: soon it is one or the other.
    is_over_ = static_cast<bool>(attempt->ended);
    return is_over_ ? read_ended(*view, *attempt, most) : Result<std::string>(std::string());
  }

  Result<std::string> read_ended(const store::View& view, const model::Attempt& attempt,
                                 std::size_t most) {
    if (attempt.log.is_file) {
      const std::string path = context_.data_folder + "/logs/" + attempt_.to_string();
      return context_.files->read_range(path, offset_, most);
    }
    MLP_ASSIGN(const auto log, store::find_log(view, attempt_));
    if (!log || offset_ >= log->size()) return std::string();
    return log->substr(offset_, most);
  }

  Context& context_;
  model::AttemptId attempt_;
  std::uint64_t offset_;
  bool is_following_;
  bool is_over_ = false;
};

}  // namespace

Response send_log(const Request& request, Context& context) {
  auto id = parse_number(request.arguments.at(0), "an attempt");
  const auto view = context.engine->view();
  auto attempt = id ? store::find_attempt(*view, model::AttemptId(*id))
                    : Result<std::optional<model::Attempt>>(std::nullopt);
  if (!attempt) return refusal(attempt.error());
  if (!*attempt) return refusal(404, "not_found", "there is no such attempt");
  MLP_LOAD(const std::uint64_t offset, number_of_query(request, "offset", 0));
  auto reader = std::make_shared<LogReader>(context, model::AttemptId(*id), offset,
                                            flag_of_query(request, "follow"));
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.headers = {{"Content-Security-Policy", "sandbox; default-src 'none'"}};
  response.stream = [reader](std::size_t most, const Give& give) { reader->read(most, give); };
  return response;
}

}  // namespace mlp::http

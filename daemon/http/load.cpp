// SPDX-License-Identifier: Apache-2.0
//
// Look-ups that several nouns share.
#include "daemon/http/load.h"

#include <algorithm>
#include <charconv>

#include "daemon/wire/paths.h"
#include "runtime/store/attempt_records.h"
#include "runtime/store/run_records.h"

namespace mlp::http {
namespace {

struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

/// RFC 9110 §14.1.2, one range; nothing when it cannot be met or is not understood.
std::optional<ByteRange> parse_range(std::string_view header, std::uint64_t total) {
  if (!header.starts_with("bytes=") || total == 0) return std::nullopt;
  header.remove_prefix(6);
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos)
    return std::nullopt;
  const std::string_view first = header.substr(0, dash);
  const std::string_view last = header.substr(dash + 1);
  auto begin = parse_number(first.empty() ? last : first, "range");
  if (!begin) return std::nullopt;
  if (first.empty()) {
    const std::uint64_t size = std::min(*begin, total);
    return size == 0 ? std::nullopt : std::optional(ByteRange{total - size, size});
  }
  if (*begin >= total) return std::nullopt;
  auto end = last.empty() ? Result<std::uint64_t>(total - 1) : parse_number(last, "range");
  if (!end || *end < *begin) return std::nullopt;
  return ByteRange{*begin, std::min(*end, total - 1) - *begin + 1};
}

BodyReader read_pieces(objects::ObjectReader reader, ByteRange range) {
  auto place = std::make_shared<ByteRange>(range);
  auto source = std::make_shared<objects::ObjectReader>(std::move(reader));
  return [place, source](std::size_t most, Give give) {
    const std::uint64_t count = std::min<std::uint64_t>(most, place->size);
    auto piece = source->read(place->begin, count);
    if (piece) {
      place->begin += piece->size();
      place->size -= piece->size();
    }
    give(std::move(piece));
  };
}

}  // namespace

Status check_body_values(std::string_view json) {
  std::size_t values = 1;
  bool is_in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') is_in_text = !is_in_text;
    if (is_in_text && c == '\\') ++i;
    if (!is_in_text && (c == ',' || c == '[' || c == '{')) ++values;
  }
  if (values <= kMaxBodyValues) return {};
  return Error{ErrorCode::kLimit,
               "the body has more than " + std::to_string(kMaxBodyValues) + " JSON values"};
}

Result<std::uint64_t> parse_number(std::string_view text, std::string_view what) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
    return Error{ErrorCode::kInvalid, std::string(what) + " must be a number"};
  }
  return number;
}

Result<std::uint64_t> number_of_query(const Request& request, std::string_view name,
                                      std::uint64_t fallback, std::uint64_t most) {
  const std::string* text = request.query_value(name);
  if (text == nullptr || text->empty()) return fallback;
  MLP_ASSIGN(std::uint64_t number, parse_number(*text, name));
  if (name == "limit") number = std::max<std::uint64_t>(number, 1);
  return std::min(number, most);
}

std::string text_of_query(const Request& request, std::string_view name) {
  const std::string* text = request.query_value(name);
  return text == nullptr ? "" : *text;
}

bool flag_of_query(const Request& request, std::string_view name) {
  const std::string text = text_of_query(request, name);
  return text == "1" || text == "true";
}

Result<model::Run> get_run(const store::View& view, model::RunId id) {
  MLP_ASSIGN(auto run, store::find_run(view, id));
  if (!run) return Error{ErrorCode::kNotFound, "there is no run " + id.to_string()};
  return std::move(*run);
}

// The run is there: who asks must not be told that it is not.
Result<std::shared_ptr<const plan::Plan>> get_plan(const store::View& view, const model::Run& run,
                                                   Context& context) {
  auto plan = context.plans->get(view, run.plan);
  if (plan) return plan;
  const bool is_lost = plan.error().code == ErrorCode::kNotFound;
  return Error{is_lost ? ErrorCode::kCorrupt : plan.error().code,
               "the plan of run " + run.id.to_string() + " cannot be read: " + plan.error().message};
}

Result<LoadedRun> load_run(const Request& request, Context& context) {
  auto id = parse_number(request.arguments.at(0), "a run");
  if (!id) return Error{ErrorCode::kNotFound, "there is no run `" + request.arguments.at(0) + "`"};
  LoadedRun loaded;
  loaded.view = context.engine->view();
  MLP_ASSIGN(loaded.run, get_run(*loaded.view, model::RunId(*id)));
  MLP_ASSIGN(loaded.plan, get_plan(*loaded.view, loaded.run, context));
  return loaded;
}

Result<model::TaskRunId> task_run_of(const LoadedRun& loaded, const std::string& name) {
  return model::parse_task_run(loaded.run.id.to_string() + "/" + name, *loaded.plan);
}

std::string name_of_attempt(model::AttemptId id, const lineage::Sources& sources) {
  if (!id) return "";
  auto attempt = store::find_attempt(sources.view, id);
  if (!attempt || !*attempt) return "";
  auto run = store::find_run(sources.view, (*attempt)->task_run.run);
  if (!run || !*run) return "";
  auto plan = sources.plans.get(sources.view, (*run)->plan);
  return plan ? model::to_text((*attempt)->task_run, **plan) : "";
}

Response send_object(const Request& request, Context& context, const store::View& view,
                     const Digest& digest, const std::string& name) {
  MLP_LOAD(objects::ObjectReader reader, context.objects->open(view, digest));
  const std::uint64_t total = reader.size();
  Response response;
  response.content_type = "application/octet-stream";
  response.headers = {
      {"Content-Disposition", "attachment; filename*=UTF-8''" + wire::path::encode_segment(name)},
      {"Content-Security-Policy", "sandbox; default-src 'none'"},
      {"Accept-Ranges", "bytes"},
      {"ETag", "\"" + digest.to_hex() + "\""}};
  ByteRange range{0, total};
  if (const std::string* header = request.header("range")) {
    const auto part = parse_range(*header, total);
    const std::string whole = std::to_string(total);
    if (!part) {
      Response refused =
          refusal(416, "bad_request", "there is no such range in " + whole + " bytes");
      refused.headers.emplace_back("Content-Range", "bytes */" + whole);
      return refused;
    }
    range = *part;
    response.status = 206;
    response.headers.emplace_back("Content-Range",
                                  "bytes " + std::to_string(range.begin) + "-" +
                                      std::to_string(range.begin + range.size - 1) + "/" + whole);
  }
  response.stream = read_pieces(std::move(reader), range);
  response.stream_size = range.size;
  return response;
}

}  // namespace mlp::http

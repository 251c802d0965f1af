// SPDX-License-Identifier: Apache-2.0
//
// The daemon itself: health, status, the end of it, and links that open the web page.
#include <unistd.h>

#include <cmath>

#include "daemon/http/handlers.h"
#include "daemon/http/load.h"
#include "daemon/http/page.h"
#include "daemon/wire/paths.h"
#include "daemon/wire/status.h"

namespace mlp::http {
namespace {

constexpr std::uint64_t kMaxStatm = 4096;

/// Resident bytes of this process (proc(5), statm: the second number, in pages).
std::uint64_t resident_bytes(Files& files) {
  auto text = files.read("/proc/self/statm", kMaxStatm);
  if (!text) return 0;
  const std::size_t space = text->find(' ');
  if (space == std::string::npos) return 0;
  auto pages = parse_number(
      std::string_view(*text).substr(space + 1, text->find(' ', space + 1) - space - 1), "statm");
  return pages ? *pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace

Response show_health(const Request&, Context&) {
  return json_response({{"status", "ok"}});
}

Response show_status(const Request&, Context& context) {
  const engine::EngineStatus now = context.engine->status();
  wire::Status status;
  status.version = context.version;
  status.pid = ::getpid();
  status.data_folder = context.data_folder;
  status.address = context.address;
  status.started = context.started;
  status.uptime = context.clock->now() - context.started;
  status.commit = now.synced;
  status.active_runs = now.active_runs;
  status.running_attempts = now.live_attempts;
  status.queued_task_runs = now.queued;
  status.cpus = static_cast<std::uint64_t>(std::lround(context.cores));
  status.memory_bytes = resident_bytes(*context.files);
  const DiskState disk = context.disk();
  status.free_bytes = disk.free_bytes;
  status.is_disk_low = disk.is_low;
  status.is_read_only = disk.is_full;
  status.disk_since = disk.since;
  status.disk_reason = disk.reason;
  status.activities = context.activities();
  return document(status);
}

Response shut_down(const Request& request, Context& context) {
  wire::ShutdownRequest wish;
  if (!request.body.empty()) {
    MLP_LOAD(wish, parse_body<wire::ShutdownRequest>(request));
  }
  return context.shut_down(wish.mode);
}

Response make_login_link(const Request& request, Context& context) {
  const std::string secret = context.authenticator->make_login_token(request.principal);
  wire::LoginLink link;
  link.url = "http://" + context.address + std::string(wire::path::kLogin) + "?token=" + secret;
  link.expires = context.clock->now() + kLoginLinkLife;
  return document(link, 201);
}

Response log_in(const Request& request, Context& context) {
  const auto session = context.authenticator->redeem_login_token(text_of_query(request, "token"));
  if (!session) return make_no_session_page(403, "This link was used before, or is too old.");
  Response response;
  response.status = 303;
  response.content_type = "";
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(kSessionLife).count();
  response.headers = {
      {"Location", "/"},
      {"Set-Cookie", std::string(kSessionCookie) + "=" + *session +
                         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(age)}};
  return response;
}

}  // namespace mlp::http

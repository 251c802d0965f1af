// SPDX-License-Identifier: Apache-2.0
//
// The web page: its files, and what is shown to someone without a session.
#include "daemon/http/handlers.h"
#include "daemon/http/page.h"

namespace mlp::http {
namespace {

/// security: nothing but this server's own files, no inline script or style, in nobody's frame.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; worker-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

std::string content_type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

const PageFile* find_page_file(std::string_view name) {
  for (const PageFile& file : page_files()) {
    if (file.name == name) return &file;
  }
  return nullptr;
}

Response send(const PageFile& file) {
  Response response;
  response.content_type = content_type_of(file.name);
  response.headers = {{"Content-Security-Policy", std::string(kPagePolicy)},
                      {"Cache-Control", "no-cache"}};
  response.body = std::string(file.content);
  return response;
}

}  // namespace

Response make_no_session_page(int status, std::string_view message) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Content-Security-Policy", std::string(kPagePolicy)}};
  response.body =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>mlp</title></head>\n"
      "<body><h1>mlp</h1>\n<p>" +
      std::string(message) +
      "</p>\n"
      "<p>Run <code>mlpctl status</code> in a terminal: it prints a link that opens this page, "
      "good for 10 minutes and for one use.</p>\n</body></html>\n";
  return response;
}

Response show_page(const Request& request, Context&) {
  const PageFile* index = find_page_file("index.html");
  if (request.principal.role < Permission::kViewer) {
    return make_no_session_page(401, "You are not logged in here.");
  }
  if (index == nullptr)
    return refusal(404, "not_found", "this mlpd was built without its web page");
  return send(*index);
}

Response send_page_file(const Request& request, Context&) {
  const PageFile* file = find_page_file(request.arguments.at(0));
  if (file == nullptr || file->name == "index.html") {
    return refusal(404, "not_found", "no such route");
  }
  return send(*file);
}

}  // namespace mlp::http

// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/text.h"
#include "runtime/environment/environment.h"
#include "runtime/environment/python.h"

namespace mlp::environment {
namespace {

constexpr std::uint8_t kScheme = 1;  // a new number makes every task run again

/// "debian 12": what decides which tools and libraries there are.
std::string os_release() {
  const auto text = real_files().read("/etc/os-release", 64 * 1024);
  if (!text) return "unknown";
  std::string id;
  std::string version;
  for (const std::string& line : split(*text, '\n')) {
    if (line.starts_with("ID=")) id = line.substr(3);
    if (line.starts_with("VERSION_ID=")) version = line.substr(11);
  }
  return id + " " + version;
}

Shell find_shell() {
  for (const char* path : {"/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"}) {
    if (::access(path, X_OK) == 0) return {path, true};
  }
  return {"/bin/sh", false};
}

}  // namespace

const Shell& host_shell() {
  static const Shell shell = find_shell();
  return shell;
}

Result<Digest> fingerprint(const plan::Environment& environment) {
  ByteWriter out;
  out.u8(kScheme).u8(static_cast<std::uint8_t>(environment.kind));
  out.text(host_shell().is_bash ? "bash" : "sh");
  if (environment.kind == plan::EnvironmentKind::kHost) {
    out.text(os_release());
    return sha256(out.bytes());
  }
  static HelperGroup helpers;
  const auto python = find_python(helpers, environment.python);
  if (!python) return python.error().with_context("environment `" + environment.name + "`");
  out.text(python->version).digest(environment.requirements_digest);
  return sha256(out.bytes());
}

}  // namespace mlp::environment

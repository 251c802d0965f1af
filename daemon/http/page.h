// SPDX-License-Identifier: Apache-2.0
//
// The web page's files, built into the program from web-ui/first/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/server/message.h"

namespace mlp::http {

struct PageFile {
  std::string_view name;  // "index.html"
  std::string_view content;
};

/// Made by the build from the files in web-ui/first/.
const std::vector<PageFile>& page_files();

/// What someone without a session sees: how to get one.
Response make_no_session_page(int status, std::string_view message);

}  // namespace mlp::http

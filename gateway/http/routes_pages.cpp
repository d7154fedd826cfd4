// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "gateway/http/page_answers.hpp"
#include "gateway/http/routes.hpp"

namespace recapd::gateway::http::routes {
namespace {

/// Answers with the file at the path that is the parameter, else with the
/// document of every page.
void get_page(services &s, const request_ptr &r, const responder &respond) {
  if (!r->params.empty()) {
    const auto file =
        std::ranges::find(page_files, r->params.front(), &page_file::path);
    if (file != page_files.end()) return respond(page_answer(*file, *r));
  }
  if (!s.documents)
    return respond(problem(404, "not-found", "This node serves no pages."));
  respond(page_answer(s.documents->pages(), *r));
}

void get_docs(services &s, const request_ptr &r, const responder &respond) {
  const auto *docs = s.documents ? s.documents->docs() : nullptr;
  if (docs == nullptr) return get_page(s, r, respond);
  respond(page_answer(*docs, *r, inline_styles::allowed));
}

route opened(std::string_view pattern,
             void (*handle)(services &, const request_ptr &,
                            const responder &)) {
  return {.method = "GET",
          .pattern = pattern,
          .who = open_to_all,
          .max_body = small_body,
          .handle = handle,
          .page = true};
}

}  // namespace

std::vector<route> page_routes() {
  return {opened("/", get_page), opened("/docs", get_docs)};
}

}  // namespace recapd::gateway::http::routes

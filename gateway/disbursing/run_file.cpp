// SPDX-License-Identifier: Apache-2.0
#include "gateway/disbursing/run_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "gateway/wire/csv.hpp"

namespace recapd::gateway::disbursing {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path &file) {
  throw std::runtime_error{file.string() + ": " + std::strerror(errno)};
}

/// A descriptor that is closed at the end.
class descriptor {
public:
  descriptor(const fs::path &path, int flags)
      : path_{path}, fd_{::open(path.c_str(), flags | O_CLOEXEC, 0640)} {
    if (fd_ < 0) fail(path_);
  }
  descriptor(const descriptor &) = delete;
  descriptor &operator=(const descriptor &) = delete;
  ~descriptor() { ::close(fd_); }

  void write(std::string_view text) const {
    while (!text.empty()) {
      const auto written = ::write(fd_, text.data(), text.size());
      if (written < 0 && errno != EINTR) fail(path_);
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() const {
    if (::fsync(fd_) != 0) fail(path_);
  }

private:
  fs::path path_;
  int fd_;
};

void write_lines(const descriptor &to, const storage::run_row &run,
                 storage::store &from) {
  to.write(csv_head(run_columns()));
  storage::disbursement_filter filter;
  filter.run = run.id;
  filter.limit = 1000;
  for (bool more = true; more;) {
    const auto page = from.list_disbursements(filter);
    for (const auto &row : page) {
      const auto shown = workflows::to_view(row.what);
      std::vector<boost::json::value> line;
      for (const auto &column : run_columns())
        line.push_back(shown.at(column));
      to.write(csv_line(line));
    }
    more = page.more;
    if (!page.empty()) filter.after = page.back().what.id;
  }
}

}  // namespace

const std::vector<std::string> &run_columns() {
  static const std::vector<std::string> names{"id",    "run",    "program",
                                              "tutor", "amount", "currency"};
  return names;
}

void write_run_file(const fs::path &folder, const storage::run_row &run,
                    storage::store &from) {
  fs::create_directories(folder);
  const auto file = folder / (run.id + ".csv");
  // Two nodes may write at once: each has a file of its own.
  const auto draft =
      folder / ("." + run.id + "." + std::to_string(::getpid()) + ".draft");
  {
    const descriptor to{draft, O_WRONLY | O_CREAT | O_TRUNC};
    write_lines(to, run, from);
    to.sync();
  }
  fs::rename(draft, file);
  descriptor{folder, O_RDONLY | O_DIRECTORY}.sync();
}

}  // namespace recapd::gateway::disbursing

// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/process_metrics.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace recapd::gateway {

namespace {

void add(std::string &out, std::string_view name, std::string_view type,
         std::string_view help, double value) {
  const std::string named{name};
  std::ostringstream line;
  line.precision(15);
  line << "# HELP " << named << ' ' << help << "\n# TYPE " << named << ' '
       << type << '\n'
       << named << ' ' << value << '\n';
  out += line.str();
}

/// Returns the numbers of /proc/self/stat from its third member on; the second,
/// the program's name, may hold anything.
std::vector<double> read_stat() {
  std::ifstream file{"/proc/self/stat"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::vector<double> out;
  const auto named = text.rfind(") ");
  if (named == std::string::npos) return out;
  std::istringstream rest{text.substr(named + 4)};
  std::copy(std::istream_iterator<double>{rest}, {}, std::back_inserter(out));
  return out;
}

/// Returns the time of the machine's start in Unix seconds.
std::optional<double> boot_time() {
  std::ifstream file{"/proc/stat"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  return std::nullopt;
}

}  // namespace

std::string process_metrics() {
  // Of proc(5): the numbers of utime, stime, num_threads, starttime, vsize and
  // rss, less the three members that read_stat() leaves out and one.
  enum member { utime = 10, stime, threads = 16, started = 18, vsize, rss };
  std::string out;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (const auto stat = read_stat(); stat.size() > rss) {
    add(out, "process_cpu_seconds_total", "counter",
        "User and system CPU time spent.", (stat[utime] + stat[stime]) / ticks);
    add(out, "process_threads", "gauge", "Threads.", stat[threads]);
    add(out, "process_virtual_memory_bytes", "gauge", "Virtual memory.",
        stat[vsize]);
    add(out, "process_resident_memory_bytes", "gauge", "Resident memory.",
        stat[rss] * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    if (const auto booted = boot_time())
      add(out, "process_start_time_seconds", "gauge",
          "When the process began, in Unix seconds.",
          *booted + stat[started] / ticks);
  }
  std::error_code none;
  if (std::filesystem::directory_iterator all{"/proc/self/fd", none}; !none)
    add(out, "process_open_fds", "gauge", "Open file descriptors.",
        static_cast<double>(std::distance(begin(all), end(all))));
  rlimit most{};
  if (::getrlimit(RLIMIT_NOFILE, &most) == 0)
    add(out, "process_max_fds", "gauge", "The most of them.",
        static_cast<double>(most.rlim_cur));
  return out;
}

}  // namespace recapd::gateway

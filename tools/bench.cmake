# The benchmark: a lean load generator, the baselines, the scenarios.
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)

file(GLOB bench_sources CONFIGURE_DEPENDS bench_*.cpp load_*.cpp)
add_executable(recapd-bench ${bench_sources})
target_link_libraries(recapd-bench PRIVATE
  recapd_tools recapd_storage PkgConfig::PQXX PkgConfig::PQ
  CLI11::CLI11 Threads::Threads)

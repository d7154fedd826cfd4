# Writes the unit at installation, from `in` to `out`: what it starts is in `bin`,
# below the prefix unless that is a whole path.
# SPDX-License-Identifier: Apache-2.0
get_filename_component(program "${bin}/recapd" ABSOLUTE
  BASE_DIR "${CMAKE_INSTALL_PREFIX}")
# A % begins a specifier; a blank is part of a path in quotes.
string(REPLACE "%" "%%" program "${program}")
if(NOT program MATCHES "^[A-Za-z0-9/%._+-]+$")
  string(REGEX REPLACE [[(["\\])]] [[\\\1]] program "${program}")
  set(program "\"${program}\"")
endif()
configure_file("${in}" "${out}" @ONLY)

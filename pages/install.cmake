# Installs what package-lock.json names into node_modules, unless it is there.
# SPDX-License-Identifier: Apache-2.0
set(done node_modules/.package-lock.json)
if(NOT package-lock.json IS_NEWER_THAN ${done})
  return()
endif()
execute_process(
  COMMAND ${NPM} ci --no-audit --no-fund --no-update-notifier --loglevel=error
  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "npm did not install what pages/package-lock.json names; "
    "the first build needs a way to the npm registry:\n${said}")
endif()
file(TOUCH ${done})

# Sourced by tools/postgres and tools/nats: folders and secrets that are their
# owner's alone.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

refuse() { echo "tools/${0##*/}: $*" >&2; exit 1; }

# The user ids that may own a folder above a private one: this user's, root's,
# and whose these scripts are, for they are run anyway. Where root's id is not
# mapped (a rootless container) the kernel shows another in its place.
trusted_owners() {
  echo "$(id -u)" 0 "$(stat -c %u "${BASH_SOURCE[0]}")"
  if awk '{ n += $3 } END { exit n >= 4294967295 }' /proc/self/uid_map; then
    cat /proc/sys/kernel/overflowuid
  fi
}

# private_folder DIR: makes it where it is missing and prints its real path.
# Refuses one into which another user could put, or exchange, something.
private_folder() {
  local dir at trusted owner mode
  if [ -L "$1" ] && [ "$(stat -c %u "$1")" != "$(id -u)" ] && [ "$(stat -c %u "$1")" != 0 ]; then
    refuse "$1 is a link that $(stat -c %U "$1") made; remove it, or name another folder"
  fi
  mkdir -p -- "$1" || refuse "cannot make the folder $1"
  dir=$(cd -- "$1" && pwd -P)
  [ -O "$dir" ] || refuse "$dir belongs to $(stat -c %U "$dir"), not to $(id -un); name a folder of your own"
  trusted=" $(trusted_owners | tr '\n' ' ')"
  at=$dir
  while :; do
    read -r owner mode < <(stat -c '%u %a' -- "$at")
    [[ $trusted == *" $owner "* ]] \
      || refuse "$at belongs to $(stat -c %U "$at"), who could exchange what is in it; name another folder"
    # In a sticky folder nobody can exchange what is another's.
    if (((8#$mode & 2) != 0 && ((8#$mode & 8#1000) == 0 || ${#at} == ${#dir}))); then
      refuse "everybody may write to $at; name another folder, or chmod o-w it"
    fi
    [ "$at" != / ] || break
    at=$(dirname -- "$at")
  done
  printf '%s\n' "$dir"
}

# A word nobody guesses, safe in a URL and in a quoted string.
secret() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }

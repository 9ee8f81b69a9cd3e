#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs a UI test on an X server, session bus and accessibility bus of its own.
#
#   run-ui-test.sh TEST.py [ARGUMENT...]
#
# Exit: that of the test; 77 if a program that is needed is missing. UI_LIMIT_S bounds the test
# (100), UI_SCREEN is the screen (1280x800), UI_THEME the GTK theme (Adwaita), UI_FONT the font.
# The test finds the folder for its screenshots in UI_SHOTS.
set -uo pipefail

for program in Xvfb openbox xdotool import dbus-run-session xprop timeout; do
  command -v "$program" >/dev/null || {
    echo "the program $program is not installed; packaging/setup --test installs it"
    exit 77
  }
done
/usr/bin/python3 -c 'import gi; gi.require_version("Atspi", "2.0")' 2>/dev/null || {
  echo "Python's Atspi is not installed; packaging/setup --test installs it"
  exit 77
}

test=$(realpath "$1")
shift
private=$(mktemp -d)
server=
session=

# The session is a process group of its own: its end takes the application and the buses along.
end_all ()
{
  local target
  for target in ${session:+-$session} $server; do
    kill -TERM -- "$target" 2>/dev/null
    for _ in {1..10}; do
      kill -0 -- "$target" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- "$target" 2>/dev/null
  done
  rm -rf "$private"
}
trap end_all EXIT
trap 'exit 143' TERM INT HUP

mkdir -m 0700 "$private"/{home,runtime,data,config,config/gtk-3.0,state,cache}
cat >"$private/config/gtk-3.0/settings.ini" <<INI
[Settings]
gtk-enable-animations=0
gtk-cursor-blink=0
gtk-font-name=${UI_FONT:-Sans 10}
INI
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS DOWNTIME_KIT
export HOME=$private/home XDG_RUNTIME_DIR=$private/runtime XDG_DATA_HOME=$private/data
export XDG_CONFIG_HOME=$private/config XDG_STATE_HOME=$private/state XDG_CACHE_HOME=$private/cache
export LC_ALL=C.UTF-8 GDK_BACKEND=x11 NO_AT_BRIDGE=0 GTK_MODULES="" GSETTINGS_BACKEND=memory
export GTK_THEME=${UI_THEME:-Adwaita} UI_PRIVATE=$private
export UI_SHOTS=${UI_SHOTS:-${DK_BUILD_ROOT:-$private}/ui-shots}
mkdir -p "$UI_SHOTS"

# With -displayfd the server takes a free number: tests side by side do not collide.
mkfifo "$private/display"
Xvfb -displayfd 3 -screen 0 "${UI_SCREEN:-1280x800}x24" -dpi 96 -nolisten tcp -noreset \
  3>"$private/display" 2>/dev/null &
server=$!
if ! read -r -t 20 number <"$private/display"; then
  echo "the X server did not start" >&2
  exit 1
fi
export DISPLAY=:$number

setsid dbus-run-session -- /bin/bash -c '
  openbox >/dev/null 2>&1 &
  manager=$!
  for _ in {1..100}; do
    xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q "window id" && break
    sleep 0.05
  done
  timeout --foreground -k 5 "${UI_LIMIT_S:-100}" /usr/bin/python3 -u "$@"
  result=$?
  kill "$manager" 2>/dev/null
  wait "$manager" 2>/dev/null
  exit "$result"
' _ "$test" "$@" > >(grep -v '^SpiRegistry daemon') \
  2> >(sed -u '/^dbus-daemon\[/d; s/dbus-daemon\[.*//' >&2) &
session=$!
wait "$session"
result=$?
[ "$result" != 124 ] || echo "the test took longer than ${UI_LIMIT_S:-100} s" >&2
exit "$result"

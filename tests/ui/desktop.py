# SPDX-License-Identifier: MIT
"""What a desktop tells the window: a system bus of the test's own with a login manager on it, and
the signals of screen savers on the session bus. Nothing of the machine is touched."""

import os
import subprocess

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

LOGIND = 'org.freedesktop.login1'
MANAGER_PATH = '/org/freedesktop/login1'
OWN_SESSION = '/org/freedesktop/login1/session/_31'
OTHER_SESSION = '/org/freedesktop/login1/session/_32'
INTERFACES = Gio.DBusNodeInfo.new_for_xml('''<node>
  <interface name="org.freedesktop.login1.Manager">
    <method name="Inhibit">
      <arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="h" direction="out"/>
    </method>
    <method name="GetSession">
      <arg type="s" direction="in"/><arg type="o" direction="out"/>
    </method>
  </interface>
</node>''')


def connect(address):
    return Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)


class Login:
    """A login manager; `address` goes to the window as DBUS_SYSTEM_BUS_ADDRESS."""

    def __init__(self):
        self.bus = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address=1'],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.bus.stdout.readline().strip()
        self.connection = connect(self.address)
        self.brakes = []  # ends of pipes: the other end is what holds the sleep back
        self.asked = []
        self.connection.register_object(MANAGER_PATH, INTERFACES.interfaces[0], self.answer,
                                        None, None)
        self.connection.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus',
                                  'org.freedesktop.DBus', 'RequestName',
                                  GLib.Variant('(su)', (LOGIND, 0)), None, 0, -1, None)

    def answer(self, connection, sender, path, interface, method, arguments, invocation):
        self.asked.append((method, *arguments.unpack()))
        if method == 'GetSession':
            invocation.return_value(GLib.Variant('(o)', (OWN_SESSION,)))
            return
        mine, theirs = os.pipe()
        os.set_blocking(mine, False)
        descriptors = Gio.UnixFDList.new()
        descriptors.append(theirs)
        os.close(theirs)
        self.brakes.append(mine)
        invocation.return_value_with_unix_fd_list(GLib.Variant('(h)', (0,)), descriptors)

    def holds_sleep_back(self):
        """True while the window keeps its end of the last brake open."""
        try:
            return bool(self.brakes) and os.read(self.brakes[-1], 1) != b''
        except BlockingIOError:
            return True

    def emit(self, path, interface, signal, arguments=None):
        self.connection.emit_signal(None, path, interface, signal, arguments)
        self.connection.flush_sync(None)

    def sleep(self, begins=True):
        self.emit(MANAGER_PATH, LOGIND + '.Manager', 'PrepareForSleep',
                  GLib.Variant('(b)', (begins,)))

    def lock_session(self, path=OWN_SESSION):
        self.emit(path, LOGIND + '.Session', 'Lock')

    def end(self):
        self.connection.close_sync(None)
        self.bus.terminate()
        self.bus.wait(10)
        self.bus.stdout.close()
        for brake in self.brakes:
            os.close(brake)


def lock_screen(interface, begins=True):
    """What a screen saver says on the session bus."""
    connection = connect(os.environ['DBUS_SESSION_BUS_ADDRESS'])
    connection.emit_signal(None, '/' + interface.replace('.', '/'), interface, 'ActiveChanged',
                           GLib.Variant('(b)', (begins,)))
    connection.flush_sync(None)
    connection.close_sync(None)

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: whatever locks the kit, it is closed soon, what was typed is there afterwards or the person
is told that it is not, and typing keeps it open.
Method: a call is typed and not stored, then the kit is locked by key, by doing nothing, before the
PC sleeps, with the session and with the screen; dkit must be able to open the kit then. The login
manager is a fake on a bus of its own. Control: signals that must not lock, and slow typing."""

import json
import os
import signal
import time

import desktop
import kit_ui as ui
from desk import DeskTest

WORDS = 'Monitor 12 shows no data'
RESOLUTION = 'Fuse of the gateway'
LOCKED_WITHIN_S = 10  # a hang; how long it takes is printed
# Restart of the process, accessibility bus included, on a PC that does other things as well.
PAGE_WITHIN_S = 10
SAVERS = ('org.freedesktop.ScreenSaver', 'org.gnome.ScreenSaver')


class Lock(DeskTest):
    def setUp(self):
        super().setUp()
        self.login = desktop.Login()
        self.addCleanup(self.login.end)

    def open_with(self, *options, name='downtime-kit'):
        self.app = ui.App('--kit', self.folder, '--user', 'admin', *options, name=name,
                          environment={'DBUS_SYSTEM_BUS_ADDRESS': self.login.address,
                                       'XDG_SESSION_ID': '1'})
        self.window = self.app.window
        self.unlock()

    def type_call(self):
        """Types a call and does not store it; returns its number."""
        ui.key('F2')
        self.wait_focus('What is wrong')
        ui.type_text(WORDS)
        label = ui.until(lambda: next(
            (n for n in ui.find_all(self.window, ui.Role.LABEL, 'DT-DEMO-')
             if len(n.get_name()) < 20), None), 'a number')
        self.assertTrue(self.holds_kit(), 'an open kit without a lock: this test sees nothing')
        return label.get_name()

    def holds_kit(self):
        with open('/proc/locks', encoding='ascii') as locks:
            return any(line.split()[4] == str(self.app.process.pid) for line in locks)

    def wait_closed(self, since):
        """The kit is free for others; tells how long that took since the cause."""
        ui.until(lambda: not self.holds_kit(), 'the kit to be closed', PAGE_WITHIN_S)
        return time.monotonic() - since

    def wait_page(self, since):
        entry = ui.until(self.find_passphrase, 'the unlock page', PAGE_WITHIN_S)
        return entry, time.monotonic() - since

    def find_passphrase(self):
        root = self.app.find_root()
        window = ui.find(root, ui.Role.FRAME) if root else None
        entry = window and ui.labelled(window, 'Passphrase')
        if entry:
            self.app.root, self.window = root, window
        return entry

    def check_locked(self, cause, since):
        closed = self.wait_closed(since)
        _, shown = self.wait_page(since)
        print(f'{cause}: closed after {closed * 1000:.0f} ms, unlock page after '
              f'{shown * 1000:.0f} ms')
        self.assertLess(closed, LOCKED_WITHIN_S)

    def check_draft(self, number):
        drafts = json.loads(self.dkit('--json', 'ticket', 'drafts'))
        self.assertEqual([(d['number'], d['answers']['summary'], d['user']) for d in drafts],
                         [(number, WORDS, 'admin')])

    def continue_draft(self, number):
        self.unlock()
        self.press(f'Continue {number}')
        words = self.wait_focus('What is wrong')
        ui.until(lambda: ui.text(words) == WORDS, 'the words of before')

    def test_by_key(self):
        self.open_with()
        number = self.type_call()
        since = time.monotonic()
        ui.key('ctrl+l')
        self.check_locked('Ctrl+L', since)
        self.check_draft(number)
        self.continue_draft(number)

    def test_before_sleep(self):
        self.open_with()
        ui.until(self.login.holds_sleep_back, 'the sleep to be held back')
        ui.until(lambda: ('GetSession', '1') in self.login.asked, 'the session to be asked for')
        self.login.sleep(False)
        self.login.lock_session(desktop.OTHER_SESSION)
        number = self.type_call()
        since = time.monotonic()
        self.login.sleep()
        ui.until(lambda: not self.login.holds_sleep_back(), 'the PC to be let sleep', 5)
        # The kit was closed before that: nothing is in memory while the PC sleeps.
        self.check_draft(number)
        _, shown = self.wait_page(since)
        print(f'sleep: let sleep and drafts read, unlock page after {shown * 1000:.0f} ms')

    def put_flag(self, name):
        """What window-full-disk looks for."""
        path = os.path.join(ui.PRIVATE, name)
        with open(path, 'w', encoding='utf-8'):
            self.addCleanup(lambda: os.path.exists(path) and os.remove(path))
        return path

    def check_told(self, lock):
        """Locks with words that the disk refuses: the fresh process says so, until it is opened."""
        self.open_with(name='tests/ui/window-full-disk')
        ui.until(self.login.holds_sleep_back, 'the sleep to be held back')
        self.type_call()
        full = self.put_flag('full')
        ui.type_text(' now')
        lock()
        self.wait_page(time.monotonic())
        words = self.wait_label('could not be finished').get_name()
        self.assertIn('what was typed last is NOT stored', words)
        self.assertIn('Everything stored before is safe', words)
        self.assertIn('type them again', words)
        self.assertNotIn('Monitor', words)
        for name in ('environ', 'cmdline'):
            with open(f'/proc/{self.app.process.pid}/{name}', 'rb') as file:
                self.assertNotIn(b'NOT stored', file.read())
        ui.shot('unlock-refused-words')
        os.remove(full)
        self.unlock()
        ui.key('ctrl+l')
        ui.until(lambda: not ui.find(self.app.find_root(), ui.Role.LABEL, 'handed over'), 'a lock')
        self.wait_page(time.monotonic())
        self.assertIsNone(ui.find(self.window, ui.Role.LABEL, 'could not be finished'))

    def test_words_that_the_disk_refused_are_told_after_a_lock(self):
        self.check_told(lambda: ui.key('ctrl+l'))

    def test_words_that_the_disk_refused_are_told_before_sleep(self):
        self.check_told(self.login.sleep)

    def test_words_that_the_disk_refused_are_told_when_the_window_is_closed(self):
        self.check_told(lambda: ui.key('alt+F4'))

    def test_sleep_overtakes_a_lock_that_makes_a_backup(self):
        self.open_with(name='tests/ui/window-full-disk')
        ui.until(self.login.holds_sleep_back, 'the sleep to be held back')
        slow = self.put_flag('slow')
        number = self.type_call()
        ui.key('ctrl+l')
        self.wait_label('Locking. ')
        self.assertTrue(self.holds_kit() and self.login.holds_sleep_back())
        os.remove(slow)
        self.login.sleep()
        ui.until(lambda: not self.login.holds_sleep_back(), 'the PC to be let sleep')
        self.check_draft(number)
        self.wait_page(time.monotonic())

    def test_letters_in_front_of_a_lock_are_kept(self):
        """Also those that the window had not looked at; what comes after them starts nothing."""
        self.open_with()
        ui.until(lambda: ('GetSession', '1') in self.login.asked, 'the session to be asked for')
        number = self.type_call()
        self.app.process.send_signal(signal.SIGSTOP)
        try:
            ui.type_text(', Nor 13')
            ui.key('Return', 'x')
            self.login.lock_session()
        finally:
            self.app.process.send_signal(signal.SIGCONT)
        self.wait_page(time.monotonic())
        drafts = json.loads(self.dkit('--json', 'ticket', 'drafts'))
        self.assertEqual([(d['number'], d['answers']['summary']) for d in drafts],
                         [(number, WORDS + ', Nor 13')])

    def test_with_the_session_and_the_screen(self):
        self.open_with()
        ui.until(lambda: ('GetSession', '1') in self.login.asked, 'the session to be asked for')
        number = self.type_call()
        since = time.monotonic()
        self.login.lock_session()
        self.check_locked('session', since)
        for saver in SAVERS:
            self.continue_draft(number)
            desktop.lock_screen(saver, False)
            since = time.monotonic()
            desktop.lock_screen(saver)
            self.check_locked(saver, since)
        self.check_draft(number)

    def lock_with_session(self):
        """Again until it is heard: after an unlock the window has to find its session first."""
        def lock():
            self.login.lock_session()
            return not self.holds_kit()
        ui.until(lock, 'the kit to be closed', PAGE_WITHIN_S)

    def unlock_as(self, name):
        entry = self.find_passphrase()
        ui.until(lambda: ui.has(entry, ui.State.FOCUSED), 'the focus in the passphrase')
        ui.type_text(self.passphrases[name])
        ui.key('Return')
        self.wait_label(f'{name}, ')

    def open_ticket(self):
        ui.key('alt+3')
        self.wait_rows('List of tickets', 1)
        ui.key('Home', 'Return')
        self.wait_label('Tell the caller: ')
        self.wait_focus('Add a line to the log')

    def begin_step(self, item, label, words):
        """Opens the dialog of a step, which has these words in it; returns its field."""
        self.choose(item)
        field = ui.until(lambda: ui.labelled(ui.find(self.app.root, ui.Role.DIALOG), label),
                         f'the field "{label}"')
        ui.until(lambda: ui.has(field, ui.State.FOCUSED), 'the focus in it')
        ui.until(lambda: ui.text(field) == words, f'"{words}" in the field')
        return field

    def test_words_in_a_dialog(self):
        number = self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set',
                           'summary=' + WORDS).split()[0]
        self.open_with()
        ui.until(self.login.holds_sleep_back, 'the sleep to be held back')
        ui.until(lambda: ('GetSession', '1') in self.login.asked, 'the session to be asked for')
        self.open_ticket()
        field = self.begin_step('Resolve', 'What solved it', '')
        ui.type_text(RESOLUTION)
        ui.until(lambda: ui.text(field) == RESOLUTION, 'the words')
        self.login.sleep()  # at once: nothing has paused for them to be kept
        self.wait_page(time.monotonic())
        self.unlock_as('admin')
        self.open_ticket()
        self.wait_label('resolve, begun and not done: ' + RESOLUTION)
        ui.shot('ticket-step-begun')
        self.begin_step('Resolve', 'What solved it', RESOLUTION)
        self.wait_label('Typed by admin')
        ui.type_text(' replaced')
        ui.shot('ticket-step-again')
        self.lock_with_session()
        self.wait_page(time.monotonic())
        self.unlock_as('admin')
        self.open_ticket()
        self.begin_step('Resolve', 'What solved it', RESOLUTION + ' replaced')
        ui.key('Return')
        self.wait_label('resolved: ')
        self.assertIsNone(ui.find(self.window, ui.Role.LABEL, 'begun and not done'))
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual((stored['state'], stored['resolution']),
                         ('resolved', RESOLUTION + ' replaced'))

    def test_by_key_in_a_dialog(self):
        self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set',
                  'summary=' + WORDS)
        self.open_with()
        self.open_ticket()
        field = self.begin_step('Resolve', 'What solved it', '')
        ui.type_text(RESOLUTION)
        ui.until(lambda: ui.text(field) == RESOLUTION, 'the words')
        ui.key('ctrl+l')
        self.wait_page(time.monotonic())
        self.unlock_as('admin')
        self.open_ticket()
        self.wait_label('resolve, begun and not done: ' + RESOLUTION)

    def test_words_in_a_dialog_left_idle(self):
        """They stand there for the next person, until they are discarded."""
        self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set',
                  'summary=' + WORDS, '--final')
        self.open_with('--lock-after', '4')
        self.open_ticket()
        self.begin_step('Void', 'Reason for voiding', '')
        ui.type_text('twice the')
        self.wait_page(time.monotonic())
        self.app.end()
        self.app = ui.App('--kit', self.folder, '--user', 'agent',
                          environment={'DBUS_SYSTEM_BUS_ADDRESS': self.login.address})
        self.window = self.app.window
        ui.until(self.find_passphrase, 'the unlock page')
        self.unlock_as('agent')
        self.open_ticket()
        self.begin_step('Void', 'Reason for voiding', 'twice the')
        self.wait_label('Typed by admin')
        ui.type_text(' same')
        ui.key('Escape')
        self.wait_label('nothing was done. Your words are kept')
        self.begin_step('Void', 'Reason for voiding', 'twice the same')
        self.wait_label('Typed by agent')
        self.press('Discard the words')
        self.wait_label('the words were discarded')
        self.begin_step('Void', 'Reason for voiding', '')
        ui.key('Escape')
        self.change_with_reason()

    def change_with_reason(self):
        """The reason of an amendment, kept though the change itself goes to the log."""
        self.choose('Amend')
        self.wait_focus('Caller')
        ui.type_text('X')
        self.wait_label('amending, not stored yet')
        ui.key('ctrl+s')
        field = ui.until(lambda: ui.labelled(self.app.root, 'Reason for the change'), 'the field')
        ui.until(lambda: ui.has(field, ui.State.FOCUSED), 'the focus in it')
        ui.type_text('heard it wrongly')
        ui.until(lambda: ui.text(field) == 'heard it wrongly', 'the words')
        desktop.lock_screen(SAVERS[0])
        self.wait_page(time.monotonic())
        self.unlock_as('agent')
        self.open_ticket()
        self.wait_label('amend, begun and not done: heard it wrongly')
        self.wait_label('Amendment begun and not stored')

    def test_idle_counts_from_the_last_key(self):
        self.open_with('--lock-after', '3')
        ui.key('F2')
        self.wait_focus('What is wrong')
        for letter in WORDS[:4]:
            ui.type_text(letter)
            time.sleep(0.9)
        self.assertTrue(ui.labelled(self.window, 'What is wrong'), 'locked while typing')
        ui.type_text(WORDS[4:])
        since = time.monotonic()
        _, shown = self.wait_page(since)
        print(f'idle 3 s: unlock page after {shown:.1f} s')
        self.assertGreater(shown, 2)
        drafts = json.loads(self.dkit('--json', 'ticket', 'drafts'))
        self.assertEqual([d['answers']['summary'] for d in drafts], [WORDS])

    def test_what_is_typed_is_sealed_before_any_lock(self):
        self.open_with()
        number = self.type_call()
        time.sleep(4)  # it takes less than a second where nothing else goes on
        self.app.process.kill()
        self.app.process.wait(10)
        self.check_draft(number)


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a ticket by keyboard alone: the number is there with the first key, nothing typed is lost,
what is stored is what was typed.
Method: real keys; the window is killed in the middle of a draft; dkit reads what was stored."""

import json
import os
import re
import signal

import kit_ui as ui
from desk import DeskTest

NUMBER = re.compile(r'^DT-DEMO-\d{4}-[0-9A-Z]$')


class TicketDesk(DeskTest):
    def wait_number(self):
        """The number in the header of the page."""
        def look():
            return next((n for n in ui.find_all(self.window, ui.Role.LABEL, 'DT-DEMO-')
                         if NUMBER.match(n.get_name())), None)
        return ui.until(look, 'a number').get_name()

    def open_changed(self):
        """A stored ticket with a word in its summary that is not stored."""
        number = self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set',
                           'summary=Printer silent').split()[0]
        self.open_window()
        ui.type_text(number)
        self.wait_label('1 result')
        ui.key('Return')
        self.wait_focus('Add a line to the log')
        summary = ui.until(lambda: ui.labelled(self.window, 'Summary'), 'the summary')
        ui.Atspi.Component.grab_focus(summary)
        self.wait_focus('Summary')
        ui.key('End')
        ui.type_text(' again')
        self.wait_label('changed, not saved yet')
        return number

    def reason(self, label, words):
        """Answers the dialog that asks for a reason."""
        field = ui.until(lambda: ui.labelled(self.app.root, label), f'the field "{label}"')
        ui.until(lambda: ui.has(field, ui.State.FOCUSED), 'the focus in it')
        ui.type_text(words)
        ui.until(lambda: ui.text(field) == words, 'the words')
        ui.key('Return')


class Ticket(TicketDesk):
    def fill(self):
        ui.type_text('urse station 4W')
        ui.key('Tab', 'Tab')
        self.wait_focus('Location')
        ui.type_text('4W room 12')
        ui.key('Tab', 'Tab')
        self.wait_focus('Summary')
        ui.type_text('Cannot open the chart')

    def test_by_keyboard_alone(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('N')
        number = self.wait_number()
        self.wait_label('Tell the caller: D T')
        self.fill()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.key('alt+3')
        table = self.wait_rows('List of tickets', 1)
        self.assertEqual(ui.cell(table, 0, 0).get_name(), number)
        self.assertEqual(ui.cell(table, 0, 3).get_name(), 'Cannot open the chart')
        self.assertEqual(ui.cell(table, 0, 5).get_name(), 'draft')

    def test_proposals_are_taken_and_hold_no_key_back(self):
        self.open_window()
        ui.key('ctrl+n')
        caller = self.wait_focus('Caller')
        ui.type_text('charge nurse emerg')
        self.wait_number()
        ui.until(lambda: self.proposals() > 0, 'proposals')
        ui.shot('ticket-proposals')
        ui.key('Down', 'Return')
        ui.until(lambda: ui.text(caller) == 'Charge Nurse Emergency Department Cary', 'the name')
        callback = ui.labelled(self.window, 'Call back on')
        ui.until(lambda: ui.text(callback) == 'ext. 53110', 'the number to call back')
        self.wait_label('In charge of the ED')
        ui.key('Tab', 'Tab')
        self.wait_focus('Location')
        ui.type_text('emergency')
        ui.until(lambda: self.proposals() > 0, 'proposals')
        ui.key('alt+3')
        self.wait_rows('List of tickets', 1)

    def test_amended_then_void_with_reasons(self):
        number = self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set',
                           'summary=Printer silent', '--final').split()[0]
        self.open_window()
        ui.type_text(number)
        self.wait_label('1 result')
        ui.key('Return')
        self.wait_label('finalised, waits for hand-over')
        self.choose('Amend')
        self.wait_focus('Caller')
        ui.key('ctrl+a')
        ui.type_text('Ward desk 5E')
        self.wait_label('amending, not stored yet')
        ui.key('ctrl+s')
        self.reason('Reason for the change', 'heard it wrongly')
        self.wait_label('amended: heard it wrongly')
        self.choose('Void')
        self.reason('Reason for voiding', 'twice the same')
        self.wait_label('voided: twice the same')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual((stored['caller'], stored['state']), ('Ward desk 5E', 'void'))

    def test_a_line_for_the_log_leaves_the_form_as_it_is_typed(self):
        number = self.open_changed()
        note = ui.until(lambda: ui.labelled(self.window, 'Add a line to the log'), 'the line')
        ui.Atspi.Component.grab_focus(note)
        self.wait_focus('Add a line to the log')
        ui.type_text('Called back')
        ui.key('Return')
        self.wait_label(f'{number}: the line is in the log')
        self.wait_label('Called back')
        summary = ui.labelled(self.window, 'Summary')
        self.assertEqual(ui.text(summary), 'Printer silent again')
        self.wait_label('changed, not saved yet')
        ui.key('ctrl+s')
        self.wait_label(f'{number} is stored')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual(stored['summary'], 'Printer silent again')

    def test_a_step_loses_nothing_that_is_typed(self):
        number = self.open_changed()
        self.choose('Resolve')
        dialog = ui.until(lambda: ui.find(self.app.root, ui.Role.DIALOG, 'Resolve this ticket'),
                          'the dialog')
        field = ui.until(lambda: ui.labelled(dialog, 'What solved it'), 'the field')
        ui.until(lambda: ui.has(field, ui.State.FOCUSED), 'the focus in it')
        ui.type_text('new toner')
        ui.key('Return')
        self.wait_label(f'{number} is resolved')
        self.wait_label('changed, not saved yet')
        self.choose('Void')
        self.reason('Reason for voiding', 'twice the same')
        self.wait_label('voided: twice the same')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual((stored['summary'], stored['state']), ('Printer silent again', 'void'))

    def test_a_new_ticket_is_none_that_was_just_opened(self):
        number = self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set',
                           'summary=Printer silent').split()[0]
        self.open_window()
        ui.type_text(number)
        self.wait_label('1 result')
        # Both keys come before the kit can have answered the first one.
        self.app.process.send_signal(signal.SIGSTOP)
        ui.key('Return', 'ctrl+n')
        self.app.process.send_signal(signal.SIGCONT)
        self.wait_focus('Caller')
        ui.type_text('Nurse')
        new = self.wait_number()
        self.assertNotEqual(new, number)
        self.wait_label('draft, kept')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual(stored['caller'], 'Ward desk')

    def proposals(self):
        """Windows beside the main one: the list of proposals."""
        return sum(1 for i in range(self.app.root.get_child_count())
                   if ui.has(self.app.root.get_child_at_index(i), ui.State.SHOWING)) - 1

    def test_stored_and_finalised(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('N')
        number = self.wait_number()
        self.fill()
        safety = ui.until(lambda: ui.find(self.window, ui.Role.TOGGLE_BUTTON, 'YES, a patient',
                                          showing=False), 'the safety button')
        ui.press(safety)
        self.wait_label('PATIENT SAFETY. Priority 2')
        ui.shot('ticket')
        ui.key('ctrl+s')
        self.wait_label(f'{number} is stored')
        self.wait_focus('Add a line to the log')
        ui.type_text('Called back, chart opens read-only')
        ui.key('Return')
        self.wait_label('Called back, chart opens read-only')
        ui.key('ctrl+shift+s')
        self.wait_label('open, finalised, waits for hand-over')
        ui.shot('ticket-finalised')
        ui.key('alt+3')
        self.wait_rows('List of tickets', 1)
        ui.key('Home')
        self.wait_label('Cannot open the chart')
        ui.shot('tickets')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual(stored['caller'], 'Nurse station 4W')
        self.assertEqual(stored['location'], '4W room 12')
        self.assertEqual(stored['summary'], 'Cannot open the chart')
        self.assertTrue(stored['safety'] and stored['finalized'])
        self.assertEqual(stored['priority'], 2)

    def pressed(self, words):
        """Whether the large button with these words is pressed."""
        button = ui.until(lambda: ui.find(self.window, ui.Role.TOGGLE_BUTTON, words,
                                          showing=False), f'the button "{words}"')
        return ui.has(button, ui.State.PRESSED) or ui.has(button, ui.State.CHECKED)

    def test_nobody_is_spoken_for(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        self.wait_label('Priority not known yet')
        ui.type_text('N')
        number = self.wait_number()
        self.fill()
        self.assertFalse(self.pressed('YES, a patient') or self.pressed('No, nobody'))
        ui.key('ctrl+shift+s')
        self.wait_label('Patient safety was not asked. Not finalised yet')
        ui.shot('ticket-safety-not-asked')
        self.assertFalse(self.pressed('YES, a patient') or self.pressed('No, nobody'))
        ui.key('ctrl+shift+s')
        self.wait_label('is finalised and waits for hand-over')
        self.wait_label('open, finalised, waits for hand-over')
        self.wait_label('Patient safety was not asked')
        self.assertFalse(self.pressed('YES, a patient') or self.pressed('No, nobody'))
        ui.shot('ticket-finalised-unanswered')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        stored = json.loads(self.dkit('--json', 'ticket', 'show', number))
        self.assertEqual((stored['finalized'], stored['priority']), (True, None))

    def test_a_problem_stands_beside_its_field(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('N')
        self.wait_number()
        ui.key('ctrl+s')
        self.wait_label('Not stored as a ticket yet')
        self.wait_focus('Summary')
        ui.shot('ticket-problem')

    def test_a_draft_survives_being_killed(self):
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('N')
        number = self.wait_number()
        self.fill()
        self.wait_label('draft, kept')
        self.app.process.send_signal(signal.SIGKILL)
        self.app.process.wait(10)
        self.open_window()
        ui.shot('now-with-draft')
        self.press(f'Continue {number}')
        summary = ui.until(lambda: ui.labelled(self.window, 'Summary'), 'the summary')
        ui.until(lambda: ui.text(summary) == 'Cannot open the chart', 'the words of before')


class TicketOnASlowDisk(TicketDesk):
    """What is typed, or done, while a store is on its way."""

    PROGRAM = 'tests/ui/window-slow-disk'

    def tearDown(self):
        self.tell('disk-refuses', False)
        self.tell('disk-waits', False)
        super().tearDown()

    def tell(self, what, begins=True):
        """Tells the disk: see window-slow-disk.c."""
        path = os.path.join(ui.PRIVATE, what)
        if begins:
            with open(path, 'w', encoding='utf-8'):
                pass
        elif os.path.exists(path):
            os.remove(path)

    def type_on(self, label, words, whole):
        """Types at once, and waits until it stands in the field that has the focus."""
        ui.type_text(words)
        field = self.wait_focus(label)
        ui.until(lambda: ui.text(field) == whole, f'"{whole}"')

    def is_gone(self):
        """Whether the page is: a window that answers nobody closes its kit."""
        try:
            return not ui.labelled(self.window, 'Summary')
        except ui.GLib.Error:
            return True

    def lock(self):
        """Locks; the disk goes on once all that was typed is in the queue."""
        ui.key('ctrl+l')
        ui.until(self.is_gone, 'the page to be gone')
        self.tell('disk-waits', False)
        ui.until(lambda: ui.find(self.app.find_root(), ui.Role.LABEL, 'Passphrase'), 'the lock')

    def begin_new(self):
        """A draft that is kept; its number."""
        self.open_window()
        ui.key('ctrl+n')
        self.wait_focus('Caller')
        ui.type_text('Ward desk')
        number = self.wait_number()
        ui.key('Tab', 'Tab', 'Tab', 'Tab')
        self.wait_focus('Summary')
        ui.type_text('Printer silent')
        self.wait_label('draft, kept')
        self.tell('disk-waits')
        return number

    def stored(self, number):
        """The ticket as it is stored, and its log: kind, and words or fields."""
        ticket = json.loads(self.dkit('--json', 'ticket', 'show', number))
        log = [(e['kind'], e['body'].get('text') or e['body'].get('fields'))
               for e in ticket['entries'] if e['kind'] in ('ticket-set', 'ticket-note')]
        return ticket, log

    def test_a_new_ticket_is_typed_on_while_it_is_stored(self):
        number = self.begin_new()
        ui.key('ctrl+s', 'ctrl+s')
        self.type_on('Summary', ' again', 'Printer silent again')
        self.tell('disk-waits', False)
        self.wait_label(f'{number} is stored')
        ui.until(lambda: ui.has(ui.labelled(self.window, 'Add a line to the log'),
                                ui.State.SENSITIVE), 'the log')
        self.wait_label('changed, not saved yet')
        self.type_on('Summary', ' and again', 'Printer silent again and again')
        ui.key('ctrl+s')
        self.wait_label('changed: Summary: Printer silent again and again')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        words = 'Printer silent again and again'
        ticket, log = self.stored(number)
        self.assertEqual((ticket['summary'], log), (words, [('ticket-set', {'summary': words})]))

    def test_a_stored_ticket_is_typed_on_while_it_is_stored(self):
        number = self.open_changed()
        self.tell('disk-waits')
        ui.key('ctrl+s', 'ctrl+s')
        self.type_on('Summary', ' and again', 'Printer silent again and again')
        self.tell('disk-waits', False)
        self.wait_label('changed: Summary: Printer silent again')
        self.wait_label('changed, not saved yet')
        self.type_on('Summary', '!', 'Printer silent again and again!')
        ui.key('ctrl+s', 'alt+F4')
        self.assertEqual(self.app.wait(), 0)
        log = self.stored(number)[1]
        self.assertEqual(log, [('ticket-set', {'summary': 'Printer silent again'}),
                               ('ticket-set', {'summary': 'Printer silent again and again!'})])

    def test_locking_while_a_change_is_stored_stores_it_once(self):
        number = self.open_changed()
        self.tell('disk-waits')
        ui.key('ctrl+s')
        self.lock()
        log = self.stored(number)[1]
        self.assertEqual(log, [('ticket-set', {'summary': 'Printer silent again'})])

    def test_locking_while_an_amendment_is_stored_stores_it_once(self):
        number = self.dkit('ticket', 'new', 'it-incident', '--set', 'caller=Ward desk', '--set',
                           'summary=Printer silent', '--final').split()[0]
        self.open_window()
        ui.type_text(number)
        self.wait_label('1 result')
        ui.key('Return')
        self.wait_label('finalised, waits for hand-over')
        self.choose('Amend')
        self.wait_focus('Caller')
        ui.key('ctrl+a')
        ui.type_text('Ward desk 5E')
        ui.key('ctrl+s')
        ui.until(lambda: ui.labelled(self.app.root, 'Reason for the change'), 'the dialog')
        self.tell('disk-waits')
        self.reason('Reason for the change', 'heard it wrongly')
        ui.until(lambda: not ui.labelled(self.app.root, 'Reason for the change'), 'its end')
        self.lock()
        ticket, log = self.stored(number)
        self.assertEqual((ticket['caller'], log), ('Ward desk 5E', []))

    def test_locking_while_a_new_ticket_is_stored_keeps_what_was_typed_on(self):
        number = self.begin_new()
        ui.key('ctrl+s')
        self.type_on('Summary', ' again', 'Printer silent again')
        self.lock()
        ticket, log = self.stored(number)
        self.assertEqual((ticket['summary'], log),
                         ('Printer silent again',
                          [('ticket-set', {'summary': 'Printer silent again'})]))

    def test_locking_while_a_new_ticket_is_refused_keeps_all_words(self):
        number = self.begin_new()
        self.tell('disk-refuses')
        ui.key('ctrl+s')
        self.type_on('Summary', ' again', 'Printer silent again')
        self.lock()
        drafts = json.loads(self.dkit('--json', 'ticket', 'drafts'))
        self.assertEqual([(d['number'], d['answers']['summary']) for d in drafts],
                         [(number, 'Printer silent again')])

    def test_a_refused_ticket_is_a_draft_that_is_typed_on(self):
        number = self.begin_new()
        self.tell('disk-refuses')
        ui.key('ctrl+s')
        self.type_on('Summary', ' again', 'Printer silent again')
        self.tell('disk-waits', False)
        self.wait_label('The disk refuses')
        self.tell('disk-refuses', False)
        self.type_on('Summary', '!', 'Printer silent again!')
        ui.key('ctrl+s')
        self.wait_label(f'{number} is stored')
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        ticket, log = self.stored(number)
        self.assertEqual((ticket['summary'], log), ('Printer silent again!', []))


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: a runbook is worked through in the window: started, ticked by key, skipped with a reason,
noted, ended; what a step has wrong reaches its owner; a long text keeps nobody waiting. Method: the
sample content, read as a screen reader would; what was stored is read back by dkit once the window
is closed. How much all threads work from the choice of a text to its first frame comes from the
program's own log; what a long text adds to that is compared with a short one."""

import json
import os
import re

import kit_ui as ui
from desk import DeskTest
from packs import make_pack, make_signer, trust

SIZES = (10_000, 200_000)  # of runbooks, in bytes
LOOKS = 3  # the least of them counts
WORK_RATIO = 10  # at most, for twenty times the text
LINE = ('- [ ] Step {0}: call [the desk](contact:desk-cary), say **what happened** and `{0}`.\n'
        '\nThen wait for the answer, and write down who gave it and when, in so many words.\n\n')
ROW = '| {0} | 919-555-{0:04d} | Ward {0}, second floor, behind the stairs |\n'


def long_runbook(folder, size):
    """A runbook of about that size with steps, links, and a table."""
    parts = [f'---\nid: long-{size}\ntitle: Long {size}\nservice: ehr\nowner: desk-lead-cary\n'
             'reviewed: 2026-11-01\nreview_every: 365d\n---\n\n']
    number = 0
    while sum(map(len, parts)) < size:
        parts.append(f'\n## Part {number}\n\n')
        parts += [LINE.format(number + i) for i in range(20)]
        parts.append('\n| No | Number | Where |\n| --- | --- | --- |\n')
        parts += [ROW.format(number + i) for i in range(8)]
        number += 20
    with open(os.path.join(folder, 'runbooks', f'long-{size}.md'), 'w', encoding='utf-8') as out:
        out.write(''.join(parts))


class Runs(DeskTest):
    PAINTED = re.compile(r'runbook painted (\d+) ms after it was asked for, (\d+) ms at work')

    def sheet(self):
        return ui.until(lambda: ui.find(self.window, ui.Role.TEXT, 'What to do'), 'the text')

    def words(self):
        return ui.text(self.sheet())

    def open_runbook(self, typed):
        ui.key('ctrl+k')
        self.wait_focus('Search people')
        ui.type_text(typed)
        ui.until(lambda: ui.find(self.app.root, ui.Role.LIST_ITEM, 'Runbook'), 'the hit')
        ui.key('Return')
        self.wait_label('every ')

    def marks(self):
        """The boxes of the steps, in order."""
        return re.findall('[☐☑☒]', self.words())

    def closed_dkit(self, *arguments):
        ui.key('alt+F4')
        self.assertEqual(self.app.wait(), 0)
        return json.loads(self.dkit('--json', *arguments))

    def some_runbook(self):
        """One of everybody's with at least four steps."""
        for runbook in json.loads(self.dkit('--json', 'runbook', 'list')):
            shown = json.loads(self.dkit('--json', 'runbook', 'show', runbook['id']))
            if len(shown['steps']) >= 4 and runbook['audience'] != 'lead':
                return shown
        raise AssertionError('the sample content has no runbook with four steps')

    def begin(self):
        self.runbook = self.some_runbook()
        self.open_window()
        ui.key('alt+6')
        self.pick(self.runbook['title'])
        ui.key('alt+s')
        self.wait_label('started ')
        ui.until(lambda: len(self.marks()) >= 4, 'the steps with boxes')

    def pick(self, title):
        table = self.wait_table('Runbooks by title')
        def look():
            for row in range(ui.Atspi.Table.get_n_rows(table)):
                if title == (ui.cell(table, row, 0).get_name() or ''):
                    return row + 1
            return None
        row = ui.until(look, f'"{title}" in the list') - 1
        ui.key('Home', *['Down'] * row)
        self.wait_label('every ')

    def test_a_run_to_its_end(self):
        self.begin()
        self.wait_focus('What to do')
        ui.key('space')  # the first step
        ui.until(lambda: self.marks()[0] == '☑', 'the first box ticked')
        self.assertRegex(self.words(), r'\d\d:\d\d AD\t☑')
        ui.shot('run')
        ui.key('alt+k')
        self.wait_label('Skip: ')
        ui.type_text('not at this site')
        ui.key('Return')
        ui.until(lambda: self.marks()[1] == '☒', 'the second step skipped')
        self.wait_label('skipped, not at this site')
        ui.key('alt+n')
        self.wait_label('Add a note to this run')
        ui.type_text('vendor called back')
        ui.key('Return')
        self.wait_label('vendor called back')
        ui.key('alt+u')
        self.wait_label('still open: say why')
        ui.shot('run-end')
        ui.type_text('systems are back')
        ui.key('Return')
        self.wait_label('The run has ended')
        self.wait_label('ENDED')
        run = self.closed_dkit('runbook', 'runs')[0]
        self.assertEqual(run['runbook'], self.runbook['id'])
        self.assertEqual((run['done'], run['skipped']), (1, 1))
        self.assertEqual(run['note'], 'systems are back')
        whole = json.loads(self.dkit('--json', 'runbook', 'runs', run['run']))
        self.assertIn('vendor called back', json.dumps(whole['log']))

    def test_several_runs_and_now(self):
        self.begin()
        self.wait_focus('What to do')
        ui.key('space')
        ui.until(lambda: self.marks()[0] == '☑', 'the first box ticked')
        ui.key('alt+r')  # back to the runbook, and the same once more
        self.wait_label('every ')
        ui.key('alt+s')
        ui.until(lambda: self.marks() and self.marks()[0] == '☐', 'a second run')
        ui.until(lambda: len(ui.find_all(self.window, ui.Role.PUSH_BUTTON,
                                         self.runbook['title'] + ': ')) == 2, 'a strip of two')
        ui.key('alt+1')
        self.wait_label('Runbooks in progress')
        ui.until(lambda: ui.find(self.window, ui.Role.PUSH_BUTTON, '1 of '), 'the run on Now')
        ui.shot('now-runs')
        ui.press(ui.find(self.window, ui.Role.PUSH_BUTTON, '1 of '))
        ui.until(lambda: self.marks()[0] == '☑', 'the first run again')
        self.assertEqual(len(self.closed_dkit('runbook', 'runs', '--open')), 2)

    def test_a_step_is_wrong(self):
        self.begin()
        ui.key('alt+g')
        self.wait_label('This step is wrong: ')
        ui.type_text('the switch is in room 12 now')
        ui.key('Return')
        number = re.search(r'DT-DEMO-\S+', self.wait_label('The owner is told by').get_name())[0]
        ticket = self.closed_dkit('ticket', 'show', number)
        self.assertIn('room 12', json.dumps(ticket))
        self.assertIn(self.runbook['id'], json.dumps(ticket))
        self.assertIn(self.runbook['steps'][0]['id'], json.dumps(ticket))
        self.assertTrue(ticket['finalized'])

    def test_what_leads_may_read(self):
        self.open_window()
        ui.key('alt+6')
        table = self.wait_table('Runbooks by title')
        before = ui.Atspi.Table.get_n_rows(table)
        box = ui.until(lambda: ui.find(self.window, ui.Role.TOGGLE_BUTTON, 'only leads may read'),
                       'the switch')
        ui.press(box)
        ui.until(lambda: ui.Atspi.Table.get_n_rows(table) == before + 1, 'one more in the list')
        titles = [ui.cell(table, row, 0).get_name() for row in range(before + 1)]
        row = next(i for i, title in enumerate(titles) if title.endswith('(leads)'))
        ui.key('alt+6', 'Home', *['Down'] * row)
        self.wait_label('with what only leads may read')
        ui.key('alt+s')
        self.wait_label('started ')
        self.wait_focus('What to do')
        ui.until(lambda: 'For leads' in self.words(), 'the steps for leads')
        ui.key('space')
        ui.until(lambda: self.marks()[0] == '☑', 'the first box ticked')
        ui.shot('runbook-lead')

    def test_long_runbooks_are_there_at_once(self):
        secret, public = make_signer('long')
        trust(self, public)
        path = make_pack(self, secret, 50,
                         lambda folder: [long_runbook(folder, size) for size in SIZES])
        self.dkit('pack', 'apply', path)
        self.app = ui.App('--kit', self.folder, '--user', 'admin',
                          environment={'G_MESSAGES_DEBUG': 'downtime-kit'})
        self.window = self.app.window
        self.unlock()
        ui.key('alt+6')
        work = {size: [] for size in SIZES}
        for size in SIZES * LOOKS:
            before = len(self.PAINTED.findall(self.app.messages()))
            self.pick(f'Long {size}')
            found = ui.until(lambda: self.PAINTED.findall(self.app.messages())[before:],
                             'the first frame')
            wall, cpu = map(int, found[-1])
            print(f'{size} bytes: painted after {wall} ms, {cpu} ms of all threads at work')
            work[size].append(cpu)
        short, long = (max(1, min(work[size])) for size in SIZES)
        self.assertLessEqual(long, short * WORK_RATIO)
        # What is ticked far down, below what is painted first, is shown as well.
        ui.key('alt+s')
        self.wait_label('started ')
        self.wait_focus('What to do')
        steps = ui.until(lambda: len(self.marks()), 'the steps')
        ui.key('ctrl+End', *['Up'] * 16, 'space')
        ui.until(lambda: '☑' in self.marks()[50:], 'a step far down ticked')
        ui.key('alt+r')
        self.wait_label('every ')
        ui.press(ui.until(lambda: ui.find(self.window, ui.Role.PUSH_BUTTON, '1 of '), 'the run'))
        ui.until(lambda: len(self.marks()) >= steps and '☑' in self.marks()[50:],
                 'the tick far down')


if __name__ == '__main__':
    ui.main()

#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Goal: the picture of the README shows a busy shift, in the light theme and in high contrast.
Method: a kit with the sample content and a few tickets by `dkit batch`, then the page of tickets.
With --update the picture is copied to packaging/common/screenshots/now.png."""

import os
import shutil
import sys

import kit_ui as ui
from desk import DeskTest

UPDATE = '--update' in sys.argv
TARGET = os.path.join(os.environ.get('DK_SOURCE_ROOT', '.'),
                      'packaging', 'common', 'screenshots', 'now.png')
CALLS = ('Badge reader 3 East does not open', 'Pager 4711 silent, asks for runner')
# Caller, call back, location, summary, impact, urgency, patient safety, finalised.
TICKETS = (
    ('Charge nurse, ICU', '53210', 'ICU-07', 'Monitor central shows no data', 1, 1, 'yes', True),
    ('Pharmacy desk', '53300', 'PHARM', 'Dispensing cabinet asks for sign-on', 2, 1, 'yes', False),
    ('Registration', '50115', 'ED-REG', 'Label printer prints blank', 2, 2, 'no', True),
    ('Clinic front desk', '75010', 'CLIN-2', 'Chart opens too slowly', 2, 2, 'no', False),
    ('Laboratory', '53410', 'LAB', 'Results do not reach the wards', 1, 2, 'no', True),
)
NAMES = ('caller', 'callback', 'location', 'summary', 'impact', 'urgency', 'safety')


def shift():
    """The lines of the batch that makes the shift."""
    for words in CALLS:
        yield f'call "{words}"'
    for *values, final in TICKETS:
        fields = ' '.join(f'--set "{name}={value}"' for name, value in zip(NAMES, values))
        yield f'ticket new it-incident {fields}' + (' --final' if final else '')


class Screenshot(DeskTest):
    def test_busy_shift(self):
        self.dkit('batch', '-', text='\n'.join(shift()) + '\n')
        self.open_window()
        ui.key('alt+3')
        self.wait_rows('List of tickets', 7)
        ui.key('Home', 'Down')
        self.wait_label('Charge nurse, ICU')
        path = ui.shot('now')
        if UPDATE:
            os.makedirs(os.path.dirname(TARGET), exist_ok=True)
            shutil.copyfile(path, TARGET)


if __name__ == '__main__':
    sys.argv = [word for word in sys.argv if word != '--update']
    ui.main()

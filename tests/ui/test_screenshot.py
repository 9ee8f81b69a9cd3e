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
SHIFT = '''
call "Badge reader 3 East does not open"
call "Pager 4711 silent, asks for runner"
ticket new it-incident --set "caller=Charge nurse, ICU" --set callback=53210 --set location=ICU-07 --set "summary=Monitor central shows no data" --set impact=1 --set urgency=1 --set safety=yes --final
ticket new it-incident --set "caller=Pharmacy desk" --set callback=53300 --set location=PHARM --set "summary=Dispensing cabinet asks for sign-on" --set impact=2 --set urgency=1 --set safety=yes
ticket new it-incident --set "caller=Registration" --set callback=50115 --set location=ED-REG --set "summary=Label printer prints blank" --set impact=2 --set urgency=2 --final
ticket new it-incident --set "caller=Clinic front desk" --set callback=75010 --set location=CLIN-2 --set "summary=Cannot open the chart, page too slow" --set impact=2 --set urgency=2
ticket new it-incident --set "caller=Laboratory" --set callback=53410 --set location=LAB --set "summary=Results do not reach the wards" --set impact=1 --set urgency=2 --final
'''


class Screenshot(DeskTest):
    def test_busy_shift(self):
        self.dkit('batch', '-', text=SHIFT)
        self.open_window()
        ui.key('alt+3')
        self.wait_rows('Tickets, newest first', 7)
        ui.key('Home', 'Down', 'Down', 'Down', 'Down')
        self.wait_label('Charge nurse, ICU')
        path = ui.shot('now')
        if UPDATE:
            os.makedirs(os.path.dirname(TARGET), exist_ok=True)
            shutil.copyfile(path, TARGET)


if __name__ == '__main__':
    sys.argv = [word for word in sys.argv if word != '--update']
    ui.main()

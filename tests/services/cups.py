# SPDX-License-Identifier: MIT
"""A print service of the test's own: cupsd with its folders below one, a socket of its own, no
network, and queues whose printer makes PDF files (Debian's printer-driver-cups-pdf)."""

import os
import shutil
import subprocess
import time

BACKEND = '/usr/lib/cups/backend/cups-pdf'
PPD = '/usr/share/ppd/cups-pdf/CUPS-PDF_opt.ppd'

SERVICE = '''LogLevel warn
MaxLogSize 0
Listen {folder}/cups.sock
Browsing No
DefaultShared No
WebInterface No
PreserveJobFiles No
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  SubscriptionPrivateAccess all
  SubscriptionPrivateValues none
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
'''

FILES = '''ServerRoot {folder}/etc
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
CacheDir {folder}/cache
StateDir {folder}/state
AccessLog {folder}/log/access
ErrorLog {folder}/log/error
PageLog {folder}/log/page
SystemGroup root
FileDevice Yes
Sandboxing Relaxed
'''

# Where that printer puts the jobs of people whom the system does not know: it takes the place from
# /etc/cups alone, which a test leaves as it is.
OUT = '/var/spool/cups-pdf/ANONYMOUS'
USER = f'dk-print-{os.getpid()}'


def missing():
    """Why no print service can run here; None if one can."""
    for program in ('cupsd', 'lp', 'lpstat', 'lpadmin', 'gs'):
        if not shutil.which(program, path=os.environ['PATH'] + ':/usr/sbin'):
            return f'the program {program} is not installed'
    if not os.path.exists(BACKEND) or not os.path.exists(PPD):
        return 'printer-driver-cups-pdf is not installed'
    if os.getuid() != 0:
        return 'cupsd needs root: its printer changes the user'
    return None


class Cups:
    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.server = os.path.join(folder, 'cups.sock')
        self.before = set(self.files())
        for name in ('etc', 'spool', 'spool/tmp', 'cache', 'state', 'log'):
            os.makedirs(os.path.join(folder, name))
        os.chmod(folder, 0o755)  # the service and its filters run as users of their own
        for name, text in (('etc/cupsd.conf', SERVICE), ('etc/cups-files.conf', FILES)):
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                file.write(text.format(folder=folder))

    def start(self):
        etc = os.path.join(self.folder, 'etc')
        self.log = open(os.path.join(self.folder, 'log', 'cupsd'), 'wb')
        self.process = subprocess.Popen(
            ['/usr/sbin/cupsd', '-f', '-c', os.path.join(etc, 'cupsd.conf'), '-s',
             os.path.join(etc, 'cups-files.conf')], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log)
        end = time.monotonic() + 10
        while self.run('lpstat', '-r', check=False) != 'scheduler is running\n':
            if self.process.poll() is not None or time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def environment(self):
        return {'CUPS_SERVER': self.server, 'CUPS_USER': USER}

    def run(self, *command, check=True):
        done = subprocess.run(command, timeout=15, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              env={**os.environ, **self.environment(), 'LC_ALL': 'C.UTF-8',
                                   'PATH': os.environ['PATH'] + ':/usr/sbin'})
        assert not check or done.returncode == 0, f'{command}: {done.stdout}'
        return done.stdout

    def add(self, queue):
        self.run('lpadmin', '-p', queue, '-v', 'cups-pdf:/', '-P', PPD, '-E')

    @staticmethod
    def files():
        return [os.path.join(OUT, name) for name in os.listdir(OUT)] if os.path.isdir(OUT) else []

    def printed(self):
        """The files that came out so far, the oldest first."""
        new = [path for path in self.files() if path not in self.before]
        return sorted(new, key=os.path.getmtime)

    def wait_printed(self, count, wait_s=20):
        """The newest file, once there are so many and no job is left."""
        end = time.monotonic() + wait_s
        while len(self.printed()) < count or self.run('lpstat', '-o', check=False).strip():
            if time.monotonic() > end:
                raise AssertionError(f'{len(self.printed())} of {count} files came out\n'
                                     + self.run('lpstat', '-t', check=False) + self.errors())
            time.sleep(0.1)
        return self.printed()[-1]

    def errors(self):
        path = os.path.join(self.folder, 'log', 'error')
        if not os.path.exists(path):
            return ''
        with open(path, encoding='utf-8', errors='replace') as file:
            return file.read()[-3000:]

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        if self.process is not None:
            self.log.close()
        for path in self.printed():
            os.unlink(path)

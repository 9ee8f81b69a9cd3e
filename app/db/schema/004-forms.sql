-- SPDX-License-Identifier: MIT
-- Forms on screen and paper: who wrote what was keyed in, and the files that belong to a ticket.

-- Of a paper form that was keyed in: who wrote it, and when.
ALTER TABLE ticket ADD COLUMN written_by TEXT;
ALTER TABLE ticket ADD COLUMN written_ms INTEGER NOT NULL DEFAULT 0; -- 0 = not told

-- Photos and other files of tickets and drafts. The ledger holds their SHA-256, as the answers of
-- the ticket do; the bytes lie here once for each ticket.
CREATE TABLE attached (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL,        -- of the ticket or draft
  sha256 TEXT NOT NULL,        -- 64 hex digits
  content BLOB NOT NULL,
  UNIQUE (number, sha256)
);

-- Forms ask for a contact by its login, and for who can open the kit, as one types.
CREATE INDEX contact_login ON contact (pack, login COLLATE NOCASE) WHERE login IS NOT NULL;
CREATE INDEX entry_people ON entry (station)
  WHERE kind = 'kit-init' OR kind = 'people-stated' OR kind = 'user-added'
    OR kind = 'user-changed' OR kind = 'user-removed';

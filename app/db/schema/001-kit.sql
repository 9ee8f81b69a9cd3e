-- SPDX-License-Identifier: MIT
-- The first schema: identity, ledger, tickets, content, search, connectors. Times are Unix ms, UTC.
-- Tables of tickets and paper are projections of the ledger and can be rebuilt from it.

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Ledger. `line` is the canonical entry with its LF, as it was hashed; the columns are derived from
-- it. Entries of other stations come in at a desk, so station, chain, seq and hash make the key:
-- two hashes for one seq are a fork and both are kept.
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  station TEXT NOT NULL,
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  line BLOB NOT NULL,
  UNIQUE (station, chain, seq, hash)
);
CREATE INDEX entry_object ON entry (object) WHERE object <> '';

-- The words of an entry. Erasing them (both null) names the entry that says so.
CREATE TABLE entry_body (
  entry INTEGER PRIMARY KEY REFERENCES entry (id),
  salt BLOB,
  body TEXT,
  erased_by INTEGER
);

CREATE TABLE checkpoint (
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  message TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (chain, seq)
) WITHOUT ROWID;

CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE (ABORT, 'ledger entries are immutable'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE (ABORT, 'ledger entries are immutable'); END;
CREATE TRIGGER entry_body_no_delete BEFORE DELETE ON entry_body
BEGIN SELECT RAISE (ABORT, 'ledger entries are immutable'); END;
CREATE TRIGGER entry_body_erase_only BEFORE UPDATE ON entry_body
WHEN NEW.entry <> OLD.entry OR NEW.salt IS NOT NULL OR NEW.body IS NOT NULL
  OR NEW.erased_by IS NULL OR OLD.erased_by IS NOT NULL
BEGIN SELECT RAISE (ABORT, 'a ledger body can only be erased, once'); END;
CREATE TRIGGER checkpoint_no_update BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE (ABORT, 'checkpoints are immutable'); END;
CREATE TRIGGER checkpoint_no_delete BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE (ABORT, 'checkpoints are immutable'); END;

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  uid TEXT NOT NULL,
  form TEXT NOT NULL,
  form_version TEXT,
  form_hash TEXT,
  state INTEGER NOT NULL,
  finalized INTEGER NOT NULL,
  paper INTEGER NOT NULL,
  impact INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  safety INTEGER NOT NULL,
  safety_known INTEGER NOT NULL,
  summary TEXT,
  details TEXT,
  caller TEXT,
  callback TEXT,
  location TEXT,
  device TEXT,
  service TEXT,
  support_group TEXT,
  resolution TEXT,
  happened_ms INTEGER NOT NULL,
  recorded_ms INTEGER NOT NULL,
  handed_over_ms INTEGER NOT NULL,
  resolved_ms INTEGER NOT NULL,
  outage TEXT,
  user TEXT,
  handover INTEGER NOT NULL,
  handover_target TEXT,
  handover_reason TEXT,
  handover_sent_ms INTEGER NOT NULL,
  handover_attempts INTEGER NOT NULL,
  itsm_id TEXT,
  disposition TEXT,
  answers TEXT NOT NULL
);

-- What is typed and not saved yet: no entries, only the number it got.
CREATE TABLE draft (
  number TEXT PRIMARY KEY,
  form TEXT NOT NULL,
  answers TEXT NOT NULL,
  user TEXT NOT NULL,
  updated_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- Numbers on paper: issued entered void missing lost.
CREATE TABLE paper (
  number TEXT PRIMARY KEY,
  form TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('issued', 'entered', 'void', 'missing', 'lost')),
  unit TEXT,
  issued_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- Content. Rows of a pack that is not switched to are invisible; the pack before stays.
CREATE TABLE pack (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  organisation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  applied_ms INTEGER NOT NULL, -- 0 while it is being loaded
  manifest TEXT NOT NULL,
  signatures TEXT NOT NULL,
  lead BLOB                    -- lead-only payload, sealed as it came
);

CREATE TABLE contact (
  id INTEGER PRIMARY KEY,
  pack INTEGER NOT NULL REFERENCES pack (id),
  ref TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT,
  team TEXT,
  site TEXT,
  tier INTEGER NOT NULL,
  hours TEXT,
  timezone TEXT,
  languages TEXT,
  audience TEXT,
  note TEXT,
  numbers TEXT NOT NULL,       -- JSON: [[kind, value], ...] in the order to try
  UNIQUE (pack, ref)
);

CREATE TABLE runbook (
  id INTEGER PRIMARY KEY,
  pack INTEGER NOT NULL REFERENCES pack (id),
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  service TEXT,
  tags TEXT NOT NULL,          -- JSON array
  owner TEXT,
  reviewed TEXT,
  review_every_days INTEGER NOT NULL,
  audience TEXT,
  severity INTEGER NOT NULL,
  markdown TEXT NOT NULL,
  UNIQUE (pack, ref)
);

CREATE TABLE service (
  id INTEGER PRIMARY KEY,
  pack INTEGER NOT NULL REFERENCES pack (id),
  ref TEXT NOT NULL,
  name TEXT NOT NULL,
  criticality INTEGER NOT NULL,
  depends_on TEXT NOT NULL,    -- JSON array
  facts TEXT NOT NULL,         -- JSON object: the other members
  UNIQUE (pack, ref)
);

CREATE TABLE form (
  pack INTEGER NOT NULL REFERENCES pack (id),
  ref TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (pack, ref)
) WITHOUT ROWID;

CREATE TABLE document (
  pack INTEGER NOT NULL REFERENCES pack (id),
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (pack, name)
) WITHOUT ROWID;

-- Search. `name` is folded and found by its index before full text is asked; the full-text tables
-- hold no copy of the words. Content and tickets are apart: content is loaded in bulk and wants
-- prefix indexes, a ticket is written one by one and wants few pages.
CREATE TABLE found (
  id INTEGER PRIMARY KEY,      -- pack in the upper half: one pack is one range of ids
  pack INTEGER NOT NULL,       -- 0 for tickets
  kind TEXT NOT NULL,
  ref TEXT NOT NULL,
  title TEXT NOT NULL,
  snippet TEXT NOT NULL,
  name TEXT NOT NULL,
  words TEXT NOT NULL,
  digits TEXT NOT NULL
);
CREATE INDEX found_name ON found (pack, name);
CREATE INDEX found_ref ON found (kind, ref);

CREATE VIRTUAL TABLE content_words USING fts5 (
  name, words, content = 'found', content_rowid = 'id', prefix = '2 3',
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE ticket_words USING fts5 (
  name, words, content = 'found', content_rowid = 'id',
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE content_digits USING fts5 (
  digits, content = 'found', content_rowid = 'id', tokenize = 'trigram'
);
-- An index page must fit beside the 48 reserved bytes, else each one grows an overflow page.
INSERT INTO content_words (content_words, rank) VALUES ('pgsz', 3900);
INSERT INTO ticket_words (ticket_words, rank) VALUES ('pgsz', 3900);
INSERT INTO content_digits (content_digits, rank) VALUES ('pgsz', 3900);

CREATE TABLE connector (
  name TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  config TEXT NOT NULL,
  credential BLOB              -- sealed with `send`; null if none
) WITHOUT ROWID;

-- The seed of each front-line person, sealed to `lead`, so that a lead can reset a passphrase.
CREATE TABLE person_seed (
  slot BLOB PRIMARY KEY,
  sealed BLOB NOT NULL
) WITHOUT ROWID;

-- SPDX-License-Identifier: MIT
-- Words that only leads read, keys of earlier key epochs, and tickets whose words must be kept.

-- One row for each recipient of such words: the kit's leads, a desk's leads. The entry holds the
-- record's id and a digest, never the words; the rows are sealed again when `lead` is renewed.
CREATE TABLE lead_record (
  id INTEGER PRIMARY KEY,
  record TEXT NOT NULL,        -- 32 hex digits, drawn at random
  object TEXT NOT NULL,        -- number of the ticket
  recipient BLOB NOT NULL,     -- X25519 public key, 32 bytes
  sealed BLOB NOT NULL,
  UNIQUE (record, recipient)
);
CREATE INDEX lead_record_object ON lead_record (object);

-- Secrets of earlier key epochs, for what was sealed to them before and is still on its way.
CREATE TABLE old_key (
  public BLOB PRIMARY KEY,     -- 32 bytes
  kind TEXT NOT NULL,          -- 'lead', 'device-age'
  key_epoch INTEGER NOT NULL,  -- the last one in which it was in force
  sealed BLOB NOT NULL         -- 'lead': to the lead key in force; 'device-age': to device-age
) WITHOUT ROWID;

-- Words under a legal hold cannot be erased.
ALTER TABLE ticket ADD COLUMN legal_hold INTEGER NOT NULL DEFAULT 0;

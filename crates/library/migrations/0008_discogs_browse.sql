-- Looking through the lists of Discogs: what is shown of an entry, and what it is found, filtered and sorted by.

-- Written with its entry and gone with it. An entry that has none yet, as it came before this table was there, gets one
-- at the next start.
CREATE TABLE discogs_shown (
    -- What words and tags refer to.
    id         INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL,
    list       TEXT    NOT NULL,
    entry      INTEGER NOT NULL,
    release    INTEGER NOT NULL,
    folder     INTEGER,
    added_at   INTEGER,
    year       INTEGER,
    -- Accents and case folded, for sorting.
    artist_key TEXT    NOT NULL,
    title_key  TEXT    NOT NULL,
    label_key  TEXT    NOT NULL,
    -- JSON.
    view       TEXT    NOT NULL,
    UNIQUE (account, list, entry),
    FOREIGN KEY (account, list, entry) REFERENCES discogs_entry (account, list, entry) ON DELETE CASCADE
) STRICT;

-- Each order with what can be filtered by beside it: the rows themselves are read for the page alone.
CREATE INDEX discogs_by_added  ON discogs_shown (account, list, added_at, entry, folder, year);
CREATE INDEX discogs_by_artist ON discogs_shown (account, list, artist_key, entry, folder, year);
CREATE INDEX discogs_by_title  ON discogs_shown (account, list, title_key, entry, folder, year);
CREATE INDEX discogs_by_label  ON discogs_shown (account, list, label_key, entry, folder, year);
CREATE INDEX discogs_by_year   ON discogs_shown (account, list, year, entry, folder, release);

-- What an entry has several of. Account and list are repeated, so that a whole list is counted in the order of this.
CREATE TABLE discogs_tag (
    account INTEGER NOT NULL,
    list    TEXT    NOT NULL,
    kind    TEXT    NOT NULL CHECK (kind IN ('genre', 'style', 'label', 'format')),
    value   TEXT    NOT NULL,
    id      INTEGER NOT NULL,
    PRIMARY KEY (account, list, kind, value, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX discogs_tag_of ON discogs_tag (id);

-- Words of the entries. Holds no text of its own: the records do.
CREATE VIRTUAL TABLE discogs_words USING fts5 (
    words,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);

CREATE TRIGGER discogs_shown_removed AFTER DELETE ON discogs_shown BEGIN
    DELETE FROM discogs_tag WHERE id = OLD.id;
    DELETE FROM discogs_words WHERE rowid = OLD.id;
END;

-- What a collection was worth whenever it was read, in hundredths of its currency.
CREATE TABLE discogs_value (
    account  INTEGER NOT NULL REFERENCES discogs_account (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    currency TEXT    NOT NULL,
    minimum  INTEGER NOT NULL,
    median   INTEGER NOT NULL,
    maximum  INTEGER NOT NULL,
    PRIMARY KEY (account, at)
) STRICT, WITHOUT ROWID;

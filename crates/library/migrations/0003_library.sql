-- What the person has: searched, sorted, filed, marked, deleted and brought back.

-- Facts about the thing are repeated here so that every order and every filter of the list has an index.
ALTER TABLE library_item ADD COLUMN source     TEXT    NOT NULL DEFAULT '';
ALTER TABLE library_item ADD COLUMN variant    TEXT    NOT NULL DEFAULT '';
ALTER TABLE library_item ADD COLUMN artist     TEXT;
ALTER TABLE library_item ADD COLUMN album      TEXT;
ALTER TABLE library_item ADD COLUMN year       INTEGER;
ALTER TABLE library_item ADD COLUMN title_key  TEXT    NOT NULL DEFAULT '';   -- accents and case folded, for sorting
ALTER TABLE library_item ADD COLUMN artist_key TEXT    NOT NULL DEFAULT '';
ALTER TABLE library_item ADD COLUMN size       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_item ADD COLUMN duration_ms INTEGER;
ALTER TABLE library_item ADD COLUMN favorite   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE library_item ADD COLUMN deleted_at INTEGER;                       -- deleted by the person

-- A file that no thing refers to. It lies in the trash under its hash while `stowed`, and is brought back under its
-- path; `collected_at`: deleted for good, the row stays so that a later restore can say so.
ALTER TABLE media_file ADD COLUMN trashed_at   INTEGER;
ALTER TABLE media_file ADD COLUMN stowed       INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media_file ADD COLUMN collected_at INTEGER;
ALTER TABLE media_file ADD COLUMN checked_at   INTEGER NOT NULL DEFAULT 0;      -- its bytes were last read again
UPDATE media_file SET checked_at = added_at;

UPDATE library_item SET
    (source, variant) = (SELECT source, variant FROM item WHERE id = item_id),
    (artist, album, year, favorite) = (SELECT metadata ->> 'artist', metadata ->> 'album',
        CAST(substr(metadata ->> 'created_at', 1, 4) AS INTEGER), coalesce(metadata ->> 'favorite', 0)
        FROM record WHERE id = record_id),
    (size, duration_ms) = (SELECT size, duration_ms FROM media_file WHERE id = media_file_id);
UPDATE library_item SET title_key = lower(title), artist_key = lower(coalesce(artist, ''));

-- Each order with what can be filtered by beside it: the rows themselves are read for the page alone.
CREATE INDEX library_by_title    ON library_item (title_key, id, source, variant, year, folder_id, favorite) WHERE deleted_at IS NULL;
CREATE INDEX library_by_artist   ON library_item (artist_key, id, source, variant, year, folder_id, favorite) WHERE deleted_at IS NULL;
CREATE INDEX library_by_duration ON library_item (duration_ms, id, source, variant, year, folder_id, favorite) WHERE deleted_at IS NULL;
CREATE INDEX library_by_size     ON library_item (size, id, source, variant, year, folder_id, favorite) WHERE deleted_at IS NULL;
CREATE INDEX library_of_folder   ON library_item (folder_id, id)   WHERE deleted_at IS NULL;
CREATE INDEX library_favorites   ON library_item (id)              WHERE deleted_at IS NULL AND favorite;
CREATE INDEX library_deleted     ON library_item (id)              WHERE deleted_at IS NOT NULL;
CREATE INDEX library_facets      ON library_item (source, variant, year, id) WHERE deleted_at IS NULL;
CREATE INDEX media_file_unsettled ON media_file (id) WHERE stowed <> (trashed_at IS NOT NULL) AND collected_at IS NULL;
CREATE INDEX media_file_checked   ON media_file (checked_at) WHERE trashed_at IS NULL;
CREATE INDEX media_file_trashed   ON media_file (trashed_at) WHERE trashed_at IS NOT NULL AND collected_at IS NULL;
-- In SQLite two NULLs differ, so `UNIQUE (parent_id, name)` lets two folders at the top have one name.
CREATE UNIQUE INDEX folder_at_top ON folder (name) WHERE parent_id IS NULL;

-- What is deleted refers to no file any more.
DROP TRIGGER library_item_added;
DROP TRIGGER library_item_removed;
DROP TRIGGER library_item_moved;
CREATE TRIGGER library_item_added AFTER INSERT ON library_item WHEN NEW.deleted_at IS NULL BEGIN
    UPDATE media_file SET references_count = references_count + 1 WHERE id = NEW.media_file_id;
END;
CREATE TRIGGER library_item_removed AFTER DELETE ON library_item WHEN OLD.deleted_at IS NULL BEGIN
    UPDATE media_file SET references_count = references_count - 1 WHERE id = OLD.media_file_id;
END;
CREATE TRIGGER library_item_moved AFTER UPDATE OF media_file_id, deleted_at ON library_item BEGIN
    UPDATE media_file SET references_count = references_count - 1
    WHERE id = OLD.media_file_id AND OLD.deleted_at IS NULL;
    UPDATE media_file SET references_count = references_count + 1
    WHERE id = NEW.media_file_id AND NEW.deleted_at IS NULL;
END;
-- The site's record lies beside the song again.
CREATE TRIGGER library_item_restored AFTER UPDATE OF deleted_at ON library_item
WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL BEGIN
    UPDATE record SET sidecar_fresh = 0
    WHERE id = NEW.record_id AND sidecar_fresh = 2 AND metadata ->> 'stem' IS NULL;
END;
CREATE TRIGGER media_file_measured AFTER UPDATE OF size, duration_ms ON media_file
WHEN OLD.size <> NEW.size OR OLD.duration_ms IS NOT NEW.duration_ms BEGIN
    UPDATE library_item SET size = NEW.size, duration_ms = NEW.duration_ms WHERE media_file_id = NEW.id;
END;

-- Words of everything that is not deleted. Holds no text of its own: the rows do.
CREATE VIRTUAL TABLE library_search USING fts5 (
    title, artist, album, source, lyrics,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
INSERT INTO library_search (rowid, title, artist, album, source, lyrics)
SELECT l.id, l.title || ' ' || l.part, l.artist, l.album, l.source, r.metadata ->> 'lyrics'
FROM library_item l JOIN record r ON r.id = l.record_id;

CREATE TRIGGER library_search_added AFTER INSERT ON library_item WHEN NEW.deleted_at IS NULL BEGIN
    INSERT INTO library_search (rowid, title, artist, album, source, lyrics)
    SELECT NEW.id, NEW.title || ' ' || NEW.part, NEW.artist, NEW.album, NEW.source, metadata ->> 'lyrics'
    FROM record WHERE id = NEW.record_id;
END;
CREATE TRIGGER library_search_removed AFTER DELETE ON library_item BEGIN
    DELETE FROM library_search WHERE rowid = OLD.id;
END;
CREATE TRIGGER library_search_changed AFTER UPDATE OF title, artist, album, deleted_at ON library_item BEGIN
    DELETE FROM library_search WHERE rowid = OLD.id;
    INSERT INTO library_search (rowid, title, artist, album, source, lyrics)
    SELECT NEW.id, NEW.title || ' ' || NEW.part, NEW.artist, NEW.album, NEW.source, metadata ->> 'lyrics'
    FROM record WHERE id = NEW.record_id AND NEW.deleted_at IS NULL;
END;
CREATE TRIGGER library_search_lyrics AFTER UPDATE OF metadata ON record
WHEN OLD.metadata ->> 'lyrics' IS NOT NEW.metadata ->> 'lyrics' BEGIN
    DELETE FROM library_search WHERE rowid IN (SELECT id FROM library_item WHERE record_id = NEW.id);
    INSERT INTO library_search (rowid, title, artist, album, source, lyrics)
    SELECT id, title || ' ' || part, artist, album, source, NEW.metadata ->> 'lyrics'
    FROM library_item WHERE record_id = NEW.id AND deleted_at IS NULL;
END;

-- What the person did with a thing whose file was lost and is being fetched again.
CREATE TABLE lost_item (
    item_id   INTEGER NOT NULL REFERENCES item (id),
    part      TEXT    NOT NULL,
    folder_id INTEGER REFERENCES folder (id) ON DELETE SET NULL,
    favorite  INTEGER NOT NULL,
    added_at  INTEGER NOT NULL,
    PRIMARY KEY (item_id, part)
) WITHOUT ROWID;
CREATE TRIGGER library_item_lost BEFORE DELETE ON library_item BEGIN
    INSERT OR REPLACE INTO lost_item (item_id, part, folder_id, favorite, added_at)
    VALUES (OLD.item_id, OLD.part, OLD.folder_id, OLD.favorite, OLD.added_at);
END;
CREATE TRIGGER library_item_found AFTER INSERT ON library_item
WHEN EXISTS (SELECT 1 FROM lost_item WHERE item_id = NEW.item_id AND part = NEW.part) BEGIN
    UPDATE library_item SET (folder_id, favorite, added_at) = (SELECT folder_id, favorite, added_at
        FROM lost_item WHERE item_id = NEW.item_id AND part = NEW.part) WHERE id = NEW.id;
    DELETE FROM lost_item WHERE item_id = NEW.item_id AND part = NEW.part;
END;

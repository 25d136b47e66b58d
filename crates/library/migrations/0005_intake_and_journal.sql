-- Taking in what was there before: files of a folder, and lists of what other programs have fetched.

-- A folder that is being taken in; goes on after a kill. `report` is written when it ends.
CREATE TABLE import (
    job_id   INTEGER PRIMARY KEY REFERENCES job (id),
    folder   TEXT    NOT NULL,
    in_place INTEGER NOT NULL,
    report   TEXT                                      -- JSON
);

-- What an import is about to write; before the first byte (docs/invariants.md, I2). Not an `intent`: what the file is
-- a thing of is known only when its bytes are read.
CREATE TABLE import_part (
    part     TEXT PRIMARY KEY,                         -- NAME.downloading, relative to the library folder
    job_id   INTEGER NOT NULL REFERENCES job (id),
    incoming TEXT                                      -- JSON: what it becomes, once it is sealed and is being placed
) WITHOUT ROWID;

-- What another program has fetched, so that it is not fetched again.
CREATE TABLE owned (
    extractor TEXT NOT NULL,                           -- lower case
    id        TEXT NOT NULL,
    PRIMARY KEY (extractor, id)
) WITHOUT ROWID;

-- A search that the person keeps under a name.
CREATE TABLE smart_folder (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    query TEXT NOT NULL                                -- JSON
);

-- Files that were here before have no record of a site that could lie beside them.
DROP TRIGGER library_item_wants_sidecar;
CREATE TRIGGER library_item_wants_sidecar AFTER INSERT ON library_item WHEN NEW.source <> 'files' BEGIN
    UPDATE record SET sidecar_fresh = 0
    WHERE id = NEW.record_id AND sidecar_fresh = 2 AND metadata ->> 'stem' IS NULL;
END;
DROP TRIGGER library_item_restored;
CREATE TRIGGER library_item_restored AFTER UPDATE OF deleted_at ON library_item
WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL AND NEW.source <> 'files' BEGIN
    UPDATE record SET sidecar_fresh = 0
    WHERE id = NEW.record_id AND sidecar_fresh = 2 AND metadata ->> 'stem' IS NULL;
END;

-- Which blocks of the journal in the library folder (src/journal) say no longer what the rows say. Block n holds the
-- records n * 256 to n * 256 + 255 with their things; -1: the folders, -2: what is owned, -3: the settings,
-- -4: the smart folders.
-- `version` grows with each change, so that a change while a block is being written is not forgotten.
CREATE TABLE journal_due (
    block   INTEGER PRIMARY KEY,
    version INTEGER NOT NULL DEFAULT 1
);
INSERT INTO journal_due (block) SELECT DISTINCT record_id / 256 FROM library_item;
INSERT INTO journal_due (block) VALUES (-1), (-3);

CREATE TRIGGER journal_thing_added AFTER INSERT ON library_item BEGIN
    INSERT INTO journal_due (block) VALUES (NEW.record_id / 256)
    ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_thing_changed AFTER UPDATE ON library_item BEGIN
    INSERT INTO journal_due (block) VALUES (NEW.record_id / 256)
    ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_thing_removed AFTER DELETE ON library_item BEGIN
    INSERT INTO journal_due (block) VALUES (OLD.record_id / 256)
    ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
-- Not for the raw record alone: sites sign the addresses in it anew with every list.
CREATE TRIGGER journal_record_changed AFTER UPDATE OF title, fingerprint, sidecar ON record
WHEN OLD.title <> NEW.title OR OLD.fingerprint <> NEW.fingerprint OR OLD.sidecar IS NOT NEW.sidecar BEGIN
    INSERT INTO journal_due (block) VALUES (NEW.id / 256)
    ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_file_changed
AFTER UPDATE OF sha256, path, mtime_ns, codec, duration_ms, trashed_at, stowed, collected_at ON media_file BEGIN
    INSERT INTO journal_due (block) SELECT DISTINCT record_id / 256 FROM library_item WHERE media_file_id = NEW.id
    ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_folder_added AFTER INSERT ON folder BEGIN
    INSERT INTO journal_due (block) VALUES (-1) ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_folder_changed AFTER UPDATE ON folder BEGIN
    INSERT INTO journal_due (block) VALUES (-1) ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_folder_removed AFTER DELETE ON folder BEGIN
    INSERT INTO journal_due (block) VALUES (-1) ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_owned_added AFTER INSERT ON owned BEGIN
    INSERT INTO journal_due (block) VALUES (-2) ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_settings_changed AFTER UPDATE ON meta WHEN NEW.key = 'settings' BEGIN
    INSERT INTO journal_due (block) VALUES (-3) ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_smart_folder_added AFTER INSERT ON smart_folder BEGIN
    INSERT INTO journal_due (block) VALUES (-4) ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_smart_folder_changed AFTER UPDATE ON smart_folder BEGIN
    INSERT INTO journal_due (block) VALUES (-4) ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER journal_smart_folder_removed AFTER DELETE ON smart_folder BEGIN
    INSERT INTO journal_due (block) VALUES (-4) ON CONFLICT (block) DO UPDATE SET version = version + 1;
END;

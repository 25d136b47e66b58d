-- sidecar_fresh: 0 due, 1 fresh, 2 not yet wanted, because the song has no file. So `record_without_sidecar` holds only
-- what is due: before, each look for due ones walked over every song that was still to come.
UPDATE record SET sidecar_fresh = 2
WHERE sidecar_fresh = 0
  AND (metadata ->> 'stem' IS NOT NULL OR id NOT IN (SELECT record_id FROM library_item));

-- A stem that the site lists as a thing of its own has its song's sidecar.
CREATE TRIGGER library_item_wants_sidecar AFTER INSERT ON library_item BEGIN
    UPDATE record SET sidecar_fresh = 0
    WHERE id = NEW.record_id AND sidecar_fresh = 2 AND metadata ->> 'stem' IS NULL;
END;

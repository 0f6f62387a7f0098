"""The revisions of the storage's tables, run by `storage.db.migrate`."""

"""A content-addressed store: files by their SHA-256, small JSON records by key.

    record(key) ──names──> blobs/ab/cd/<sha256>.<suffix>

It knows nothing of music, video or the interface. A miss is an exception; a missing or damaged
blob makes every record that names it a miss, never an error. With a second tier (``remote.py``)
what one machine made is found by all.
"""

from cache.blobs import BlobStore, StoredBlob
from cache.errors import CacheError, Miss, RemoteAway, StoreUnwritable
from cache.index import Index
from cache.remote import Remote
from cache.shared import SharedStore
from cache.store import Store, StoreSize

__all__ = [
    "BlobStore",
    "CacheError",
    "Index",
    "Miss",
    "Remote",
    "RemoteAway",
    "SharedStore",
    "Store",
    "StoreSize",
    "StoreUnwritable",
    "StoredBlob",
]

"""The tenants and their tokens, which must survive the loss of the store's data."""

import logging
from collections.abc import Mapping

from ..store.valkey import Store

__all__ = ["TenantCopy"]

_log = logging.getLogger(__name__)


class TenantCopy:
    """A copy of all tenants' records. Brains that do not lead keep one, too.

    Attributes:
        records: by the names of tenants, as they were last read.
    """

    def __init__(self, store: Store):
        self._store = store
        self.records: Mapping[str, bytes] = {}

    async def refresh(self, epoch: int | None = None) -> None:
        """Reads the records anew. If the store lost them, they are written back.

        Args:
            epoch: of this brain if it leads; another one writes nothing.

        Raises:
            StoreError: the store is away, or refuses.
        """
        found = await self._store.kept_tenants()
        if (
            found is None
            and epoch is not None
            and await self._store.restore_tenants(epoch, self.records)
        ):
            if self.records:
                _log.warning(
                    "Valkey lost its data. %d tenants have their tokens again.", len(self.records)
                )
            found = await self._store.kept_tenants()
        if found is not None:
            self.records = found

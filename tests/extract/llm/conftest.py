from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extract.llm.stub import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extract.llm.stub import Model


@pytest.fixture
def model() -> Iterator[Model]:
    """A model on this machine."""
    with serving() as found:
        yield found

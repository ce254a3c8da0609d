"""The bars of domain.md 6.5, over texts that were written before and after the rules."""

from pathlib import Path

import pytest

from tests.instance.phi.scoring import score

OWN = Path(__file__).parents[2] / "documents" / "phi"
SETS = sorted(OWN.glob("*.jsonl"))


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_every_set_of_texts_passes_every_bar(path: Path) -> None:
    if not path.exists():
        pytest.skip("this set of texts is not here")

    missed = {name: bar for name, bar in score(path).bars().items() if bar[0] < bar[1]}

    assert missed == {}

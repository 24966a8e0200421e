"""Which fields a roster of each kind can fill (targets.yaml)."""

from importlib.resources import files

import yaml

_told = yaml.safe_load((files("guanai.people.roster") / "targets.yaml").read_text("utf-8"))
# kind: {target: label}, labels as English message ids.
TARGETS: dict[str, dict[str, str]] = {
    kind: {target: label for part in parts for target, label in part.items()}
    for kind, parts in _told.items()
}
KINDS = tuple(TARGETS)

# What a person may type for a kind.
KIND_NAMES = {"away": "away_period"}

"""Writes session_data.mat, a session as Bpod saves it: python make_session_data.py (needs numpy and scipy)."""

import numpy as np
from scipy.io import savemat

NONE = [np.nan, np.nan]


def visits(*pairs):
    """A row for each visit of a state: entry and exit in s since the trial's start."""
    return np.array(pairs or [NONE], dtype=float)


def cells(values):
    """A row of cells."""
    row = np.empty((1, len(values)), dtype=object)
    for k, value in enumerate(values):
        row[0, k] = value
    return row


def trial(wait, won, length):
    """The animal waits, perhaps several times, and gets water or none."""
    end = wait[-1][1] + length
    given = visits([wait[-1][1], end])
    return {
        "States": {"rest": visits(*wait), "give": given if won else visits(), "pause": visits() if won else given},
        "Events": {"Port1In": np.array([end - 0.01]), "Tup": np.array([pair[1] for pair in wait])},
    }


# Wait, won, how long the end lasts; side of the trial.
TRIALS = [
    ([[0.0, 0.5]], True, 0.1, "left"),
    ([[0.0, 0.2], [0.2, 0.9]], False, 1.0, "left"),
    ([[0.0, 0.6]], True, 0.1, "left"),
    ([[0.0, 0.4]], False, 1.0, "right"),
    ([[0.0, 0.5]], False, 1.0, "left"),
]
starts = np.arange(len(TRIALS)) * 3.0 + 1.0
trials = [trial(wait, won, length) for wait, won, length, _ in TRIALS]
data = {
    "nTrials": len(TRIALS),
    "Info": {"BpodVersion": "2.8.2"},
    "TrialStartTimestamp": starts,
    "TrialEndTimestamp": starts + 2.5,
    "RawEvents": {"Trial": cells(trials)},
    "TrialTypes": np.array([1, 1, 1, 2, 1]),
    "Sides": cells([side for *_, side in TRIALS]),
    "TrialSettings": np.array([({"reward": 3.0, "label": "a"},)] * len(TRIALS), dtype=[("GUI", object)]),
}
for name, compressed in (("session_data.mat", True), ("session_data_v6.mat", False)):
    savemat(name, {"SessionData": data}, do_compression=compressed, oned_as="row", long_field_names=True)

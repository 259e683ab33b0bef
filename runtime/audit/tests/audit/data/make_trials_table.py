"""Writes alf/_ibl_trials.table.pqt, a trials table as the IBL keeps it: python make_trials_table.py (needs pandas, pyarrow)."""

import numpy as np
import pandas as pd

# Contrast, side, choice (1 left, -1 right, 0 none).
TRIALS = [(1.0, "left", 1), (0.25, "right", 1), (0.125, "left", 0), (0.0, "right", -1), (0.0625, "left", 1), (1.0, "right", -1)]
start = np.arange(len(TRIALS)) * 5.0 + 0.5
contrast = np.array([trial[0] for trial in TRIALS])
left = np.array([trial[1] == "left" for trial in TRIALS])
choice = np.array([trial[2] for trial in TRIALS])
right_answer = np.where(left, 1, -1)
correct = choice == right_answer
pd.DataFrame(
    {
        "intervals_0": start,
        "intervals_1": start + 4.5,
        "stimOn_times": start + 0.5,
        "goCue_times": start + 0.6,
        "response_times": start + 1.5,
        "choice": choice.astype(float),
        "contrastLeft": np.where(left, contrast, np.nan),
        "contrastRight": np.where(left, np.nan, contrast),
        "feedback_times": start + 1.51,
        "feedbackType": np.where(correct, 1.0, -1.0),
        "rewardVolume": np.where(correct, 1.5, 0.0),
        "probabilityLeft": 0.5,
        "firstMovement_times": start + 0.9,
    }
).to_parquet("alf/_ibl_trials.table.pqt")
